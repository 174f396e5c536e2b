"""Fill a database of any size in minutes.

A few large campaigns and busy clippers stand beside very many small ones. The database makes all
rows itself, from a table of numbers and in statements that both databases run, so the result is
the same every time. The books are right: `python -m swivi audit` has no findings. One of ten
readings of a clip is its baseline, and about one in a hundred fails.
"""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from swivi.core import clock
from swivi.core.db import Database
from swivi.domain.ledger.invariants import INVARIANTS

ADMINS = 5
OLD_RUNS, RECENT_RUNS = 500, 32
"""Old runs have no readings any more. A recent run reads every fourth campaign, the last all."""
LAST_RUN = OLD_RUNS + RECENT_RUNS + 1
STEPS = RECENT_RUNS // 4 + 1
"""Readings of a clip besides its baseline."""
AUDITS = 300
DAYS = 120
"""Days between the first row and the last."""

IS_APPROVED = "j.i % 11 <> 0"


@dataclass(frozen=True, slots=True)
class Size:
    """The numbers of all other rows, for a number of clips."""

    clips: int

    @property
    def clippers(self) -> int:
        """One per twenty clips. The busiest has one in the square root of their number."""
        return self.clips // 20

    @property
    def campaigns(self) -> int:
        """40 for 10,000 clips, 400 for a million. The largest has 16 % or 5 % of all clips."""
        return max(8, round(40 * (self.clips / 10_000) ** 0.5))

    @property
    def reviewed(self) -> int:
        """Submissions that were approved or rejected."""
        return self.clips * 11 // 10

    @property
    def waiting(self) -> int:
        """Submissions in the review queue."""
        return self.clips // 200


class Sql:
    """SQL that the two databases spell differently."""

    def __init__(self, *, sqlite: bool, now: datetime) -> None:
        self._sqlite = sqlite
        self._now = now.replace(microsecond=0)

    def ago(self, seconds: object) -> str:
        """Return an expression for the moment `seconds` ago."""
        if self._sqlite:
            base = self._now.strftime("%Y-%m-%d %H:%M:%S")
            return (
                f"strftime('%Y-%m-%d %H:%M:%S.000000', '{base}', '-' || ({seconds}) || ' seconds')"
            )
        return f"(TIMESTAMPTZ '{self._now.isoformat()}' - ({seconds}) * INTERVAL '1 second')"

    def numbers(self, most: int) -> str:
        """Return the statement that fills `bench_numbers` with 1 to `most`."""
        if self._sqlite:
            series = (
                f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {most}) "
                "SELECT i FROM n"
            )
            return f"INSERT INTO bench_numbers {series}"
        return f"INSERT INTO bench_numbers SELECT generate_series(1, {most})"


def _seconds(days: float = 0, **more: float) -> int:
    return int(timedelta(days=days, **more).total_seconds())


def _skewed(number: str, prime: int, modulus: int, most: int) -> str:
    """Return an expression from 0 to `most` - 1 that favours low numbers (a square)."""
    spread = f"(({number} * {prime}) % {modulus})"
    return f"({most} * {spread} * {spread} / {modulus} / {modulus})"


def _picked(number: str, *words: str) -> str:
    cases = " ".join(f"WHEN {place} THEN '{word}'" for place, word in enumerate(words[1:], 1))
    return f"CASE ({number}) % {len(words)} {cases} ELSE '{words[0]}' END"


GROWTH = "(300 + 2000000 / ((k.submission_id * 48271) % 65521 + 20))"
"""Views that a clip gains over all of its readings."""


def _gained(step: object) -> str:
    return f"({GROWTH} * ({step}) / {STEPS})"


def _earned(step: object) -> str:
    return f"({_gained(step)} * k.rate / 1000)"


def _failed(step: object) -> str:
    """Return a condition that is true for one reading in a hundred, never twice in a row."""
    return f"((k.id * 31 + ({step}) * 17) % 101 = 0)"


def _last_good(step: int) -> str:
    return f"CASE WHEN {_failed(step)} THEN {step - 1} ELSE {step} END"


_REMOVED = f"({_failed(STEPS)} AND k.id % 4 = 2)"
"""Clips that the last run did not find."""


