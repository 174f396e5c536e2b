"""Write the API's document to docs/openapi.json, so that a review shows what changes for programs.

    .venv/bin/python scripts/openapi.py

A test fails while the copy differs from what the server serves.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from swivi.api.app import build_api  # noqa: E402 -- found once the root is on the path
from swivi.api.http.document import as_text  # noqa: E402

COPY = ROOT / "docs" / "openapi.json"

if __name__ == "__main__":
    COPY.write_text(as_text(build_api().openapi()), encoding="utf-8")
