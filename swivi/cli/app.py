"""The command line: the same use cases as pages and API, for operators and programs.

Answers go to standard output, words about them to standard error. Exit status: 0 done, 1 refused or
not clean, 2 wrong usage or settings.
"""

import asyncio
import json
import logging
import sys
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import typer

from swivi.cli.progress import bar, bar_of_runs
from swivi.core.errors import Conflict, SwiviError
from swivi.core.logs import set_up_logging
from swivi.core.money import format_dollars, to_dollars
from swivi.core.numbers import LARGEST_ID
from swivi.demo.seed import seed
from swivi.domain.accounts import passwords, tokens, totp
from swivi.domain.accounts import service as accounts
from swivi.domain.accounts.errors import EmailTaken
from swivi.domain.accounts.models import Role, TokenScope, UserStatus
from swivi.domain.campaigns import service as campaigns
from swivi.domain.ledger import invariants
from swivi.domain.ledger.invariants import INVARIANTS, Report, Result
from swivi.domain.seals.models import Seal
from swivi.domain.seals.verifying import SealVerification
from swivi.domain.tracking.errors import RunUnderWay
from swivi.domain.tracking.models import RunStatus, TrackingRun, Trigger
from swivi.domain.tracking.takeover import wait_for_dead_holder
from swivi.runtime.database import backups, migrations
from swivi.runtime.runtime import Runtime, open_runtime
from swivi.settings import Settings, settings_or_exit

