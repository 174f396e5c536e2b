"""Every page in a real browser, against a blank app of the same framework in the same run.

Each visit has an empty cache. The blank app has the same configuration, one heading and one value
from its state, the least that a Reflex page has.
"""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from playwright.async_api import Browser, BrowserContext, async_playwright

from benchmarks.served import AS_SWIVI
from scripts.build import npm_registry
from tests.browser import CHROMIUM_FLAGS, browser_executable
from tests.e2e.people import SLOW, Visitor
from tests.e2e.routes import NO_PAGE, PAGES, address_of, role_of
from tests.servers import (
    ROOT,
    AppServer,
    demo_environment,
    end,
    free_port,
    listens,
    seed_demo,
    wait_until,
)

VISITS = 5
BLANK = "blank app"

BLANK_CONFIG = """\
import reflex as rx

from swivi.reflex_ext.one_origin import OneOrigin

config = rx.Config(
    app_name="blank",
    frontend_compression_formats=["brotli", "gzip"],
    show_built_with_reflex=False,
    telemetry_enabled=False,
    plugins=[rx.plugins.RadixThemesPlugin(), OneOrigin()],
    disable_plugins=[rx.plugins.SitemapPlugin],
)
"""

BLANK_APP = """\
import reflex as rx


class Number(rx.State):
    value: int = 0

    @rx.event
    async def load(self):
        self.value = 1


def page():
    return rx.el.main(rx.heading("Blank"), rx.text(Number.value), aria_busy=~rx.State.is_hydrated)


app = rx.App()
app.add_page(page, route="/", title="Blank", on_load=Number.load)
"""

NOTE_WHEN_DATA_IS_THERE = """
const look = () => {
    const main = document.querySelector("main");
    if (main?.getAttribute("aria-busy") === "false" && !document.querySelector(".skeleton")) {
        document.documentElement.dataset.there = performance.now();
    } else requestAnimationFrame(look);
};
look();
"""
DATA_THERE = "Number(document.documentElement.dataset.there)"
FIRST_PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit: bytes sent without the websocket's, and milliseconds since navigation began."""

    transfer_bytes: float
    first_paint_ms: float
    data_ms: float


@dataclass(frozen=True, slots=True)
class Figures:
    """A page's medians, beside the blank app's."""

    page: str
    visit: Visit
    blank: Visit

    def as_json(self) -> dict[str, Any]:
        """Return the entry of the results file."""
        return asdict(self) | {"benchmark": "pages"}


async def measure(folder: Path) -> list[Figures]:
    """Serve the seeded demo and the blank app from `folder`, and visit all pages of both."""
    seeded = folder / "demo.db"
    seed_demo(seeded)
    environment = demo_environment(folder, seeded)
    with AppServer(environment, folder / "log") as server, blank_app(folder / "blank") as blank_url:
        async with async_playwright() as playwright:
            chromium = await playwright.chromium.launch(
                executable_path=browser_executable(), args=[*CHROMIUM_FLAGS]
            )
            visits = await _visit_all(chromium, server, blank_url)
            await chromium.close()
    blank = visits.pop(BLANK)
    return [
        Figures(BLANK, blank, blank),
        *(Figures(page, visit, blank) for page, visit in visits.items()),
    ]


@contextmanager
def blank_app(folder: Path) -> Iterator[str]:
    """Build the blank app, serve it as `scripts/serve.py` does, and yield its URL."""
    (folder / "blank").mkdir(parents=True)
    (folder / "rxconfig.py").write_text(BLANK_CONFIG)
    (folder / "blank" / "blank.py").write_text(BLANK_APP)
    (folder / "blank" / "__init__.py").touch()
    shutil.copytree(ROOT / "reflex.lock", folder / "reflex.lock")
    programs = Path(sys.executable).parent
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "REFLEX_USE_NPM": "true",
        "REFLEX_CHECK_LATEST_VERSION": "false",
        "NPM_CONFIG_REGISTRY": npm_registry(),
    }
    export = [str(programs / "reflex"), "export", "--frontend-only", "--no-zip"]
    subprocess.run(export, cwd=folder, env=environment, check=True)
    port, log = free_port(), folder / "log"
    environment |= {
        "REFLEX_ENV_MODE": "prod",
        "__REFLEX_SKIP_COMPILE": "true",
        "__REFLEX_MOUNT_FRONTEND_COMPILED_APP": "true",
    }
    serve = [
        sys.executable,
        "-m",
        "uvicorn",
        *AS_SWIVI,
        "--factory",
        "blank.blank:app",
        "--port",
        str(port),
    ]
    with log.open("wb") as output:
        server = subprocess.Popen(
            serve, cwd=folder, env=environment, stdout=output, stderr=output, start_new_session=True
        )
    try:
        wait_until(lambda: listens(port), server, log)
        yield f"http://localhost:{port}"
    finally:
        end(server, signal.SIGTERM)


async def _visit_all(chromium: Browser, server: AppServer, blank_url: str) -> dict[str, Visit]:
    """Return medians by page.

    Each round goes over all pages, so that other load affects all of them.
    """
    addresses: dict[str, tuple[str, Any]] = {BLANK: (f"{blank_url}/", None)}
    for role in ("guest", "clipper", "admin"):
        async with _signed_in(chromium, server, role) as (visitor, cookies):
            for route in PAGES:
                if role_of(route) == role and route != NO_PAGE:
                    addresses[f"/{route}"] = (
                        server.url + await address_of(route, visitor),
                        cookies,
                    )
    visits: dict[str, list[Visit]] = {page: [] for page in addresses}
    for _ in range(VISITS):
        for page, (url, cookies) in addresses.items():
            visits[page].append(await _visit(chromium, url, cookies))
    return {page: _median(made) for page, made in visits.items()}


@asynccontextmanager
async def _signed_in(
    chromium: Browser, server: AppServer, role: str
) -> AsyncIterator[tuple[Visitor, Any]]:
    context = await chromium.new_context()
    visitor = Visitor(await context.new_page(), server)
    if role != "guest":
        await visitor.enters_demo(role)
    yield visitor, await context.storage_state()
    await context.close()


async def _visit(chromium: Browser, url: str, cookies: Any) -> Visit:
    context = await chromium.new_context(storage_state=cookies)
    await context.add_init_script(NOTE_WHEN_DATA_IS_THERE)
    received = await _open(context, url)
    page = context.pages[0]
    visit = Visit(sum(received), await page.evaluate(FIRST_PAINT), await page.evaluate(DATA_THERE))
    await context.close()
    return visit


async def _open(context: BrowserContext, url: str) -> list[float]:
    """Open the page, wait for its data, and return the compressed bytes of each answer."""
    page = await context.new_page()
    received: list[float] = []
    devtools = await context.new_cdp_session(page)
    devtools.on(
        "Network.loadingFinished", lambda event: received.append(event["encodedDataLength"])
    )
    await devtools.send("Network.enable")
    await page.goto(url, wait_until="networkidle")
    await page.locator("html[data-there]").wait_for(state="attached", timeout=SLOW)
    return received


def _median(visits: list[Visit]) -> Visit:
    return Visit(
        *(
            median(values)
            for values in zip(*(asdict(visit).values() for visit in visits), strict=True)
        )
    )
