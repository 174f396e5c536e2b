"""Limits in the browser: the form and the dialog say how long to wait, and keep what was typed."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.e2e.people import SLOW, Clipper
from tests.factories import tiktok
from tests.servers import AppServer, demo_environment

pytestmark = pytest.mark.asyncio(loop_scope="session")

TOO_MANY = "Too many attempts. Try again in "


async def test_guessing_and_flooding_end_in_the_browser_too(
    start_server: Callable[..., AppServer], page: Page, seeded_demo: Path, tmp_path: Path
) -> None:
    limits = {"SWIVI_LIMIT_SIGN_IN": "2/1h", "SWIVI_LIMIT_SUBMISSIONS_ADDRESS": "1/1h"}
    clipper = Clipper(page, start_server(**demo_environment(tmp_path, seeded_demo), **limits))

    for said in (
        "This email and password do not match.",
        "This email and password do not match.",
        TOO_MANY,
    ):
        await clipper.signs_in("casey@swivi.test")
        await clipper.sees(said)
        await expect(page.get_by_label("Email")).to_have_value("casey@swivi.test", timeout=SLOW)

    await clipper.enters_demo("clipper")
    dialog = page.get_by_role("dialog")
    await clipper.presses("Submit a clip")
    await dialog.get_by_label("Campaign").select_option(index=1)
    await dialog.get_by_label("Link to your clip").fill("https://example.com/nothing")
    await dialog.get_by_role("button", name="Submit clip").click()
    await expect(dialog.get_by_text("TikTok, YouTube or Instagram").first).to_be_visible(
        timeout=SLOW
    )
    await dialog.get_by_label("Link to your clip").fill(tiktok(1).canonical_url)
    await dialog.get_by_role("button", name="Submit clip").click()
    await expect(dialog.get_by_text(TOO_MANY)).to_be_visible(timeout=SLOW)
    await expect(dialog.get_by_label("Link to your clip")).to_have_value(tiktok(1).canonical_url)
