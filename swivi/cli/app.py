"""The command line: the same use cases as the pages and the API, for operators and programs."""

import typer

from swivi.cli import accounts, database, reconciliation, tracking

app = typer.Typer(
    help=(
        "Swivi pays clippers for the views of their short videos. "
        "Commands work on the database of DATABASE_URL."
    ),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

for command in (
    accounts.create_admin,
    accounts.token,
    accounts.totp_off,
    tracking.track,
    reconciliation.audit,
    database.migrate,
    database.demo,
    database.backup,
    database.restore,
):
    app.command()(command)
