"""Takes the README's pictures, light and dark, from the seeded demo on the production build.

    .venv/bin/python scripts/pictures.py

Writes `docs/pictures/NAME-THEME.webp`. Needs what the tests need: see `make test-tools`.
"""

# ruff: noqa: T201 - prints what it wrote

import asyncio
import base64
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright, expect

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.browser import CHROMIUM_FLAGS, browser_executable  # noqa: E402 - only found from here on
from tests.e2e.people import SLOW, Admin, Visitor  # noqa: E402
from tests.e2e.routes import address_of, role_of  # noqa: E402
from tests.servers import AppServer, demo_environment  # noqa: E402

PICTURES = {
    "landing": "index",
    "dashboard": "clippers/dashboard",
    "clip": "clippers/clips/[submission_key]",
    "review": "admin/submissions",
    "tracking": "admin/tracking",
}
"""The pictures' names and the routes they show."""

KEYS = {"review": "j"}
"""What is pressed before the picture is taken: the first clip of the queue shows beside it."""

FOLDER = ROOT / "docs" / "pictures"
SIZE = {"width": 1440, "height": 900}
SHARPNESS = 1.5
QUALITY = 80
PAINTED = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
"""The browser hands over its last frame, which may be older than the page."""


def main() -> None:
    subprocess.run([sys.executable, ROOT / "scripts" / "build.py"], check=True)  # noqa: S603
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        photograph(Path(folder))


def photograph(home: Path) -> None:
    """Serve a new demo from `home` and take all pictures of it."""
    with AppServer(demo_environment(home), home / "log") as server:
        asyncio.run(take_all(server))


async def take_all(server: AppServer) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=browser_executable(), args=[*CHROMIUM_FLAGS]
        )
        await track(browser, server)
        for theme in ("light", "dark"):
            for name in PICTURES:
                path = FOLDER / f"{name}-{theme}.webp"
                path.write_bytes(await take(browser, server, name, theme))
                print(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1000} KB")
        await browser.close()


async def track(browser: Browser, server: AppServer) -> None:
    """One tracking run, so that the seeded history has a present."""
    context = await browser.new_context()
    admin = Admin(await context.new_page(), server)
    await admin.enters_demo("admin")
    await admin.tracks_now()
    own_run = admin.page.get_by_role("row").filter(has_text="Admin").filter(has_text="Completed")
    await expect(own_run).to_be_visible(timeout=SLOW)
    await context.close()


async def take(browser: Browser, server: AppServer, name: str, theme: str) -> bytes:
    """The page at its top, once its data is there, as WebP."""
    route = PICTURES[name]
    context = await browser.new_context(
        viewport=SIZE, device_scale_factor=SHARPNESS, color_scheme=theme, reduced_motion="reduce"
    )
    visitor = Visitor(await context.new_page(), server)
    if role_of(route) != "guest":
        await visitor.enters_demo(role_of(route))
    await visitor.opens(await address_of(route, visitor))
    await expect(visitor.page.locator(".skeleton")).to_have_count(0, timeout=SLOW)
    if name in KEYS:
        await visitor.page.keyboard.press(KEYS[name])
        await expect(visitor.page.get_by_text("No clip chosen")).to_have_count(0)
    await visitor.page.evaluate(PAINTED)
    picture = await as_webp(visitor.page)
    await context.close()
    return picture


async def as_webp(page: Page) -> bytes:
    """Playwright itself writes only PNG and JPEG."""
    devtools = await page.context.new_cdp_session(page)
    shot = await devtools.send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})
    return base64.b64decode(shot["data"])


if __name__ == "__main__":
    main()
