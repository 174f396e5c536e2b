"""Commands about accounts: create an admin, make a token, turn two-step sign-in off."""

import sys
from functools import partial
from typing import Annotated

import typer

from swivi.cli.running import do, say
from swivi.core.errors import Conflict
from swivi.domain.accounts import passwords, tokens, totp
from swivi.domain.accounts import service as accounts
from swivi.domain.accounts.errors import EmailTaken
from swivi.domain.accounts.models import Role, TokenScope, UserStatus
from swivi.runtime.runtime import Runtime

Email = Annotated[str, typer.Argument(help="The email address of the account.", show_default=False)]


def create_admin(
    email: Email,
    name: Annotated[
        str,
        typer.Option(help="Display name. By default, the part of the email address before the @."),
    ] = "",
    password_stdin: Annotated[
        bool, typer.Option(help="Read the password from stdin, or ask for it on a terminal.")
    ] = False,
) -> None:
    """Create an admin. Without a given password, generate one and print it once."""
    password = _given_password() if password_stdin else passwords.generate()
    created = do(
        partial(_create_admin, email=email, name=name or email.partition("@")[0], password=password)
    )
    say(f"Created the admin {created}.")
    if not password_stdin:
        say("The password, which is shown only now:")
        print(password)


def _given_password() -> str:
    if sys.stdin.isatty():
        asked: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
        return asked
    return sys.stdin.readline().rstrip("\r\n")


async def _create_admin(running: Runtime, *, email: str, name: str, password: str) -> str:
    """Return the email address with which the admin signs in."""
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


def token(
    email: Email,
    name: Annotated[
        str, typer.Option(help="Name of the token in the owner's list of tokens.")
    ] = "cli",
    scope: Annotated[
        TokenScope,
        typer.Option(case_sensitive=False, help="READ can see everything and change nothing."),
    ] = TokenScope.WRITE,
    expires: Annotated[
        int, typer.Option(min=1, max=tokens.LONGEST_LIFE_DAYS, help="Days until the token expires.")
    ] = tokens.LIFE_DAYS,
) -> None:
    """Create an API token for an account and print it once, on the last line of the output."""
    new_token, words = do(partial(_create_token, email=email, name=name, scope=scope, days=expires))
    say(words)
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


def totp_off(email: Email) -> None:
    """Turn off two-step sign-in for an owner who lost the app and the recovery codes.

    Make sure that the request comes from the owner.
    """
    say(do(partial(_take_totp_off, email=email)))


async def _take_totp_off(running: Runtime, *, email: str) -> str:
    async with running.database.writing() as session:
        user = await accounts.by_email(session, email)
        was_on = await totp.take_off(session, user)
    return f"Two-step sign-in of {user.email} {'is off now' if was_on else 'was not on'}."