def _people(size: Size, sql: Sql) -> list[str]:
    role = f"CASE WHEN n.i <= {ADMINS} THEN 'ADMIN' ELSE 'CLIPPER' END"
    status = "CASE WHEN n.i % 211 = 0 THEN 'DISABLED' ELSE 'ACTIVE' END"
    joined = sql.ago(f"{_seconds(DAYS + 1)} - n.i")
    people = size.clippers + ADMINS
    return [
        f"""INSERT INTO users (id, email, name, password_hash, role, status, total_earnings, paid,
            reserved, total_views, created_at, verified_at)
        SELECT n.i, 'person' || n.i || '@bench.test',
            {_picked("n.i * 7", "Ana", "Bo", "Casey", "Kim", "Lee")} || ' ' ||
            {_picked("n.i / 5", "Ito", "Novak", "Okafor", "Silva", "Weber", "Diaz")} || ' ' || n.i,
            '-', {role}, {status}, 0, 0, 0, 0, {joined}, {joined}
        FROM bench_numbers n WHERE n.i <= {people}""",
        f"""INSERT INTO social_accounts (user_id, platform, handle, created_at)
        SELECT n.i, 'tiktok', 'person' || n.i, {joined} FROM bench_numbers n
        WHERE n.i BETWEEN {ADMINS + 1} AND {people}""",
    ]


def _campaigns(size: Size, sql: Sql) -> list[str]:
    """Campaigns with clips, the largest first; then drafts, scheduled and archived ones."""
    without_clips = _picked("n.i", "DRAFT", "SCHEDULED", "ARCHIVED")
    status = f"""CASE WHEN n.i > {size.campaigns} THEN {without_clips}
        WHEN n.i % 4 = 2 THEN 'COMPLETED' WHEN n.i % 20 = 5
        THEN 'PAUSED' ELSE 'ACTIVE' END"""
    begun = sql.ago(f"{_seconds(DAYS)} - n.i")
    return [
        f"""INSERT INTO campaigns (id, title, brand, description, requirements, platforms,
            content_url, cover_url, budget, spent, payout_rate, platform_rates, min_views, status,
            hidden, is_test, created_at, starts_at, ends_at)
        SELECT n.i, 'Campaign ' || n.i, 'Brand ' || n.i % 37, 'What we want to see.',
            'No swearing.',
            '["tiktok", "youtube", "instagram"]', '', '', 0, 0, 200 + n.i % 10 * 10, '{{}}', 0,
            {status},
            FALSE, FALSE, {begun}, {begun},
            CASE WHEN n.i % 3 = 0 THEN {sql.ago("-86400 * (n.i % 30)")} ELSE NULL END
        FROM bench_numbers n WHERE n.i <= {size.campaigns * 6 // 5}""",
    ]


def _submissions(size: Size, sql: Sql) -> list[str]:
    """Reviewed submissions until some weeks ago, then waiting ones in running campaigns."""
    of_campaign = "1 + " + _skewed("j.i", 7919, 1_000_003, size.campaigns)
    of_clipper = f"{ADMINS + 1} + " + _skewed("j.i", 104_729, 999_983, size.clippers)
    total = size.reviewed + size.waiting
    sent = sql.ago(f"{_seconds(DAYS - 1)} - j.i * {_seconds(DAYS - 25)} / {size.reviewed}")
    waits = sql.ago(f"({total} - j.i) * {_seconds(1)} / {size.waiting}")
    columns = """id, user_id, campaign_id, platform, external_id, url, author, status,
        initial_views, baseline_at,
        baseline_attempts, reviewer_id, reviewed_at, reason, created_at"""
    video = f"""{_picked("j.i", "tiktok", "youtube", "instagram")}, 'video' || j.i,
        'https://videos.test/' || j.i, 'person' || j.i"""
    reviewed = f"""{video}, CASE WHEN {IS_APPROVED} THEN 'APPROVED' ELSE 'REJECTED' END,
        100 + (j.i * 13) % 2000,
        {sent}, 1, 1 + j.i % {ADMINS}, {sent}, CASE WHEN {IS_APPROVED} THEN NULL
        ELSE 'Not what we asked for.' END"""
    unread = "j.i % 20 = 0"
    return [
        f"""INSERT INTO clip_submissions ({columns})
        SELECT j.i, {of_clipper}, {of_campaign}, {reviewed}, {sent}
        FROM bench_numbers j WHERE j.i <= {size.reviewed}""",
        f"""INSERT INTO clip_submissions ({columns}, next_baseline_at)
        SELECT j.i, {of_clipper}, ({of_campaign}) / 4 * 4 + 3, {video}, 'PENDING',
            CASE WHEN {unread} THEN NULL ELSE 100 + j.i % 2000 END, CASE WHEN {unread} THEN NULL
            ELSE {waits} END, 1,
            NULL, NULL, NULL, {waits}, CASE WHEN {unread} THEN {waits} ELSE NULL END
        FROM bench_numbers j WHERE j.i > {size.reviewed} AND j.i <= {total}""",
        """INSERT INTO audit_log (at, actor_id, action, subject, subject_id, before, after)
        SELECT s.created_at, s.reviewer_id, 'submission.' || LOWER(s.status), 'submission', s.id,
            '{"status": "PENDING"}', '{}'
        FROM clip_submissions s WHERE s.status <> 'PENDING' ORDER BY s.id""",
        """INSERT INTO notifications (user_id, kind, title, body, link, created_at, read_at)
        SELECT s.user_id, 'SUBMISSION_' || s.status, 'Your clip was reviewed',
            'It is ' || LOWER(s.status) || '.',
            '/clippers/clips', s.created_at, CASE WHEN s.id % 50 = 0 THEN NULL ELSE s.created_at END
        FROM clip_submissions s WHERE s.status <> 'PENDING' ORDER BY s.id""",
    ]


