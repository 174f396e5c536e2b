"""Swagger UI for the API. Its files are served from here, so that it needs no internet.

`fastapi-offline` provides the files of Swagger UI (Apache-2.0). The page is our own: FastAPI's has
an inline script, which a strict content security policy forbids.
"""

from pathlib import Path

import fastapi_offline
from fastapi import APIRouter
from fastapi.responses import FileResponse, HTMLResponse, Response

FILES = Path(fastapi_offline.__file__).parent / "static"
KEPT = {"Cache-Control": "public, max-age=86400"}
POLICY = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self' "
    "'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action "
    "'none'; frame-ancestors 'none'"
}

PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Swivi API</title>
<link rel="icon" type="image/png" href="docs/favicon.png">
<link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
"""

START = """\
SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  filter: true,
  displayRequestDuration: true,
  defaultModelsExpandDepth: 0,
  presets: [SwaggerUIBundle.presets.apis],
  validatorUrl: null,
});
"""

router = APIRouter(prefix="/docs", include_in_schema=False)


@router.get("")
async def page() -> HTMLResponse:
    """Return the page."""
    return HTMLResponse(PAGE, headers=POLICY)


@router.get("/start.js")
async def start() -> Response:
    """Return the script that starts Swagger UI."""
    return Response(START, media_type="text/javascript", headers=KEPT)


@router.get("/swagger-ui-bundle.js")
async def script() -> FileResponse:
    """Return Swagger UI."""
    return FileResponse(FILES / "swagger-ui-bundle.js", headers=KEPT)


@router.get("/swagger-ui.css")
async def style() -> FileResponse:
    """Return the style sheet."""
    return FileResponse(FILES / "swagger-ui.css", headers=KEPT)


@router.get("/favicon.png")
async def icon() -> FileResponse:
    """Return the icon of the browser's tab."""
    return FileResponse(FILES / "favicon.png", headers=KEPT)
