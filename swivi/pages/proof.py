"""The password again, before money goes or where it goes changes; not within ten minutes of the last time.

A browser left open, or a stolen cookie, is not enough for what cannot be taken back (OWASP ASVS 5.0, 7.5.3).
"""

from collections.abc import Mapping

import reflex as rx
from reflex.state import BaseState

from swivi.accounts import passwords, sessions
from swivi.accounts.errors import PasswordNeeded, WrongPassword
from swivi.accounts.service import by_id
from swivi.demo.people import DEMO_EMAILS
from swivi.pages.gate import current_actor, session_cookie
from swivi.runtime import runtime
from swivi.ui.forms import text_field
from swivi.ui.types import Text

FIELD = "your_password"


async def is_needed(state: BaseState) -> bool:
    """Whether the password has to be entered before this person does something delicate. Raises NotSignedIn."""
    actor = await current_actor(state)
    if runtime().settings.demo and actor.email in DEMO_EMAILS.values():
        return False  # whoever came in by the demo's door knows no password
    async with runtime().database.reading() as session:
        return not await sessions.is_proven(session, session_cookie(state))


async def must_be_given(state: BaseState, fields: Mapping[str, object]) -> None:
    """The password is not needed, or is among these fields, as `FIELD`.

    Raises NotSignedIn, PasswordNeeded, WrongPassword, TooManyRequests.
    """
    if not await is_needed(state):
        return
    typed, actor = fields.get(FIELD), await current_actor(state)
    if not isinstance(typed, str) or not typed:
        raise PasswordNeeded
    await runtime().quotas.password(actor)
    async with runtime().database.reading() as session:
        user = await by_id(session, actor.user_id)
    if not await passwords.matches(typed, user.password_hash):
        raise WrongPassword(FIELD)
    async with runtime().database.writing() as session:
        await sessions.prove(session, session_cookie(state))


def password_field(needed: rx.Var[bool] | bool, error: Text) -> rx.Component:
    """For a form that may need it."""
    asked = text_field(
        "Your password",
        FIELD,
        type="password",
        auto_complete="current-password",
        hint="It is asked for when it was not entered for ten minutes.",
        error=error,
    )
    return rx.fragment(rx.cond(needed, asked))