def _clips(sql: Sql) -> list[str]:
    return [
        """INSERT INTO clips (id, submission_id, campaign_id, user_id, platform, external_id, state,
            initial_views, views, peak_views, rate, min_views, earnings, gross_credited,
            not_found_runs, created_at)
        SELECT s.id - s.id / 11, s.id, s.campaign_id, s.user_id, s.platform, s.external_id,
            'TRACKED', s.initial_views,
            s.initial_views, s.initial_views, c.payout_rate, 0, 0, 0, 0, s.created_at
        FROM clip_submissions s JOIN campaigns c ON c.id = s.campaign_id WHERE s.status = 'APPROVED'
        ORDER BY s.id""",
        """INSERT INTO view_tracking (clip_id, run_id, attempt, date, outcome, views, metric,
            source, detail)
        SELECT k.id, NULL, 1, k.created_at, 'ok', k.initial_views, '', 'baseline', '' FROM clips k
        ORDER BY k.id""",
        f"""UPDATE clips AS k SET views = initial_views + {_gained(_last_good(STEPS))},
            peak_views = initial_views + {_gained(_last_good(STEPS))},
            earnings = {_earned(_last_good(STEPS))},
            gross_credited = {_earned(_last_good(STEPS))}, last_tracked_at = {sql.ago(60)},
            state = CASE WHEN {_REMOVED} THEN 'REMOVED' ELSE 'TRACKED' END,
            not_found_runs = CASE WHEN {_REMOVED} THEN 2 ELSE 0 END,
            flag = CASE WHEN k.id % 200 = 0 THEN 'The count fell.' ELSE NULL END""",
        """UPDATE campaigns SET last_tracked_at = k.at, spent = k.earned,
            budget = CASE WHEN status = 'COMPLETED' THEN k.earned
            WHEN campaigns.id % 13 = 0 THEN k.earned * 100 / 95
                ELSE k.earned * 2 END
        FROM (SELECT campaign_id, SUM(earnings) AS earned, MAX(last_tracked_at) AS at FROM clips
        GROUP BY 1) AS k
        WHERE k.campaign_id = campaigns.id""",
        """UPDATE users SET total_earnings = k.earned, total_views = k.views
        FROM (SELECT user_id, SUM(earnings) AS earned, SUM(peak_views) AS views FROM clips
        GROUP BY 1) AS k
        WHERE k.user_id = users.id""",
    ]


def _budgets(sql: Sql) -> list[str]:
    return [
        """INSERT INTO audit_log (at, actor_id, action, subject, subject_id, before, after, amount)
        SELECT created_at, 1, 'campaign.created', 'campaign', id, '{}', '{}', budget FROM campaigns
        WHERE budget > 0
        ORDER BY id""",
        """INSERT INTO ledger_transfers (debit_account, credit_account, amount, kind,
            idempotency_key, audit_id, campaign_id, created_at)
        SELECT 'outside', 'campaign:' || a.subject_id, a.amount, 'BUDGET_FUNDED',
            'budget:' || a.subject_id, a.id, a.subject_id, a.at
        FROM audit_log a WHERE a.action = 'campaign.created' ORDER BY a.id""",
    ]


