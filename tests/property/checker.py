"""I1 to I16, looked at a second time: plain rows, plain Python, and not a line of Swivi's.

`check` looks at the tables as they are; what is about history is in `history`. Both answer with
sentences that begin with the invariant's number. Amounts are cents.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

Row = dict[str, Any]
ReconciliationState = dict[str, dict[Any, Row]]
"""The rows of each table by their key."""

KEYS = {
    "users": "id",
    "campaigns": "id",
    "clip_submissions": "id",
    "clips": "id",
    "view_tracking": "id",
    "clip_holds": "id",
    "tracking_runs": "id",
    "tracking_run_campaigns": "id",
    "ledger_transfers": "id",
    "audit_log": "id",
    "payout_requests": "id",
    "payouts": "id",
    "leases": "name",
}

LONGEST_LEASE = timedelta(hours=1)
PAYOUT_EDGES = {
    None: {"requested"},
    "requested": {"cancelled", "approved", "rejected"},
    "approved": {"rejected", "completed", "failed"},
    "completed": {"reversed"},
}
CAMPAIGN_ENDS = {"COMPLETED": {"COMPLETED", "ARCHIVED"}, "ARCHIVED": {"ARCHIVED"}}
GIVEN_BACK = {"CANCELLED", "REJECTED", "FAILED"}
SENT = {"COMPLETED", "REVERSED"}


def check(books: ReconciliationState, *, now: datetime, minimum: int = 1) -> list[str]:
    """What is wrong with the tables as they are.

    `now` is UTC without a zone; `minimum` is the smallest payout.
    """
    return [sentence for looks in LOOKS for sentence in looks(books)] + [
        *_amounts(books, minimum),
        *_leases(books, now),
    ]


def _sums(
    books: ReconciliationState, by: str, *kinds: str, minus: tuple[str, ...] = ()
) -> Counter[Any]:
    totals: Counter[Any] = Counter()
    for transfer in books["ledger_transfers"].values():
        if transfer["kind"] in kinds:
            totals[transfer[by]] += transfer["amount"]
        elif transfer["kind"] in minus:
            totals[transfer[by]] -= transfer["amount"]
    return totals


def _campaigns(books: ReconciliationState) -> Iterator[str]:
    of_clips: Counter[int] = Counter()
    for clip in books["clips"].values():
        of_clips[clip["campaign_id"]] += clip["earnings"]
    accrued = _sums(books, "campaign_id", "ACCRUAL", minus=("ACCRUAL_REVERSED",))
    funded = _sums(books, "campaign_id", "BUDGET_FUNDED", minus=("BUDGET_REDUCED",))
    returned = _sums(books, "campaign_id", "BUDGET_RETURNED")
    for number, campaign in books["campaigns"].items():
        spent, budget = campaign["spent"], campaign["budget"]
        if not spent == of_clips[number] == accrued[number]:
            yield (
                f"I1: campaign {number} spent {spent}, clips have {of_clips[number]}, accruals "
                f"{accrued[number]}"
            )
        if not 0 <= spent <= budget:
            yield f"I1: campaign {number} spent {spent} of {budget}"
        if budget != funded[number] or budget < spent:
            yield (
                f"I15: campaign {number} has a budget of {budget}, was funded with "
                f"{funded[number]}, spent {spent}"
            )
        unspent = budget - spent if campaign["completed_at"] else 0
        if returned[number] != unspent:
            yield (
                f"I12: campaign {number} returned {returned[number]} of its budget, {unspent} was "
                "not spent"
            )


def _clippers(books: ReconciliationState) -> Iterator[str]:
    earned = _sums(books, "user_id", "ACCRUAL", minus=("ACCRUAL_REVERSED",))
    paid = _sums(books, "user_id", "PAYOUT_PAID", "PAYOUT_FEE", minus=("PAYOUT_RETURNED",))
    held = _sums(
        books, "user_id", "PAYOUT_RESERVED", minus=("PAYOUT_RELEASED", "PAYOUT_PAID", "PAYOUT_FEE")
    )
    for number, user in books["users"].items():
        for name, totals in (("total_earnings", earned), ("paid", paid), ("reserved", held)):
            if user[name] != totals[number]:
                yield (
                    f"I2: user {number} has {name} {user[name]}, the transfers say {totals[number]}"
                )
        if (
            min(
                user["total_earnings"] - user["paid"] - user["reserved"],
                user["paid"],
                user["reserved"],
            )
            < 0
        ):
            yield f"I2: user {number} has less than nothing"


def _accounts(books: ReconciliationState) -> Iterator[str]:
    """Each transfer goes between the two accounts that its kind means, so the accounts say what the
    caches say.
    """
    balances: Counter[str] = Counter()
    for number, transfer in books["ledger_transfers"].items():
        balances[transfer["debit_account"]] -= transfer["amount"]
        balances[transfer["credit_account"]] += transfer["amount"]
        campaign, own, held = (
            f"campaign:{transfer['campaign_id']}",
            f"available:{transfer['user_id']}",
            f"reserved:{transfer['user_id']}",
        )
        back_from = books["ledger_transfers"].get(transfer["reverses"], {}).get("credit_account")
        meant = {
            "BUDGET_FUNDED": ("outside", campaign),
            "BUDGET_REDUCED": (campaign, "outside"),
            "BUDGET_RETURNED": (campaign, "outside"),
            "ACCRUAL": (campaign, own),
            "ACCRUAL_REVERSED": (own, campaign),
            "PAYOUT_RESERVED": (own, held),
            "PAYOUT_RELEASED": (held, own),
            "PAYOUT_PAID": (held, "outside"),
            "PAYOUT_FEE": (held, "fees"),
            "PAYOUT_RETURNED": (back_from, own),
        }[transfer["kind"]]
        if (transfer["debit_account"], transfer["credit_account"]) != meant or transfer[
            "amount"
        ] <= 0:
            yield (
                f"I3: transfer {number} moves {transfer['amount']} between accounts that "
                f"{transfer['kind']} does not"
            )
    expected = {
        f"campaign:{key}": 0 if row["completed_at"] else row["budget"] - row["spent"]
        for key, row in books["campaigns"].items()
    }
    for key, row in books["users"].items():
        expected[f"available:{key}"] = row["total_earnings"] - row["paid"] - row["reserved"]
        expected[f"reserved:{key}"] = row["reserved"]
    wrong = {
        name
        for name in {*balances, *expected} - {"outside", "fees"}
        if balances[name] != expected.get(name, 0)
    }
    yield from (
        f"I3: account {name} holds {balances[name]}, expected {expected.get(name)}"
        for name in sorted(wrong)
    )


def _clips(books: ReconciliationState) -> Iterator[str]:
    credited = _sums(books, "clip_id", "ACCRUAL")
    taken = _sums(books, "clip_id", "ACCRUAL_REVERSED")
    for number, clip in books["clips"].items():
        if clip["gross_credited"] != credited[number]:
            yield (
                f"I4: clip {number} was credited {clip['gross_credited']}, the transfers say "
                f"{credited[number]}"
            )
        if clip["earnings"] != credited[number] - taken[number]:
            yield (
                f"I1: clip {number} earned {clip['earnings']}, transfers say "
                f"{credited[number] - taken[number]}"
            )
    reversed_: Counter[int] = Counter()
    for number, transfer in books["ledger_transfers"].items():
        if transfer["reverses"] is None:
            if transfer["kind"] in {"ACCRUAL_REVERSED", "PAYOUT_RETURNED"}:
                yield f"I4: transfer {number} takes back, and names nothing"
            continue
        original = books["ledger_transfers"].get(transfer["reverses"])
        reversed_[transfer["reverses"]] += 1
        if (
            original is None
            or transfer["amount"] > original["amount"]
            or any(
                transfer[name] != original[name]
                for name in ("clip_id", "user_id", "payout_request_id")
            )
        ):
            yield f"I4: transfer {number} does not reverse what it names"
    yield from (
        f"I4: transfer {number} is reversed {times} times"
        for number, times in reversed_.items()
        if times > 1
    )


def _runs(books: ReconciliationState) -> Iterator[str]:
    accruals = [row for row in books["ledger_transfers"].values() if row["kind"] == "ACCRUAL"]
    for (run, clip), times in Counter((row["run_id"], row["clip_id"]) for row in accruals).items():
        if times > 1 or run is None:
            yield f"I5: clip {clip} was credited {times} times in run {run}"
    by_run, by_plan = _sums(books, "run_id", "ACCRUAL"), Counter[Any]()
    for row in accruals:
        by_plan[row["run_id"], row["campaign_id"]] += row["amount"]
    for number, run in books["tracking_runs"].items():
        if run["earnings_added"] != by_run[number]:
            yield (
                f"I6: run {number} says {run['earnings_added']} was added, the transfers say "
                f"{by_run[number]}"
            )
    for plan in books["tracking_run_campaigns"].values():
        added = by_plan.pop((plan["run_id"], plan["campaign_id"]), 0)
        if plan["earnings_added"] != added or (added and plan["status"] != "SETTLED"):
            yield (
                f"I6: plan {plan['id']} says {plan['earnings_added']} was added, the transfers say "
                f"{added}"
            )
    yield from (
        f"I6: run {run} credited campaign {campaign}, which it did not plan"
        for run, campaign in by_plan
    )


def _requests(books: ReconciliationState) -> Iterator[str]:
    moved: defaultdict[int, defaultdict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for transfer in books["ledger_transfers"].values():
        if transfer["payout_request_id"] is not None:
            moved[transfer["payout_request_id"]][transfer["kind"]].append(transfer["amount"])
    for number, request in books["payout_requests"].items():
        net, fee, amount, status = (
            request["net"],
            request["fee"],
            request["amount"],
            request["status"],
        )
        sent, back = status in SENT, status == "REVERSED"
        expected = {
            "PAYOUT_RESERVED": [amount],
            "PAYOUT_RELEASED": [amount] if status in GIVEN_BACK else [],
            "PAYOUT_PAID": [net] if sent else [],
            "PAYOUT_FEE": [fee] if sent and fee else [],
            "PAYOUT_RETURNED": sorted(part for part in (net, fee) if part and back),
        }
        for kind, amounts in expected.items():
            if sorted(moved[number][kind]) != amounts:
                yield (
                    f"I7: request {number} is {status} with {kind} of {moved[number][kind]}, "
                    f"expected {amounts}"
                )


def _payouts(books: ReconciliationState) -> Iterator[str]:
    payouts = defaultdict(list)
    for payout in books["payouts"].values():
        payouts[payout["request_id"]].append(payout)
    for number, request in books["payout_requests"].items():
        if [payout["transaction_id"] != "" for payout in payouts[number]] != [True] * (
            request["status"] in SENT
        ):
            yield f"I9: request {number} is {request['status']} with {len(payouts[number])} payouts"
        for payout in payouts[number]:
            if any(
                payout[name] != request[name]
                for name in ("user_id", "amount", "net", "fee", "method")
            ):
                yield f"I9: payout {payout['id']} is not what request {number} asked for"
    for used, times in Counter(
        (row["method"], row["transaction_id"]) for row in books["payouts"].values()
    ).items():
        if times > 1:
            yield f"I9: {times} payouts bear {used}"


def _keys_and_paths(books: ReconciliationState) -> Iterator[str]:
    walked: defaultdict[int, list[Row]] = defaultdict(list)
    for _, entry in sorted(books["audit_log"].items()):
        if entry["subject"] == "payout_request":
            walked[entry["subject_id"]].append(entry)
    for number, request in books["payout_requests"].items():
        yield from _path(books, number, request, walked[number])
    keys = Counter(
        (row["user_id"], row["idempotency_key"]) for row in books["payout_requests"].values()
    )
    yield from (
        f"I11: key {key} of user {user} made {n} requests"
        for (user, key), n in keys.items()
        if key and n > 1
    )


def _path(
    books: ReconciliationState, number: int, request: Row, entries: list[Row]
) -> Iterator[str]:
    """The audit log tells how the request came to its state: by listed edges, each walked by whom
    it may be.
    """
    state = None
    for entry in entries:
        step = entry["action"].removeprefix("payout.")
        if step not in PAYOUT_EDGES.get(state, ()):
            yield f"I10: request {number} went from {state} to {step}"
        payees = step in {"requested", "cancelled"}
        actor = books["users"].get(entry["actor_id"], {"role": None})
        if (entry["actor_id"] == request["user_id"]) is not payees or (
            not payees and actor["role"] != "ADMIN"
        ):
            yield f"I10: request {number} was {step} by user {entry['actor_id']}"
        state = step
    if state != {"PENDING": "requested"}.get(request["status"], request["status"].lower()):
        yield f"I10: request {number} is {request['status']}, the audit log says {state}"


def _completions(books: ReconciliationState) -> Iterator[str]:
    snapshots: defaultdict[int, list[Row]] = defaultdict(list)
    for submission in books["clip_submissions"].values():
        snapshots[submission["campaign_id"]].append(submission)
    earned = {clip["submission_id"]: clip["earnings"] for clip in books["clips"].values()}
    told = Counter(
        row["subject_id"]
        for row in books["audit_log"].values()
        if row["action"] == "campaign.completed"
    )
    for number, campaign in books["campaigns"].items():
        over = campaign["completed_at"] is not None
        if over is not (campaign["status"] in CAMPAIGN_ENDS) and campaign["status"] != "ARCHIVED":
            yield (
                f"I12: campaign {number} is {campaign['status']}, completed at "
                f"{campaign['completed_at']}"
            )
        if told[number] != over:
            yield f"I12: campaign {number} was completed {told[number]} times"
        for submission in snapshots[number] if over else ():
            if submission["final_earnings"] != earned.get(submission["id"], 0):
                yield (
                    f"I12: submission {submission['id']} has a snapshot of "
                    f"{submission['final_earnings']}"
                )
            if submission["status"] == "PENDING":
                yield f"I12: submission {submission['id']} is pending in a completed campaign"
        if (
            over
            and sum(submission["final_earnings"] or 0 for submission in snapshots[number])
            != campaign["spent"]
        ):
            yield f"I12: the snapshots of campaign {number} do not sum to {campaign['spent']}"


def _late(books: ReconciliationState) -> Iterator[str]:
    for number, transfer in books["ledger_transfers"].items():
        if transfer["kind"] in {"ACCRUAL", "ACCRUAL_REVERSED"}:
            end = books["campaigns"][transfer["campaign_id"]]["completed_at"]
            if end is not None and transfer["created_at"] > end:
                yield f"I12: transfer {number} came after the end of its campaign"


def _readings(books: ReconciliationState) -> Iterator[str]:
    """What was credited is what plausible counts are worth at most: failed readings and falls are
    worth nothing.
    """
    highest: dict[int, int] = {}
    for number, reading in books["view_tracking"].items():
        if (reading["outcome"] == "ok") is not (reading["views"] is not None):
            yield f"I13: reading {number} ended {reading['outcome']} with {reading['views']} views"
        elif reading["views"] is not None:
            highest[reading["clip_id"]] = max(highest.get(reading["clip_id"], 0), reading["views"])
    for number, clip in books["clips"].items():
        seen = highest.get(number, 0)
        growth = max(0, seen - clip["initial_views"])
        worth = growth * clip["rate"] // 1000 if growth >= clip["min_views"] else 0
        if clip["max_per_clip"] is not None:
            worth = min(worth, clip["max_per_clip"])
        if clip["gross_credited"] > worth:
            yield (
                f"I13: clip {number} was credited {clip['gross_credited']}, its readings are worth "
                f"{worth}"
            )
        if clip["peak_views"] > seen:
            yield f"I13: clip {number} has a peak of {clip['peak_views']}, {seen} was read"
        if (
            clip["initial_views"]
            != books["clip_submissions"][clip["submission_id"]]["initial_views"]
        ):
            yield f"I13: clip {number} does not count from its baseline"


def _clippers_caps(books: ReconciliationState) -> Iterator[str]:
    """Of caps that were frozen at different times the most generous holds; a clip without one has
    none.
    """
    credited: Counter[tuple[int, int]] = Counter()
    caps: defaultdict[tuple[int, int], list[int | None]] = defaultdict(list)
    for clip in books["clips"].values():
        of = clip["campaign_id"], clip["user_id"]
        credited[of] += clip["earnings"]  # the cap limits what is kept, not what was taken back
        caps[of].append(clip["max_per_clipper"])
    for (campaign, user), known in caps.items():
        highest = None if None in known else max(cap for cap in known if cap is not None)
        got = credited[campaign, user]
        if highest is not None and got > highest:
            yield f"I13: user {user} keeps {got} of campaign {campaign}, which caps it at {highest}"


def _audit_rows(books: ReconciliationState) -> Iterator[str]:
    moved: Counter[int] = Counter()
    for number, transfer in books["ledger_transfers"].items():
        moved[transfer["audit_id"]] += transfer["amount"]
        if transfer["audit_id"] not in books["audit_log"]:
            yield f"I14: transfer {number} has no audit row"
    for number, entry in books["audit_log"].items():
        if (entry["amount"] or 0) != moved[number]:
            yield (
                f"I14: audit row {number} says {entry['amount']} moved, the transfers say "
                f"{moved[number]}"
            )


LOOKS = (
    _campaigns,
    _clippers,
    _accounts,
    _clips,
    _runs,
    _requests,
    _payouts,
    _keys_and_paths,
    _completions,
    _late,
    _readings,
    _clippers_caps,
    _audit_rows,
)


def _amounts(books: ReconciliationState, minimum: int) -> Iterator[str]:
    for number, request in books["payout_requests"].items():
        net, fee, amount = request["net"], request["fee"], request["amount"]
        if net + fee != amount or net <= 0 or fee < 0 or amount < minimum:
            yield f"I8: request {number} asks for {amount}: {net} net and {fee} fee"


def _leases(books: ReconciliationState, now: datetime) -> Iterator[str]:
    for name, lease in books["leases"].items():
        if _moment(lease["expires_at"]) > now + LONGEST_LEASE:
            yield f"I16: lease {name} lasts until {lease['expires_at']}"


def _moment(value: str | datetime) -> datetime:
    return (datetime.fromisoformat(value) if isinstance(value, str) else value).replace(tzinfo=None)