app = typer.Typer(
    help=(
        "Swivi pays clippers for the views of their short videos. The database is the one of "
        "DATABASE_URL."
    ),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Answer = TypeVar("Answer")
Work = Callable[[Runtime], Awaitable[Answer]]

Email = Annotated[str, typer.Argument(help="The address of the account.", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="Answer with one JSON object, for programs.")]


# --- accounts -----------------------------------------------------------------------------------


@app.command()
def create_admin(
    email: Email,
    name: Annotated[
        str, typer.Option(help="The name people see; by default, what stands before the @.")
    ] = "",
    password_stdin: Annotated[
        bool, typer.Option(help="Read the password from stdin, or ask for it on a terminal.")
    ] = False,
) -> None:
    """Create an admin. Unless a password is given, one is generated and printed, only this once."""
    password = _given_password() if password_stdin else passwords.generate()
    created = _do(
        partial(_create_admin, email=email, name=name or email.partition("@")[0], password=password)
    )
    _say(f"Created the admin {created}.")
    if not password_stdin:
        _say("The password, which is shown only now:")
        print(password)


def _given_password() -> str:
    if sys.stdin.isatty():
        asked: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
        return asked
    return sys.stdin.readline().rstrip("\r\n")


async def _create_admin(running: Runtime, *, email: str, name: str, password: str) -> str:
    """The address under which the admin now signs in."""
    who = await accounts.newcomer(email=email, name=name, password=password)
    try:
        async with running.database.writing() as session:
            admin = await accounts.sign_up(session, who, Role.ADMIN, is_verified=True)
    except EmailTaken:
        raise Conflict(
            f"{email} has an account already, which stays as it is. An admin can change its role "
            "on the users page."
        ) from None
    return admin.email


@app.command()
def token(
    email: Email,
    name: Annotated[
        str, typer.Option(help="What the account's owner sees it called in the list of tokens.")
    ] = "cli",
    scope: Annotated[
        TokenScope,
        typer.Option(case_sensitive=False, help="READ may look at everything and change nothing."),
    ] = TokenScope.WRITE,
    expires: Annotated[
        int, typer.Option(min=1, max=tokens.LONGEST_LIFE_DAYS, help="Days that it lives.")
    ] = tokens.LIFE_DAYS,
) -> None:
    """Print a new API token of an account: the last line of the output. It is shown only now."""
    new_token, words = _do(
        partial(_create_token, email=email, name=name, scope=scope, days=expires)
    )
    _say(words)
    print(new_token)


async def _create_token(
    running: Runtime, *, email: str, name: str, scope: TokenScope, days: int
) -> tuple[str, str]:
    async with running.database.writing() as session:
        user = await accounts.by_email(session, email)
        if user.status is not UserStatus.ACTIVE:
            raise Conflict(f"{user.email} is disabled, so a token would open nothing.")
        made = await tokens.create(
            session,
            user.id,
            name=name,
            scope=scope,
            days=days,
            made_by=None,
            origin=tokens.OPERATOR,
        )
    what = f"A token of {user.email} ({user.role}, {made.row.scope})"
    return made.token, f"{what}, valid until {made.row.expires_at:%Y-%m-%d %H:%M} UTC:"


@app.command()
def totp_off(email: Email) -> None:
    """Take two-step sign-in off an account whose owner lost their app and recovery codes.

    Make sure that it is them.
    """
    _say(_do(partial(_take_totp_off, email=email)))


async def _take_totp_off(running: Runtime, *, email: str) -> str:
    async with running.database.writing() as session:
        user = await accounts.by_email(session, email)
        was_on = await totp.take_off(session, user)
    return f"Two-step sign-in of {user.email} {'is off now' if was_on else 'was not on'}."


# --- tracking -----------------------------------------------------------------------------------


@app.command()
def track(
    campaign: Annotated[
        int | None,
        typer.Option(
            min=1, max=LARGEST_ID, help="Only the campaign with this id.", show_default=False
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Run tracking now: read the clips that are due, pay for their growth, complete what is used
    up.
    """
    run = _do(partial(_track, campaign_id=campaign))
    print(json.dumps(_run_for_programs(run)) if as_json else _run_for_people(run))
    if run.status is RunStatus.FAILED:
        _refuse(f"Tracking was stopped: {run.problem}")


async def _track(running: Runtime, *, campaign_id: int | None) -> TrackingRun:
    if campaign_id is not None:
        async with running.database.reading() as session:
            await campaigns.get(session, campaign_id)
    go = partial(running.tracker.run, Trigger.CLI, campaign_id=campaign_id)
    async with bar_of_runs(running.database):
        try:
            return await go()
        except RunUnderWay:
            ttl = running.tracker.options.lease_ttl
            _say(
                "Another run holds the lease. Its process may be dead: waiting up to "
                f"{ttl.seconds} seconds."
            )
            await wait_for_dead_holder(running.database, ttl)
            return await go()


def _seconds(run: TrackingRun) -> float:
    return round((run.finished_at - run.started_at).total_seconds(), 3) if run.finished_at else 0.0


def _run_for_programs(run: TrackingRun) -> dict[str, Any]:
    """The same shape as the answer of `/api/cron/view-tracking`."""
    return {
        "runId": str(run.id),
        "status": run.status,
        "processed": run.clips_read,
        "successful": run.clips_successful,
        "failed": run.clips_failed,
        "earningsAdded": to_dollars(run.earnings_added),
        "campaignsCompleted": run.campaigns_completed,
        "durationSeconds": _seconds(run),
        "problem": run.problem,
    }


def _run_for_people(run: TrackingRun) -> str:
    return (
        f"Tracking run {run.id} {run.status}: {run.clips_successful} of {run.clips_planned} clips "
        f"read, {format_dollars(run.earnings_added)} earnings added, {run.campaigns_completed} "
        f"campaigns completed, {_seconds(run):.1f} s"
    )


# --- money --------------------------------------------------------------------------------------


@app.command()
def audit(
    since: Annotated[
        str,
        typer.Option(
            help=(
                "The digest of an earlier seal, kept outside of the database: whatever it covers "
                "must be unchanged."
            ),
            show_default=False,
        ),
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Check every invariant of the money.

    Exit status 0: all hold; 1: each finding is printed. Repairs nothing.
    """
    report = _do(partial(_audit, since=since.strip().lower() or None))
    print(json.dumps(_report_for_programs(report)) if as_json else _report_for_people(report))
    if not report.clean:
        raise typer.Exit(1)


async def _audit(running: Runtime, *, since: str | None) -> Report:
    return await invariants.check(running.database, since=since)


def _report_for_programs(report: Report) -> dict[str, Any]:
    findings = [
        {
            "invariant": finding.invariant,
            "subject": finding.subject,
            "subjectId": str(finding.subject_id),
            "message": finding.sentence,
        }
        for finding in report.findings
    ]
    return {
        "clean": report.clean,
        "checks": report.checks,
        "transfers": report.transfers,
        "seconds": round(report.seconds, 3),
        "invariants": [
            {
                "invariant": result.invariant,
                "rule": INVARIANTS[result.invariant],
                "checks": result.checks,
                "rows": result.rows,
                "seconds": round(result.seconds, 3),
                "findings": result.found,
            }
            for result in report.results
        ],
        "findings": findings,
        "seals": None if report.sealed is None else _seals_for_programs(report.sealed),
    }


def _seals_for_programs(sealed: SealVerification) -> dict[str, Any]:
    return {
        "newest": _seal_for_programs(sealed.newest),
        "since": _seal_for_programs(sealed.since),
        "checkedSeals": sealed.seals,
        "checkedRows": sealed.rows,
    }


def _seal_for_programs(seal: Seal | None) -> dict[str, Any] | None:
    if seal is None:
        return None
    return {
        "id": str(seal.id),
        "digest": seal.digest,
        "madeAt": seal.made_at.isoformat(),
        "transfers": seal.transfers_rows,
        "auditEntries": seal.entries_rows,
        "readings": seal.readings_rows,
    }


def _report_for_people(report: Report) -> str:
    rules = [_rule_for_people(result) for result in report.results]
    covered = (
        f"{report.checks} checks over {report.transfers:,} transfers in {report.seconds:.2f} s"
    )
    found = [f"{finding.invariant} {finding.sentence}" for finding in report.findings]
    outcome = f"Clean: {covered}." if report.clean else f"{len(found)} findings: {covered}."
    return "\n".join([*rules, *found, outcome + _seals_for_people(report.sealed)])


def _seals_for_people(sealed: SealVerification | None) -> str:
    if sealed is None or sealed.newest is None:
        return ""
    since = f" Checked since seal {sealed.since.id}." if sealed.since else ""
    return f"{since} Newest seal: {sealed.newest.id}, {sealed.newest.digest}."


def _rule_for_people(result: Result) -> str:
    covered = f"{result.checks} checks, {result.rows:,} rows, {result.seconds * 1_000:,.0f} ms"
    outcome = f"{result.found:,} findings" if result.found else "holds"
    return f"{result.invariant:<4}{outcome}: {INVARIANTS[result.invariant]} ({covered})"


# --- the database -------------------------------------------------------------------------------


@app.command()
def migrate() -> None:
    """Bring the database to the newest schema.

    Safe to run twice, and while the old release still runs.
    """
    settings = settings_or_exit()
    set_up_logging("plain", settings.env)
    _say(_or_refuse(lambda: asyncio.run(migrations.bring_up_to_date(settings.database_url))))


@app.command()
def demo() -> None:
    """Fill an empty database with the demo: campaigns, clippers, two weeks of clips.

    A second time adds nothing.
    """
    seeded = _do(_seed)
    _say("The demo was seeded." if seeded else "The demo is there already: nothing was added.")


async def _seed(running: Runtime) -> bool:
    # Two weeks of tracking runs happen now: their log lines would say nothing to anybody.
    logging.getLogger("swivi").setLevel(logging.WARNING)
    with bar("Seeding the demo") as show:
        return await seed(running.database, on_progress=show)


@app.command()
def backup(
    file: Annotated[
        Path, typer.Argument(help="A file that does not exist yet.", show_default=False)
    ],
) -> None:
    """Copy the SQLite database into a file, while the server goes on. The copy is checked."""
    settings = settings_or_exit()
    with bar("Copying") as show:
        made = _or_refuse(partial(backups.backup, settings.database_url, file, told=show))
    print(f"{made.path}: {made.size:,} bytes in {made.seconds:.1f} s, checked.")


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A backup.", show_default=False)],
    force: Annotated[
        bool,
        typer.Option("--force", help="Also where the database holds data; that is kept beside."),
    ] = False,
) -> None:
    """Let a backup of a SQLite database take its place, once it and its books are checked.

    Stop the server first.
    """
    settings = settings_or_exit()
    kept = _or_refuse(partial(backups.restore, settings.database_url, file, force=force))
    _say("Restored." if kept is None else f"Restored. What was there is kept as {kept}.")


# --- how commands run ---------------------------------------------------------------------------


def _do(work: Work[Answer]) -> Answer:
    """Do the work with this process's parts.

    What is refused ends the program with one line and status 1.
    """
    settings = settings_or_exit()
    set_up_logging("plain", settings.env)
    return _or_refuse(lambda: asyncio.run(_within(settings, work)))


def _or_refuse(work: Callable[[], Answer]) -> Answer:
    """What the work answers; what is refused ends the program with one line and status 1."""
    try:
        return work()
    except SwiviError as refused:
        _refuse(refused.sentence)


async def _within(settings: Settings, work: Work[Answer]) -> Answer:
    if not await migrations.reach(settings.database_url):
        raise Conflict("The database is not of this release. Run `python -m swivi migrate` first.")
    async with open_runtime(settings) as running:
        return await work(running)


def _say(words: str) -> None:
    print(words, file=sys.stderr)


def _refuse(sentence: str) -> NoReturn:
    _say(f"swivi: {sentence}")
    raise typer.Exit(1)
