"""CSV exports: complete, for admins only, and without a cell that a spreadsheet would run."""

import csv
import io

import httpx
import pytest

from swivi.api.http import streamed_tables
from swivi.api.routes import exports
from swivi.domain.accounts.sessions import SESSION_COOKIE, open_session
from swivi.domain.clips import review
from swivi.runtime.runtime import Runtime
from tests import factories
from tests.api.conftest import Person, refusal

PAYOUTS = "/admin/exports/payouts.csv"
AUDIT = "/admin/exports/audit.csv"
EVIL = (
    *("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"),
    *("\uff1d1+1", "\uff0b1", "\uff0d1", "\uff20SUM(A1)", "\ufe661", "\u22121"),
    *(
        "  =1",
        " \t+1",
        "\ufeff=1",
        "\u200b\u200b-1",
        "\u00a0@SUM(A1)",
        "\u3000\uff1d1",
        "\u202e=1",
        "\x00=1",
    ),
)


def rows(answer: httpx.Response) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith('attachment; filename="swivi-')
    return list(csv.DictReader(io.StringIO(answer.text, newline="")))


async def ask(person: Person, details: str = "casey@swivi.test") -> str:
    body = {"amount": 20.10, "method": "paypal", "details": details}
    asked = await person.http.post("/clippers/payout-request", json=body)
    assert asked.status_code == 201, asked.text
    return str(asked.json()["id"])


async def test_every_payout_request_with_its_money_times_and_transaction(
    earned: Person, admin: Person
) -> None:
    number = await ask(earned)
    process = f"/admin/payout-requests/{number}/process"
    await admin.http.post(process, json={"action": "approve"})
    await admin.http.post(process, json={"action": "complete", "transactionId": "PP-1"})
    second = await ask(earned)

    newest, paid = rows(await admin.http.get(PAYOUTS))
    assert (newest["id"], newest["status"], newest["transaction_id"], newest["paid_at"]) == (
        second,
        "PENDING",
        "",
        "",
    )
    assert (paid["id"], paid["status"], paid["transaction_id"]) == (number, "COMPLETED", "PP-1")
    assert (paid["amount"], paid["fee"], paid["net"], paid["currency"]) == (
        "20.10",
        "0.00",
        "20.10",
        "USD",
    )
    assert (paid["clipper"], paid["email"]) == (earned.actor.name, earned.actor.email)
    assert (paid["method"], paid["details"], paid["decided_by"]) == (
        "paypal",
        "casey@swivi.test",
        admin.actor.name,
    )
    assert paid["paid_at"].endswith("+00:00")


async def test_only_the_status_that_is_asked_for(earned: Person, admin: Person) -> None:
    number = await ask(earned)
    for status, found in (("pending", [number]), ("PENDING", [number]), ("completed", [])):
        answer = await admin.http.get(PAYOUTS, params={"status": status})
        assert [row["id"] for row in rows(answer)] == found, status
    for wrong in ("paid", ""):
        assert refusal(await admin.http.get(PAYOUTS, params={"status": wrong})) == (
            422,
            "invalid_input",
        )


@pytest.mark.parametrize("evil", EVIL)
def test_a_cell_that_begins_like_a_formula_is_text(evil: str) -> None:
    assert streamed_tables._harmless(evil) == f"'{evil}"
    assert streamed_tables._harmless(f"a{evil}") == f"a{evil}"


async def test_what_people_typed_runs_in_no_spreadsheet(
    running: Runtime, earned: Person, admin: Person
) -> None:
    await ask(earned, "=a+b@evil.test")
    campaign = await factories.a_campaign(running.database, admin.actor, title="=cmd|' /C calc'!A0")
    sent = await factories.a_submission(
        running.database, earned.actor, campaign, factories.tiktok(2)
    )
    async with running.database.writing() as session:
        await review.reject(session, admin.actor, sent.id, '@SUM(1+1), "quoted"\nand on')

    [payout] = rows(await admin.http.get(PAYOUTS))
    assert payout["details"] == "'=a+b@evil.test"
    [entry] = rows(await admin.http.get(AUDIT, params={"action": "submission.rejected"}))
    assert entry["reason"] == '\'@SUM(1+1), "quoted"\nand on'
    for row in rows(await admin.http.get(PAYOUTS)) + rows(await admin.http.get(AUDIT)):
        assert not any(cell.startswith(streamed_tables.FORMULA_STARTS) for cell in row.values())


async def test_the_audit_log_filters_by_who_what_and_when(earned: Person, admin: Person) -> None:
    number = await ask(earned)
    everything = rows(await admin.http.get(AUDIT))
    for given, kept in (
        ({"action": "payout.requested"}, lambda row: row["action"] == "payout.requested"),
        (
            {"subject": "payout_request", "id": number},
            lambda row: row["subject"] == "payout_request",
        ),
        ({"actor": earned.id}, lambda row: row["who"] == earned.actor.name),
        ({"actor": "0"}, lambda row: row["who"] == "Swivi"),
        ({"since": everything[0]["at"][:10], "until": "9999-12-31"}, lambda row: True),
        ({"since": "0001-01-01", "until": "2001-01-01"}, lambda row: False),
    ):
        found = rows(await admin.http.get(AUDIT, params=given))
        assert found == [row for row in everything if kept(row)], given
    assert {row["who"] for row in everything} >= {earned.actor.name, admin.actor.name, "Swivi"}
    assert refusal(await admin.http.get(AUDIT, params={"subject": "no\x00thing"})) == (
        422,
        "invalid_input",
    )
    asked = next(row for row in everything if row["action"] == "payout.requested")
    assert (asked["subject_id"], asked["amount"]) == (number, "20.10")


async def test_long_lists_come_whole_and_once(
    running: Runtime, admin: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "ROWS_AT_ONCE", 2)
    for number in range(5):
        await factories.a_campaign(running.database, admin.actor, title=f"Campaign {number}")

    ids = [int(row["id"]) for row in rows(await admin.http.get(AUDIT))]
    assert len(ids) >= 5
    assert ids == sorted(set(ids), reverse=True)


@pytest.mark.parametrize("path", [PAYOUTS, AUDIT])
async def test_admins_may_with_a_token_or_their_cookie_and_nobody_else(
    running: Runtime, guest: httpx.AsyncClient, clipper: Person, admin: Person, path: str
) -> None:
    assert (await guest.get(path)).status_code == 401
    assert refusal(await clipper.http.get(path)) == (403, "admins_only")
    async with running.database.writing() as session:
        cookie = await open_session(session, admin.actor.user_id)
    assert (
        await guest.get(path, headers={"Cookie": f"{SESSION_COOKIE}={cookie}"})
    ).status_code == 200
