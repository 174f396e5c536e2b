"""Attacks by somebody who may write to the database and knows the code: the audit names each.

Tables are disarmed, totals are corrected, and audit entries are forged where that helps the
attacker.
"""

from dataclasses import dataclass

import pytest

from swivi.core.db import Database
from swivi.domain.ledger import invariants, states
from swivi.domain.ledger.states import Recorded
from tests.services.test_invariants import disarmed, executed, history, history_url

__all__ = ["history", "history_url"]  # fixtures


@dataclass(frozen=True)
class Attack:
    """What is done by SQL to tables of which some are disarmed, and whose states forged entries
    then record.
    """

    name: str
    disarmed: tuple[str, ...]
    statements: tuple[str, ...]
    forged: tuple[Recorded, ...] = ()


CLIP = "(SELECT MIN(id) FROM clips WHERE state = 'TRACKED' AND earnings > 0)"
OWNER = f"(SELECT user_id FROM clips WHERE id = {CLIP})"
PAID = "(SELECT MIN(id) FROM payout_requests WHERE status = 'COMPLETED')"
MOST = 5_000_000
READING = (
    "INSERT INTO view_tracking (clip_id, run_id, attempt, date, outcome, views, metric, source, "
    "detail)"
)
COUNTED = (
    f"UPDATE users SET total_views = total_views + {MOST} - (SELECT peak_views FROM clips WHERE id "
    f"= {CLIP}) WHERE id = {OWNER}",
    f"UPDATE campaign_days SET views = views + {MOST} - (SELECT peak_views FROM clips WHERE id = "
    f"{CLIP})"
    f" WHERE (campaign_id, platform) = (SELECT campaign_id, platform FROM clips WHERE id = {CLIP})",
    f"UPDATE clips SET views = {MOST}, peak_views = {MOST} WHERE id = {CLIP}",
)
TRANSFER = (
    "INSERT INTO ledger_transfers (debit_account, credit_account, amount, kind, idempotency_key, "
    "audit_id,"
    " campaign_id, user_id, clip_id, run_id, created_at)"
)

ATTACKS = (
    Attack(
        "a peak with a reading that nobody entered",
        (),
        (
            (
                f"{READING} SELECT {CLIP}, NULL, 1, CURRENT_TIMESTAMP, 'ok', {MOST}, 'playCount', "
                "'manual', ''"
            ),
            *COUNTED,
        ),
        (states.CLIP,),
    ),
    Attack("a peak without a reading", (), COUNTED, (states.CLIP,)),
    Attack(
        "a credit of a cent",
        (),
        (
            f"{TRANSFER} SELECT debit_account, credit_account, 1, kind, 'forged', audit_id, "
            "campaign_id, user_id, clip_id, run_id, created_at FROM ledger_transfers WHERE kind = "
            f"'ACCRUAL' AND clip_id = {CLIP} LIMIT 1",
            (
                "UPDATE campaigns SET spent = spent + 1 WHERE id = (SELECT campaign_id FROM clips "
                f"WHERE id = {CLIP})"
            ),
            f"UPDATE users SET total_earnings = total_earnings + 1 WHERE id = {OWNER}",
            (
                "UPDATE clips SET earnings = earnings + 1, gross_credited = gross_credited + 1 "
                f"WHERE id = {CLIP}"
            ),
        ),
    ),
    Attack("a granted role", (), (f"UPDATE users SET role = 'ADMIN' WHERE id = {OWNER}",)),
    Attack(
        "a redirected payout, with a forged entry",
        (),
        ("UPDATE payout_requests SET details = 'thief@swivi.test' WHERE status = 'PENDING'",),
        (states.PAYOUT_REQUEST,),
    ),
    Attack(
        "a payout that is opened again, with a forged entry",
        ("payout_requests",),
        (
            f"DELETE FROM payouts WHERE request_id = {PAID}",
            f"UPDATE payout_requests SET status = 'APPROVED' WHERE id = {PAID}",
        ),
        (states.PAYOUT_REQUEST,),
    ),
    Attack(
        "a clip that changes its owner, with forged entries",
        (),
        (
            "UPDATE clips SET user_id = 1 WHERE id = 1",
            (
                "UPDATE clip_submissions SET user_id = 1 WHERE id = (SELECT submission_id FROM "
                "clips WHERE id = 1)"
            ),
        ),
        (states.CLIP, states.SUBMISSION),
    ),
    Attack(
        "an approved video that is free again, with a forged entry",
        (),
        (
            "UPDATE clip_submissions SET external_id = 'x'"
            f" WHERE id = (SELECT submission_id FROM clips WHERE id = {CLIP})",
        ),
        (states.SUBMISSION,),
    ),
    Attack(
        "a revoked clip that earns again, with a forged entry",
        (),
        ("UPDATE clips SET state = 'TRACKED' WHERE state = 'REVOKED'",),
        (states.CLIP,),
    ),
    Attack(
        "a hold that is gone, with its entries",
        ("audit_log",),
        ("DELETE FROM clip_holds", "DELETE FROM audit_log WHERE subject = 'clip_hold'"),
    ),
    Attack(
        "a revocation that never was",
        ("audit_log", "ledger_transfers"),
        (
            "UPDATE clips SET state = 'TRACKED' WHERE state = 'REVOKED'",
            "DELETE FROM audit_log WHERE action = 'clip.revoked'",
        ),
    ),
    Attack(
        "a budget, with a forged entry",
        (),
        ("UPDATE campaigns SET budget = budget + 100 WHERE id = 1",),
        (states.CAMPAIGN,),
    ),
    Attack(
        "a back-dated entry",
        ("audit_log",),
        (
            (
                "UPDATE audit_log SET at = (SELECT MIN(at) FROM audit_log) WHERE id = (SELECT "
                "MAX(id) FROM audit_log)"
            ),
        ),
    ),
    Attack(
        "two transfers that change places",
        ("ledger_transfers",),
        (
            "UPDATE ledger_transfers SET id = 1000000 WHERE id = 2",
            "UPDATE ledger_transfers SET id = 2 WHERE id = 3",
            "UPDATE ledger_transfers SET id = 3 WHERE id = 1000000",
        ),
    ),
    Attack(
        "a campaign that is not over, with a forged entry",
        (),
        (
            "UPDATE campaigns SET status = 'ACTIVE', completed_at = NULL, completion_reason = NULL"
            " WHERE status = 'COMPLETED'",
        ),
        (states.CAMPAIGN,),
    ),
)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda one: one.name)
async def test_an_attack_is_named(history: Database, attack: Attack) -> None:
    for table in attack.disarmed:
        await disarmed(history, table)
    known = {one.sentence for one in (await invariants.check(history)).findings}
    await executed(history, *attack.statements)
    async with history.writing() as session:
        for recorded in attack.forged:
            await states.record_many(session, recorded, f"{recorded.subject}.recorded", "1 = 1", {})

    assert {one.sentence for one in (await invariants.check(history)).findings} - known
