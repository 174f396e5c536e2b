"""What must not have happened between two looks: nothing is rewritten, and states only walk the
edges that are listed.

Like `checker`, plain rows and not a line of Swivi's.
"""

from collections import Counter
from collections.abc import Iterator

from tests.property.checker import CAMPAIGN_ENDS, ReconciliationState

FROZEN_ON_A_CLIP = ("submission_id", "campaign_id", "user_id", "initial_views", "rate", "min_views")
CLIP_ENDS = {
    "TRACKED": {"TRACKED", "REMOVED", "REVOKED"},
    "REMOVED": {"REMOVED", "TRACKED", "REVOKED"},
    "REVOKED": {"REVOKED"},
}
MONEY_OF_A_CLIP = ("earnings", "gross_credited")
FROZEN_ON_A_REQUEST = ("user_id", "amount", "net", "fee", "method", "details", "idempotency_key")


def check_step(before: ReconciliationState, after: ReconciliationState) -> list[str]:
    """What must not have happened between two looks."""
    return [
        sentence
        for looks in (_rewritten, _fallen, _walked, _earned_while_barred, _held, _reopened)
        for sentence in looks(before, after)
    ]


def _rewritten(before: ReconciliationState, after: ReconciliationState) -> Iterator[str]:
    for table, invariant in (
        ("ledger_transfers", "I3"),
        ("audit_log", "I14"),
        ("view_tracking", "I13"),
        ("payouts", "I9"),
    ):
        for number, row in before[table].items():
            if after[table].get(number) != row:
                yield f"{invariant}: row {number} of {table} was changed or removed"


def _fallen(before: ReconciliationState, after: ReconciliationState) -> Iterator[str]:
    new = {
        number for number in after["ledger_transfers"] if number not in before["ledger_transfers"]
    }
    taken: Counter[int] = Counter()
    for number in new:
        transfer = after["ledger_transfers"][number]
        if transfer["kind"] == "ACCRUAL_REVERSED":
            taken[transfer["clip_id"]] += transfer["amount"]
    for number, clip in before["clips"].items():
        now = after["clips"].get(number)
        if now is None or now["earnings"] < clip["earnings"] - taken[number]:
            yield f"I4: clip {number} lost earnings without a reversal"
        elif (
            any(now[name] != clip[name] for name in FROZEN_ON_A_CLIP)
            or now["gross_credited"] < clip["gross_credited"]
        ):
            yield f"I4: clip {number} has other terms, or was credited less, than a moment ago"
        elif now["peak_views"] < clip["peak_views"]:
            yield f"I13: the peak of clip {number} fell"


def _walked(before: ReconciliationState, after: ReconciliationState) -> Iterator[str]:
    for number, request in before["payout_requests"].items():
        now = after["payout_requests"].get(number)
        if now is None or any(now[name] != request[name] for name in FROZEN_ON_A_REQUEST):
            yield f"I8: request {number} is not what was asked for any more"
    for number, submission in before["clip_submissions"].items():
        now = after["clip_submissions"][number]
        if submission["status"] != "PENDING" and now["status"] != submission["status"]:
            yield f"I10: submission {number} was reviewed twice"
        if submission["initial_views"] not in (None, now["initial_views"]):
            yield f"I13: the baseline of submission {number} changed"
    for number, clip in before["clips"].items():
        now = after["clips"][number]
        if now["state"] not in CLIP_ENDS[clip["state"]]:
            yield f"I10: clip {number} went from {clip['state']} to {now['state']}"
        if clip["state"] == "REVOKED" and any(
            now[name] != clip[name] for name in ("state", *MONEY_OF_A_CLIP)
        ):
            yield f"I4: clip {number} was revoked, and changed after that"


def _earned_while_barred(before: ReconciliationState, after: ReconciliationState) -> Iterator[str]:
    """Nothing is earned by a clipper who is disabled, or of a campaign that is paused, before and
    after the step.
    """
    disabled = {key for key, row in before["users"].items() if row["status"] == "DISABLED"}
    disabled -= {key for key, row in after["users"].items() if row["status"] != "DISABLED"}
    paused = {key for key, row in before["campaigns"].items() if row["status"] == "PAUSED"}
    paused -= {key for key, row in after["campaigns"].items() if row["status"] != "PAUSED"}
    for number, transfer in after["ledger_transfers"].items():
        if number not in before["ledger_transfers"] and transfer["kind"] in {
            "ACCRUAL",
            "PAYOUT_RESERVED",
        }:
            if transfer["user_id"] in disabled:
                yield f"I10: transfer {number} is of user {transfer['user_id']}, who is disabled"
            if transfer["campaign_id"] in paused:
                yield (
                    f"I10: transfer {number} is of campaign {transfer['campaign_id']}, which is "
                    "paused"
                )


def _held(before: ReconciliationState, after: ReconciliationState) -> Iterator[str]:
    """A clip on hold, before and after the step, is credited nothing and keeps its peak; what is
    decided stays so.
    """
    for number, hold in before["clip_holds"].items():
        now, clip = after["clip_holds"].get(number), hold["clip_id"]
        if now is None or (hold["decision"] is not None and now != hold):
            yield f"I13: hold {number} was removed, or decided on twice"
        elif now["decision"] is None:
            same = ("gross_credited", "peak_views")
            if any(after["clips"][clip][name] != before["clips"][clip][name] for name in same):
                yield f"I13: clip {clip} was credited, or its peak rose, while it was on hold"
    for number, hold in after["clip_holds"].items():
        is_new = number not in before["clip_holds"] and hold["decision"] is None
        if is_new and after["clips"][hold["clip_id"]]["peak_views"] != hold["views_before"]:
            yield f"I13: hold {number} was placed, and the peak rose nevertheless"


def _reopened(before: ReconciliationState, after: ReconciliationState) -> Iterator[str]:
    for number, campaign in before["campaigns"].items():
        now = after["campaigns"][number]
        if now["status"] not in CAMPAIGN_ENDS.get(campaign["status"], {now["status"]}):
            yield f"I12: campaign {number} went from {campaign['status']} to {now['status']}"
        if campaign["completed_at"] is not None and any(
            now[name] != campaign[name]
            for name in ("completed_at", "spent", "budget", "completion_reason")
        ):
            yield f"I12: the books of campaign {number} were closed, and changed after that"
    for number, submission in before["clip_submissions"].items():
        if submission["final_earnings"] not in (
            None,
            after["clip_submissions"][number]["final_earnings"],
        ):
            yield f"I12: the snapshot of submission {number} changed"