def _run(run: int, sql: Sql) -> list[str]:
    """One tracking run: its readings, and what they earned."""
    hours = (LAST_RUN - run) * 15 if run > OLD_RUNS else RECENT_RUNS * 15 + (OLD_RUNS - run + 1) * 4
    ended = _seconds(hours=hours) + 60
    made = f"""INSERT INTO tracking_runs (id, trigger, status, started_at, finished_at,
        clips_planned, clips_read, clips_failed, campaigns_planned, campaigns_settled,
        campaigns_completed, earnings_added, cost_micro_usd)
        VALUES ({run}, 'SCHEDULE', 'COMPLETED', {sql.ago(ended + 540)}, {sql.ago(ended)}, 0, 0, 0,
        0, 0, 0, 0, 0)"""
    if run <= OLD_RUNS:
        return [made]
    return [
        made,
        *_readings(run, sql.ago(f"{ended} + 240 - k.id % 200")),
        *_settled(run, sql.ago(ended)),
    ]


def _of_run(run: int) -> tuple[int, str]:
    """Return the run's step in the life of its clips, and the condition for the clips it reads."""
    if run == LAST_RUN:
        return STEPS, "1 = 1"
    return (run - OLD_RUNS - 1) // 4 + 1, f"k.campaign_id % 4 = {run % 4}"


def _readings(run: int, read_at: str) -> list[str]:
    step, its = _of_run(run)
    columns = "clip_id, run_id, attempt, date, outcome, views, metric, source, detail"
    twice = f"(k.id + {run}) % 500 = 0"
    failure = _picked("k.id", "error", "missing", "not_found", "private")
    return [
        f"""INSERT INTO view_tracking ({columns})
        SELECT k.id, {run}, 1, {read_at}, 'missing', NULL, '', 'apify:bench',
            'It was not among the answers.'
        FROM clips k WHERE {its} AND {twice} ORDER BY k.id""",
        f"""INSERT INTO view_tracking ({columns})
        SELECT k.id, {run}, CASE WHEN {twice} THEN 2 ELSE 1 END, {read_at},
            CASE WHEN {_failed(step)} THEN {failure} ELSE 'ok' END,
            CASE WHEN {_failed(step)} THEN NULL ELSE k.initial_views + {_gained(step)} END,
            'playCount', 'apify:bench', CASE WHEN {_failed(step)} THEN 'The platform did not say.'
            ELSE '' END
        FROM clips k WHERE {its} ORDER BY k.id""",
        f"""INSERT INTO scraper_runs (run_id, share, platform, attempt, external_ids, apify_run_id,
            status, started_at, cost_micro_usd)
        SELECT {run}, 1, k.platform, 1, '[]', 'apify' || k.id || '-{run}', 'COLLECTED', {read_at},
            25000
        FROM clips k WHERE {its} AND k.id % 100 = 0""",
    ]


def _settled(run: int, at: str) -> list[str]:
    step, its = _of_run(run)
    due = f"({_earned(step)} - {_earned(_last_good(step - 1) if step > 1 else 0)})"
    paid = f"{its} AND NOT {_failed(step)} AND {due} > 0"
    why = f"tracking run {run}"
    return [
        f"""INSERT INTO audit_log (at, actor_id, action, subject, subject_id, before, after, reason,
            amount)
        SELECT {at}, NULL, 'campaign.settled', 'campaign', k.campaign_id, '{{}}', '{{}}', '{why}',
            SUM({due})
        FROM clips k WHERE {paid} GROUP BY k.campaign_id ORDER BY k.campaign_id""",
        f"""INSERT INTO ledger_transfers (debit_account, credit_account, amount, kind,
            idempotency_key, audit_id, campaign_id, user_id, clip_id, run_id, created_at)
        SELECT 'campaign:' || k.campaign_id, 'available:' || k.user_id, {due}, 'ACCRUAL',
            'run:{run}:clip:' || k.id, a.id, k.campaign_id, k.user_id, k.id, {run}, a.at
        FROM clips k JOIN audit_log a ON a.subject = 'campaign' AND a.subject_id = k.campaign_id
            AND a.reason = '{why}'
        WHERE {paid} ORDER BY k.campaign_id, k.id""",
        f"""INSERT INTO tracking_run_campaigns (run_id, campaign_id, share, clips, status,
            earnings_added)
        SELECT {run}, k.campaign_id, 1, COUNT(*), 'SETTLED', SUM(CASE WHEN {paid} THEN {due}
            ELSE 0 END)
        FROM clips k WHERE {its} GROUP BY k.campaign_id ORDER BY k.campaign_id""",
        f"""UPDATE tracking_runs SET clips_planned = p.clips, clips_read = p.clips,
            clips_failed = (SELECT COUNT(*)
                FROM view_tracking v WHERE v.run_id = {run} AND v.outcome <> 'ok'
                    AND v.metric = 'playCount'),
            campaigns_planned = p.campaigns, campaigns_settled = p.campaigns,
            earnings_added = p.earned
        FROM (SELECT SUM(clips) AS clips, COUNT(*) AS campaigns, SUM(earnings_added) AS earned
            FROM tracking_run_campaigns WHERE run_id = {run}) AS p
        WHERE tracking_runs.id = {run}""",
    ]


