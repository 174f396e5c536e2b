"""The triggers that migrations create, by the digests of their texts.

A trigger forbids rewriting history, or keeps a total. A missing, disabled, changed or unknown
trigger is a finding. A test compares `EXPECTED` with a freshly migrated database. After a migration
that creates or replaces a trigger, the test prints the new lines.
"""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

ON_SQLITE: dict[str, str] = {
    "audit_log.audit_log_no_delete": "1623c24532eaa337",
    "audit_log.audit_log_no_update": "70dd941a3c641d51",
    "campaigns.campaigns_keep_test_flag": "77c518fd7b8728de",
    "clip_submissions.clip_submissions_add_up": "8a062d608d54f407",
    "clip_submissions.clip_submissions_add_up_again": "5f73dfa28fd005ae",
    "clip_submissions.clip_submissions_count_submitter": "06255859a630c080",
    "clips.clips_add_up": "268ac11aa3329145",
    "ledger_transfers.ledger_transfers_add_up": "486abb4c2908b71d",
    "ledger_transfers.ledger_transfers_no_delete": "799732c7cc8ea504",
    "ledger_transfers.ledger_transfers_no_update": "395e042a545bc2fd",
    "payout_requests.payout_requests_add_up": "f9c17f34ae05cf41",
    "payout_requests.payout_requests_add_up_again": "13f27d60964272df",
    "sealed_slices.sealed_slices_no_delete": "8d862b18df03b2f4",
    "sealed_slices.sealed_slices_no_update": "b90ca63077cb4c78",
    "seals.seals_no_delete": "3410914c23d0221a",
    "seals.seals_no_update": "c77785bc4539c5f4",
    "thinned_readings.thinned_readings_no_delete": "666eb6977d435ef4",
    "thinned_readings.thinned_readings_no_update": "e6f3aca5091e7688",
    "users.users_add_up": "d87f6bbd3a20dc2b",
    "users.users_add_up_again": "88ca360b100c1c35",
    "view_tracking.view_tracking_no_update": "3a4e2409a20baee7",
}
ON_POSTGRESQL: dict[str, str] = {
    "audit_log.audit_log_no_delete": "d416623d2b703b1d",
    "audit_log.audit_log_no_truncate": "6cbfc066c6596d35",
    "audit_log.audit_log_no_update": "db0ddbe46b1bf719",
    "campaigns.campaigns_keep_test_flag": "b414292d0bdbbe39",
    "clip_submissions.clip_submissions_add_up": "9dbeb67e2b790273",
    "clip_submissions.clip_submissions_add_up_again": "928e1114f8db4ed7",
    "clip_submissions.clip_submissions_count_submitter": "be49cf68c8269a7f",
    "clips.clips_add_up": "6864372e1146aca6",
    "ledger_transfers.ledger_transfers_add_up": "085ebc2a6997908a",
    "ledger_transfers.ledger_transfers_no_delete": "c9b04d2fb5860faa",
    "ledger_transfers.ledger_transfers_no_truncate": "237ad1fb818d9552",
    "ledger_transfers.ledger_transfers_no_update": "9c6741af24ecdd8f",
    "payout_requests.payout_requests_add_up": "bcaeee4fcfadd7af",
    "payout_requests.payout_requests_add_up_again": "097b53724b20ca73",
    "sealed_slices.sealed_slices_no_delete": "c0aedfa8e4ee0f52",
    "sealed_slices.sealed_slices_no_truncate": "587b33cf5c674eb4",
    "sealed_slices.sealed_slices_no_update": "fdfef41db103550b",
    "seals.seals_no_delete": "be116f42be04f8ba",
    "seals.seals_no_truncate": "a75601c194f37f8b",
    "seals.seals_no_update": "3e1633497acd0e51",
    "thinned_readings.thinned_readings_no_delete": "011e077065b5a220",
    "thinned_readings.thinned_readings_no_truncate": "5c2714464621d6ce",
    "thinned_readings.thinned_readings_no_update": "8e0d8e9ed39c3a1f",
    "users.users_add_up": "d4c3501edd76b11f",
    "users.users_add_up_again": "b7686ffcaf3e3aba",
    "view_tracking.view_tracking_no_update": "e7e6109b6dcbf10e",
}
"""`table.trigger`, and the first 16 digits of the digest of its definition and function."""

