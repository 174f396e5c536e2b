"""A clipper and a brand's admin read where the money came from and went, and take it away."""

import csv
import re
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.e2e.people import SLOW, Visitor
from tests.servers import AppServer

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def taken_away(page: Page, folder: Path) -> list[dict[str, str]]:
    """The rows of the CSV behind the page's button."""
    async with page.expect_download() as download:
        await page.get_by_role("link", name="Export as CSV").click()
    path = folder / "statement.csv"
    await (await download.value).save_as(path)
    return list(csv.DictReader(path.open(newline="")))


async def test_a_clipper_checks_each_cent_month_by_month(
    page: Page, demo_server: AppServer, tmp_path: Path
) -> None:
    visitor = Visitor(page, demo_server)
    await visitor.enters_demo("clipper")
    await visitor.opens("/clippers/payouts")
    await page.get_by_role("link", name="Statement").click()
    table = page.get_by_role("table", name="Statement")
    await expect(table.get_by_role("row").nth(1)).to_contain_text("$", timeout=SLOW)
    await expect(
        table.get_by_text(re.compile(r"views, .* at submission: .* per 1,000 are \$")).first
    ).to_be_visible()

    rows = await taken_away(page, tmp_path)
    assert {row["adds_up"] for row in rows if row["what"] == "ACCRUAL"} == {"yes"}
    balances = [
        sum(round(float(row["amount"]) * 100) for row in rows[: number + 1])
        for number in range(len(rows))
    ]
    assert balances == [round(float(row["balance"]) * 100) for row in rows]

    months = page.get_by_label("Month (UTC)")
    await months.select_option(index=1)
    await page.wait_for_url(re.compile(r"month=\d{4}-\d{2}"))
    await expect(page.get_by_role("link", name="Export as CSV")).to_have_attribute(
        "href", re.compile("since=.*until=")
    )
    assert len(await taken_away(page, tmp_path)) <= len(rows)
    await page.go_back()
    await expect(months).to_have_value("")


async def test_an_admin_shows_a_brand_where_its_budget_went(
    page: Page, demo_server: AppServer, tmp_path: Path
) -> None:
    visitor = Visitor(page, demo_server)
    await visitor.enters_demo("admin")
    await visitor.opens("/admin/campaigns?status=COMPLETED")
    await page.get_by_role("table").get_by_role("link").first.click()
    await page.get_by_role("link", name="Statement").click()
    await expect(page.get_by_role("table", name="Statement")).to_contain_text(
        "due to all clips", timeout=SLOW
    )

    rows = await taken_away(page, tmp_path)
    assert (rows[0]["what"], rows[-1]["balance"]) == ("BUDGET_FUNDED", "0.00")
    assert sum(round(float(row["amount"]) * 100) for row in rows) == 0
    assert {row["adds_up"] for row in rows if row["what"] == "ACCRUAL"} == {"yes"}
