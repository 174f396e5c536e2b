"""Statements: a clipper's own, and any clipper's or campaign's for admins."""

import csv
import io
from datetime import timedelta

import httpx
import pytest

from swivi.api.http import streamed_tables
from swivi.api.routes import statements
from swivi.core import clock
from swivi.runtime.runtime import Runtime
from tests import factories
from tests.api.conftest import Person, refusal

OWN = "/clippers/statement"


def rows(answer: httpx.Response) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text, newline="")))


async def test_a_clipper_can_recompute_what_they_earned(earned: Person) -> None:
    [line] = (await earned.http.get(f"{OWN}.json")).json()
    made = line["made"]
    assert (line["what"], line["amount"], line["balance"]) == ("ACCRUAL", 50.0, 50.0)
    assert made["growth"] == made["views"] - made["initialViews"] == 20_000
    assert (
        made["growth"] * made["rate"] / 1_000 - made["creditedBefore"]
        == made["stillDue"]
        == line["amount"]
    )
    assert (made["budgetLeft"], made["addsUp"]) == (None, True)


async def test_the_same_as_a_table(earned: Person) -> None:
    await earned.http.post(
        "/clippers/payout-request",
        json={"amount": 20, "method": "paypal", "details": "me@swivi.test"},
    )
    accrual, reserved = rows(await earned.http.get(f"{OWN}.csv"))
    assert (accrual["amount"], accrual["balance"], accrual["currency"]) == ("50.00", "50.00", "USD")
    assert (accrual["views"], accrual["growth"], accrual["rate_per_1000"]) == (
        "20000",
        "20000",
        "2.50",
    )
    assert (accrual["worth"], accrual["still_due"], accrual["adds_up"]) == ("50.00", "50.00", "yes")
    assert (reserved["what"], reserved["balance"], reserved["growth"]) == (
        "PAYOUT_RESERVED",
        "30.00",
        "",
    )
    assert reserved["amount"] == "-20.00"


async def test_only_the_days_that_are_asked_for(earned: Person) -> None:
    today = clock.now().date()
    for given, lines in (
        ({"since": today.isoformat()}, 1),
        ({"until": today.isoformat()}, 1),
        ({"since": (today + timedelta(days=1)).isoformat()}, 0),
        ({"until": (today - timedelta(days=1)).isoformat()}, 0),
        ({"since": "0001-01-01", "until": "9999-12-31"}, 1),
    ):
        assert len((await earned.http.get(f"{OWN}.json", params=given)).json()) == lines, given
    assert refusal(await earned.http.get(f"{OWN}.json", params={"since": "May"})) == (
        422,
        "invalid_input",
    )


async def test_an_admin_sees_a_clippers_and_a_campaigns(earned: Person, admin: Person) -> None:
    own = (await earned.http.get(f"{OWN}.json")).json()
    theirs = await admin.http.get(f"/admin/users/{earned.id}/statement.json")
    assert theirs.json() == own
    [campaign] = (await admin.http.get("/admin/campaigns")).json()["items"]
    funded, paid = rows(await admin.http.get(f"/admin/campaigns/{campaign['id']}/statement.csv"))
    assert (funded["what"], funded["balance"]) == ("BUDGET_FUNDED", "100.00")
    assert (paid["what"], paid["balance"], paid["clipper"]) == (
        "ACCRUAL",
        "50.00",
        earned.actor.name,
    )
    for path in ("/admin/users/999999/statement", "/admin/campaigns/999999/statement"):
        for kind in ("csv", "json"):
            assert (await admin.http.get(f"{path}.{kind}")).status_code == 404


async def test_a_long_one_comes_whole_and_once(
    running: Runtime, admin: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statements, "LINES_AT_ONCE", 2)
    campaign = await factories.a_campaign(running.database, admin.actor)
    for budget in range(101, 106):
        await admin.http.patch(f"/admin/campaigns/{campaign.id}", json={"budget": budget})
    lines = rows(await admin.http.get(f"/admin/campaigns/{campaign.id}/statement.csv"))
    assert [line["balance"] for line in lines] == [f"{budget}.00" for budget in range(100, 106)]


async def test_a_title_runs_in_no_spreadsheet(running: Runtime, admin: Person) -> None:
    campaign = await factories.a_campaign(running.database, admin.actor, title="=1+1")
    [line] = rows(await admin.http.get(f"/admin/campaigns/{campaign.id}/statement.csv"))
    assert line["campaign"] == "'=1+1"
    assert not any(
        cell.startswith(streamed_tables.FORMULA_STARTS)
        for cell in line.values()
        if cell != line["amount"]
    )