def _completed(sql: Sql) -> list[str]:
    return [
        f"""UPDATE campaigns SET completed_at = {sql.ago(30)},
            completion_reason = 'The budget was used up.'
        WHERE status = 'COMPLETED'""",
        f"""INSERT INTO audit_log (at, actor_id, action, subject, subject_id, before, after)
        SELECT {sql.ago(30)}, NULL, 'campaign.completed', 'campaign', id, '{{}}', '{{}}'
        FROM campaigns
        WHERE status = 'COMPLETED'""",
        """UPDATE clip_submissions SET final_earnings = COALESCE(
            (SELECT k.earnings FROM clips k WHERE k.submission_id = clip_submissions.id), 0)
        WHERE campaign_id IN (SELECT id FROM campaigns WHERE status = 'COMPLETED')""",
    ]


def _payouts(sql: Sql) -> list[str]:
    """Up to twenty payouts of $20 per clipper, from half of the earnings; some wait or failed."""
    asked = sql.ago(f"{_seconds(20)} - u.id % 1000 - q.i * 60000")
    times = "CASE WHEN u.total_earnings > 80000 THEN 20 ELSE u.total_earnings / 4000 END"
    columns = """user_id, amount, fee, net, method, details, status, reason, body_hash, created_at,
        decided_by,
        decided_at"""
    moves = (
        "debit_account, credit_account, amount, kind, idempotency_key, audit_id, user_id, "
        "payout_request_id, created_at"
    )

    def transfers(action: str, debit: str, credit: str, kind: str) -> str:
        return f"""INSERT INTO ledger_transfers ({moves})
        SELECT {debit}, {credit}, a.amount, '{kind}', 'payout:' || p.id || ':{kind}', a.id,
            p.user_id, p.id, a.at
        FROM audit_log a JOIN payout_requests p ON p.id = a.subject_id
        WHERE a.subject = 'payout_request' AND a.action = '{action}' ORDER BY a.id"""

    waits = sql.ago("u.id % 80000")
    approver, approved = (
        f"CASE WHEN u.id / 9 % 2 = 1 THEN {value} ELSE NULL END" for value in (1, waits)
    )
    available, reserved = "'available:' || p.user_id", "'reserved:' || p.user_id"
    return [
        f"""INSERT INTO payout_requests ({columns})
        SELECT u.id, 2000, 0, 2000, 'paypal', u.email, CASE WHEN q.i % 8 = 7 THEN 'REJECTED'
            ELSE 'COMPLETED' END,
            CASE WHEN q.i % 8 = 7 THEN 'The address is wrong.' ELSE NULL END, '', {asked},
            1 + u.id % {ADMINS}, {asked}
        FROM users u JOIN bench_numbers q ON q.i <= 20
        WHERE u.total_earnings >= 4000 AND q.i <= {times} ORDER BY q.i, u.id""",
        f"""INSERT INTO payout_requests ({columns})
        SELECT u.id, 2000, 0, 2000, 'paypal', u.email, {_picked("u.id / 9", "PENDING", "APPROVED")},
            NULL, '', {waits}, {approver}, {approved}
        FROM users u WHERE u.total_earnings >= 4000 AND u.id % 9 = 0 ORDER BY u.id""",
        """INSERT INTO payouts (request_id, user_id, amount, fee, net, method, transaction_id,
            paid_by, paid_at)
        SELECT id, user_id, amount, fee, net, method, 'tx-' || id, decided_by, decided_at
        FROM payout_requests
        WHERE status = 'COMPLETED' ORDER BY id""",
        *(
            f"""INSERT INTO audit_log (at, actor_id, action, subject, subject_id, before, after,
                amount)
            SELECT created_at, {who}, '{action}', 'payout_request', id, '{{}}', '{{}}', {amount}
            FROM payout_requests
            WHERE status IN ({states}) ORDER BY id"""
            for action, who, amount, states in (
                (
                    "payout.requested",
                    "user_id",
                    "amount",
                    "'PENDING', 'APPROVED', 'REJECTED', 'COMPLETED'",
                ),
                ("payout.approved", "decided_by", "NULL", "'APPROVED', 'COMPLETED'"),
                ("payout.rejected", "decided_by", "amount", "'REJECTED'"),
                ("payout.completed", "decided_by", "amount", "'COMPLETED'"),
            )
        ),
        transfers("payout.requested", available, reserved, "PAYOUT_RESERVED"),
        transfers("payout.rejected", reserved, available, "PAYOUT_RELEASED"),
        transfers("payout.completed", reserved, "'outside'", "PAYOUT_PAID"),
        """UPDATE users SET paid = p.paid, reserved = p.reserved FROM (SELECT user_id,
            SUM(CASE WHEN status = 'COMPLETED' THEN amount ELSE 0 END) AS paid,
            SUM(CASE WHEN status IN ('PENDING', 'APPROVED') THEN amount ELSE 0 END) AS reserved
            FROM payout_requests GROUP BY user_id) AS p WHERE p.user_id = users.id""",
        """INSERT INTO notifications (user_id, kind, title, body, link, created_at, read_at)
        SELECT p.user_id, 'PAYOUT_COMPLETED', 'Your payout was sent', 'It is on its way.',
            '/clippers/payouts',
            p.decided_at, CASE WHEN p.id % 9 = 0 THEN NULL ELSE p.decided_at END
        FROM payout_requests p WHERE p.status = 'COMPLETED' ORDER BY p.id""",
        f"""INSERT INTO notifications (user_id, kind, title, body, link, created_at, read_at)
        SELECT u.id, 'PAYOUT_REQUESTED', 'A payout was requested', 'It waits for you.',
            '/admin/payouts', p.created_at, CASE WHEN p.id % 20 = 0 THEN NULL ELSE p.created_at END
        FROM payout_requests p JOIN users u ON u.id <= {ADMINS} ORDER BY p.id""",
    ]


