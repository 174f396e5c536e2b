"""Two-step sign-in in a browser: set up, proven, asked for, left by a recovery code."""

import re
from collections.abc import Callable
from pathlib import Path

import pyotp
import pytest
from playwright.async_api import Page, expect

from tests.e2e.people import PASSWORD, SLOW, Admin, swivi
from tests.servers import AppServer

pytestmark = pytest.mark.asyncio(loop_scope="session")

EMAIL = "ada@swivi.test"


async def test_a_code_is_asked_for_from_when_it_is_set_up(
    start_server: Callable[..., AppServer], page: Page, tmp_path: Path
) -> None:
    server = start_server(DATABASE_URL=f"sqlite:///{tmp_path}/swivi.db")
    admin = Admin(page, server)
    swivi(server, "create-admin", EMAIL, "--name", "Ada", "--password-stdin", typed=PASSWORD)
    await admin.signs_in(EMAIL)
    await page.wait_for_url(re.compile("/admin"), timeout=SLOW)
    await admin.opens("/admin/profile")
    await admin.presses("Set up")
    await expect(page.get_by_alt_text("The key as a QR code")).to_be_visible(timeout=SLOW)
    key = (
        await page.locator("p", has_text="Or enter the key").locator("code").inner_text()
    ).replace(" ", "")

    code = page.get_by_label("Code", exact=True)
    await code.fill("000000")
    await admin.presses("Turn on")
    await admin.sees("This code is wrong")
    await code.fill(pyotp.TOTP(key).now())
    await admin.presses("Turn on")
    await admin.sees("Save these where you can find them")
    codes = await page.locator(".plain-list code").all_inner_texts()
    await admin.presses("I saved them")
    await admin.sees("Recovery codes left: 10.")
    await expect(page.get_by_text(codes[0])).to_have_count(0)

    await page.context.clear_cookies()
    await admin.signs_in(EMAIL)
    await page.wait_for_url(re.compile("/code"), timeout=SLOW)
    await admin.opens("/admin")
    await page.wait_for_url(re.compile("/login"), timeout=SLOW)
    await admin.opens("/code")
    await page.get_by_label("Code").fill("000000")
    await admin.presses("Sign in")
    await admin.sees("This code is wrong")
    await page.get_by_label("Code").fill(codes[0])
    await admin.presses("Sign in")
    await page.wait_for_url(re.compile("/admin"), timeout=SLOW)
    assert codes[0] not in server.log.read_text()
    assert key not in server.log.read_text()

    swivi(server, "totp-off", EMAIL)
    await page.wait_for_url(re.compile("/login"), timeout=SLOW)  # which ended every session
    await admin.signs_in(EMAIL)
    await page.wait_for_url(re.compile("/admin"), timeout=SLOW)