SQLITE = (
    "SELECT tbl_name || '.' || name AS name, sql AS body FROM sqlite_master WHERE type = 'trigger'"
)

# A trigger of view_tracking has a clone on each partition, which can be switched off by itself.
# Foreign keys are triggers too: internal ones, which can only be switched off.
POSTGRESQL = """
    SELECT c.relname || '.' || t.tgname AS name, t.tgenabled IN ('O', 'A') AS is_on,
           t.tgisinternal OR t.tgparentid <> 0 AS is_derived,
           pg_get_triggerdef(t.oid, true) || ' ' || l.lanname || ' ' || p.prosrc
               || COALESCE(array_to_string(p.proconfig, ','), '') AS body
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n
        ON n.oid = c.relnamespace
    JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_language l ON l.oid = p.prolang
    WHERE n.nspname = current_schema()"""
WITHOUT_CLONE = """
    SELECT part.relname || '.' || t.tgname AS name
    FROM pg_trigger t JOIN pg_inherits i ON i.inhparent = t.tgrelid
    JOIN pg_class part ON part.oid = i.inhrelid JOIN pg_namespace n ON n.oid = part.relnamespace
    WHERE n.nspname = current_schema() AND NOT t.tgisinternal AND NOT EXISTS (
        SELECT 1 FROM pg_trigger clone WHERE clone.tgparentid = t.oid
            AND clone.tgrelid = part.oid)"""
RULES = """
    SELECT c.relname || '.' || r.rulename AS name FROM pg_rewrite r
    JOIN pg_class c ON c.oid = r.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = current_schema() AND r.rulename <> '_RETURN'"""


@dataclass(frozen=True, slots=True)
class WrongTrigger:
    """A trigger that differs from the migrations: `table.trigger` and a sentence."""

    name: str
    sentence: str


def expected(*, sqlite: bool) -> dict[str, str]:
    """Return the triggers of a migrated database with their digests."""
    return ON_SQLITE if sqlite else ON_POSTGRESQL


async def present(session: AsyncSession) -> dict[str, str]:
    """Return the enabled triggers with their digests.

    Clones on partitions are left out.
    """
    if session.get_bind().dialect.name == "sqlite":
        return {row.name: _digest(row.body) for row in await session.execute(text(SQLITE))}
    rows = await session.execute(text(POSTGRESQL))
    return {row.name: _digest(row.body) for row in rows if row.is_on and not row.is_derived}


async def wrong(session: AsyncSession) -> list[WrongTrigger]:
    """Return each trigger that differs from the migrations."""
    sqlite = session.get_bind().dialect.name == "sqlite"
    wanted, found = expected(sqlite=sqlite), await present(session)
    differing = [*_differing(wanted, found)]
    if not sqlite:
        differing += [one async for one in _around_triggers(session)]
    return differing


async def _around_triggers(session: AsyncSession) -> AsyncIterator[WrongTrigger]:
    """Return disabled clones and foreign keys, partitions without a clone, and rules."""
    for row in await session.execute(text(POSTGRESQL)):
        if row.is_derived and not row.is_on:
            yield WrongTrigger(row.name, f"trigger {row.name}: is switched off")
    for row in await session.execute(text(WITHOUT_CLONE)):
        yield WrongTrigger(row.name, f"trigger {row.name}: is missing on this partition")
    for row in await session.execute(text(RULES)):
        yield WrongTrigger(row.name, f"rule {row.name}: no migration created it")


def _differing(wanted: dict[str, str], found: dict[str, str]) -> Iterator[WrongTrigger]:
    for name in sorted(wanted.keys() | found.keys()):
        if name not in found:
            yield WrongTrigger(name, f"trigger {name}: is gone or switched off")
        elif name not in wanted:
            yield WrongTrigger(name, f"trigger {name}: no migration created it")
        elif found[name] != wanted[name]:
            yield WrongTrigger(
                name, f"trigger {name}: does something else than what its migration says"
            )


def _digest(body: str) -> str:
    return sha256(" ".join(body.split()).encode()).hexdigest()[:16]