def _audits(sql: Sql) -> list[str]:
    results = json.dumps(
        [{"invariant": name, "checks": 2, "rows": 9, "ms": 4, "found": 0} for name in INVARIANTS]
    )
    return [
        f"""INSERT INTO audits (trigger, started_at, duration_ms, checks, transfers, found, results,
            findings)
        SELECT 'NIGHTLY', {sql.ago(f"({AUDITS} - n.i) * 86400")}, 2000, 38, 100000, 0, '{results}',
            '[]'
        FROM bench_numbers n WHERE n.i <= {AUDITS} ORDER BY n.i""",
    ]


async def fill(database: Database, size: Size) -> None:
    """Fill an empty, migrated database, in the schema before the tallies."""
    sql = Sql(sqlite=database.is_sqlite, now=clock.now())
    steps = [
        *_people(size, sql),
        *_campaigns(size, sql),
        *_submissions(size, sql),
        *_clips(sql),
        *_budgets(sql),
        *(statement for run in range(1, LAST_RUN + 1) for statement in _run(run, sql)),
        *_completed(sql),
        *_payouts(sql),
        *_audits(sql),
    ]
    async with _in_bulk(database) as connection:
        await connection.exec_driver_sql("CREATE TABLE bench_numbers (i BIGINT PRIMARY KEY)")
        await connection.exec_driver_sql(sql.numbers(size.reviewed + size.waiting))
        for statement in steps:
            await connection.exec_driver_sql(statement)
        await connection.exec_driver_sql("DROP TABLE bench_numbers")
    if not database.is_sqlite:
        await _go_on_counting(database)


@asynccontextmanager
async def _in_bulk(database: Database) -> AsyncIterator[AsyncConnection]:
    """Open one transaction without foreign keys, and without triggers that only check changes."""
    writing = database.engine.execution_options(swivi_writes=True)
    async with writing.connect() as connection:
        trust = (
            "PRAGMA foreign_keys=OFF"
            if database.is_sqlite
            else "SET session_replication_role = replica"
        )
        raw: Any = await connection.get_raw_connection()
        await raw.driver_connection.execute(trust)
        async with connection.begin():
            yield connection
        await connection.invalidate()


async def _go_on_counting(database: Database) -> None:
    """Let sequences continue after the ids that were given here."""
    async with database.engine.connect() as connection:
        plain = await connection.execution_options(isolation_level="AUTOCOMMIT")
        for table in ("users", "campaigns", "clip_submissions", "clips", "tracking_runs"):
            await plain.execute(
                text(
                    f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT MAX(id) FROM "
                    f"{table}))"
                )
            )
