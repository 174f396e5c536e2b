"""Two people in two browsers, and what they do on the pages, in their words."""

import json
import re
import subprocess
import sys
from dataclasses import dataclass

from playwright.async_api import Page, expect

from tests.servers import ROOT, AppServer

PASSWORD = "correct horse battery"
SLOW = 20_000
"""Milliseconds after which something that should appear has not."""


def swivi(server: AppServer, *command: str, typed: str = "") -> str:
    """Runs `python -m swivi` on the server's database; its standard output."""
    done = subprocess.run(
        [sys.executable, "-m", "swivi", *command],
        cwd=ROOT,
        env=server.environment,
        input=typed,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, f"{done.returncode}: {done.stderr}{done.stdout}"
    return done.stdout


def audit(server: AppServer) -> dict[str, object]:
    """What the checker says of the server's database."""
    return json.loads(swivi(server, "audit", "--json"))


@dataclass(frozen=True)
class Visitor:
    """Somebody at a browser."""

    page: Page
    server: AppServer

    async def opens(self, path: str) -> None:
        """Goes to a page and waits until it is alive: its state came through the websocket."""
        await self.page.goto(self.server.url + path)
        await expect(self.page.locator("main[aria-busy=false]")).to_be_visible(timeout=SLOW)

    async def signs_up(self, name: str, email: str) -> None:
        """Creates a clipper's account; ends on the dashboard."""
        await self.opens("/signup")
        await self.page.get_by_label("Name").fill(name)
        await self.signs_with(email, "Start clipping")
        await self.page.wait_for_url(re.compile("/clippers/dashboard"), timeout=SLOW)

    async def signs_in(self, email: str) -> None:
        """Signs in with the password that all have here."""
        await self.opens("/login")
        await self.signs_with(email, "Sign in")

    async def enters_demo(self, role: str) -> None:
        """Goes in through the demo's one-click door for the role, "clipper" or "admin"; ends on its
        dashboard.
        """
        await self.opens("/login")
        await self.presses(f"Sign in as demo {role}")
        await self.page.wait_for_url(re.compile("/clippers/dashboard|/admin"), timeout=SLOW)

    async def signs_with(self, email: str, button: str) -> None:
        """Fills in email and password, and sends the form."""
        await self.page.get_by_label("Email").fill(email)
        await self.page.get_by_label("Password").fill(PASSWORD)
        await self.page.get_by_role("button", name=button, exact=True).click()

    async def presses(self, name: str) -> None:
        """Presses the button of that name."""
        await self.page.get_by_role("button", name=name, exact=True).first.click()

    async def sees(self, text: str) -> None:
        """Sees this text, at once or soon, without reloading."""
        await expect(self.page.get_by_text(text).first).to_be_visible(timeout=SLOW)


@dataclass(frozen=True)
class Clipper(Visitor):
    """Submits clips, watches the balance, asks for payouts."""

    async def submits(self, campaign: str, link: str) -> None:
        """Sends a link through the dialog of the dashboard."""
        await self.presses("Submit a clip")
        dialog = self.page.get_by_role("dialog")
        await dialog.get_by_label("Campaign").select_option(label=campaign)
        await dialog.get_by_label("Link to your clip").fill(link)
        await dialog.get_by_role("button", name="Submit clip").click()

    async def closes_dialog(self) -> None:
        """Presses Done."""
        await self.presses("Done")
        await expect(self.page.get_by_role("dialog")).to_have_count(0)

    async def has_balance(self, dollars: str) -> None:
        """The one big number says this, at once or soon, without reloading."""
        await expect(self.page.locator(".hero .live-money").first).to_contain_text(
            dollars, timeout=SLOW
        )

    async def asks_for(self, dollars: str) -> None:
        """Requests a payout by PayPal."""
        await self.presses("Request payout")
        dialog = self.page.get_by_role("dialog")
        await dialog.get_by_label("Amount").fill(dollars)
        await dialog.get_by_label("PayPal email").fill("casey@paypal.test")
        await dialog.get_by_role("button", name="Continue").click()
        await dialog.get_by_role("button", name="Request payout").click()


@dataclass(frozen=True)
class Admin(Visitor):
    """Creates campaigns, reviews, tracks, pays."""

    async def creates_campaign(self, title: str, budget: str, rate: str) -> None:
        """A campaign on all platforms that starts now."""
        await self.opens("/admin/campaigns/new")
        await self.page.get_by_label("Title").fill(title)
        await self.page.get_by_label("Budget", exact=True).fill(budget)
        await self.page.get_by_label("Pay per 1,000 views", exact=True).fill(rate)
        await self.page.get_by_label("When it is created").select_option(label="Start it now")
        await self.presses("Create campaign")
        await self.page.wait_for_url(re.compile(r"/admin/campaigns/\d+"), timeout=SLOW)

    async def approves_all(self) -> None:
        """Ticks the whole page of the review queue and approves it."""
        await self.opens("/admin/submissions")
        await self.page.get_by_label("All on this page").click()
        await self.presses("Approve selected")
        await self.page.get_by_role("alertdialog").get_by_role("button", name="Approve").click()
        await self.sees("No submission fits these filters.")

    async def tracks_now(self) -> None:
        """Starts a tracking run on the page where its progress shows."""
        await self.opens("/admin/tracking")
        await self.presses("Track now")

    async def pays(self, transaction_id: str) -> None:
        """Approves the open request and completes it with the payment's transaction id."""
        await self.opens("/admin/payouts")
        await self.page.get_by_role("button", name=re.compile("^Approve .* payout$")).click()
        await self.page.get_by_role("dialog").get_by_role("button", name="Approve").click()
        await self.page.get_by_role("button", name=re.compile("^Complete .* payout$")).click()
        dialog = self.page.get_by_role("dialog")
        await dialog.get_by_label("Transaction id").fill(transaction_id)
        await dialog.get_by_role("button", name="Complete").click()
        await self.sees(transaction_id)
