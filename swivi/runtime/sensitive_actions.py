"""The actions that need the password again: one table for the API and the pages.

A browser left open or a stolen cookie must not be enough for an irreversible action (OWASP ASVS
5.0, 7.5.3). In a browser's session the password must have been entered within
`sessions.PROVEN_FOR`. A token needs no later proof, because making one needs it and a program
cannot be asked.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.domain.accounts import passwords, sessions
from swivi.domain.accounts.actor import Actor
from swivi.domain.accounts.demo_emails import DEMO_EMAILS
from swivi.domain.accounts.errors import PasswordNeeded, WrongPassword
from swivi.domain.accounts.service import by_id
from swivi.runtime.runtime import runtime

FIELD = "your_password"
"""Name of the form field, and of the field in a refusal."""


class SensitiveAction(StrEnum):
    """An action that is irreversible, or opens the way to one."""

    MAKE_TOKEN = "make an API token"  # noqa: S105 -- no password
    CHANGE_USER = "change somebody's role or status"
    END_SESSIONS = "end somebody's sessions"
    CHANGE_WEBHOOK = "make, change or remove a webhook"
    ENTER_READING = "enter or confirm views by hand"
    RELEASE_VIDEO = "let a video earn again"
    REVOKE_CLIP = "take back what a clip earned"
    PAY_HELD = "let a clip on hold earn"
    RELEASE_MONEY = "decide on a payout"
    CHANGE_BUDGET = "change what a campaign pays"
    CLOSE_CAMPAIGN = "close a campaign's books"
    END_UNREAD = "complete a campaign whose views could not be read"
    CHANGE_DESTINATION = "change where money goes"
    CHANGE_SIGN_IN = "change the password"
    CHANGE_SECOND_STEP = "change the second step of signing in"


@dataclass(frozen=True, slots=True)
class EntryPoint:
    """One way to an action.

    `name` is a handler of a page (`UserChange.submit`) or a route of the API (`PATCH
    /admin/users/{user_id}`). Every call is refused without proof before it runs, unless the entry
    point `asks_itself`: its form has a password field, or only some of its calls are sensitive.
    """

    name: str
    asks_itself: bool = False


SENSITIVE_ACTIONS: Mapping[SensitiveAction, tuple[EntryPoint, ...]] = {
    SensitiveAction.MAKE_TOKEN: (EntryPoint("Tokens.submit"), EntryPoint("POST /tokens")),
    SensitiveAction.CHANGE_USER: (
        EntryPoint("UserChange.submit"),
        EntryPoint("PATCH /admin/users/{user_id}"),
    ),
    SensitiveAction.END_SESSIONS: (EntryPoint("UserState.sign_out_everywhere"),),
    SensitiveAction.CHANGE_WEBHOOK: (
        EntryPoint("POST /admin/webhooks"),
        EntryPoint("PATCH /admin/webhooks/{webhook_id}"),
        EntryPoint("DELETE /admin/webhooks/{webhook_id}"),
        EntryPoint("POST /admin/webhooks/{webhook_id}/rotate-secret"),
    ),
    SensitiveAction.ENTER_READING: (
        EntryPoint("ManualReading.submit"),
        EntryPoint("WaitingReadings.confirm"),
    ),
    SensitiveAction.RELEASE_VIDEO: (
        EntryPoint("ReviewState.open_release"),
        EntryPoint("POST /admin/submissions/{submission_id}/release"),
    ),
    SensitiveAction.REVOKE_CLIP: (
        EntryPoint("ReviewState.open_revoke"),
        EntryPoint("POST /admin/clips/{clip_id}/revoke"),
    ),
    SensitiveAction.PAY_HELD: (
        EntryPoint("HeldClips.open_pay"),
        EntryPoint("POST /admin/clips/{clip_id}/hold/pay"),
    ),
    SensitiveAction.RELEASE_MONEY: (
        EntryPoint("PayoutsState.submit", asks_itself=True),
        EntryPoint("POST /admin/payout-requests/{request_id}/process"),
    ),
    SensitiveAction.CHANGE_BUDGET: (
        EntryPoint("NewCampaignState.submit"),
        EntryPoint("POST /admin/campaigns"),
        EntryPoint("Scheduling.submit"),
        EntryPoint("TopUp.submit"),
        EntryPoint("EditedCampaign.submit"),
        EntryPoint("PATCH /admin/campaigns/{campaign_id}", asks_itself=True),
    ),
    SensitiveAction.CLOSE_CAMPAIGN: (
        EntryPoint("Completion.submit"),
        EntryPoint("PATCH /admin/campaigns/{campaign_id}", asks_itself=True),
    ),
    # Its API route is the one of CHANGE_BUDGET.
    SensitiveAction.END_UNREAD: (EntryPoint("Completion.submit_anyway"),),
    SensitiveAction.CHANGE_DESTINATION: (
        EntryPoint("Destination.save", asks_itself=True),
        EntryPoint("Destination.forget"),
        EntryPoint("PayoutDialog.submit", asks_itself=True),
        EntryPoint("POST /clippers/payout-request", asks_itself=True),
    ),
    SensitiveAction.CHANGE_SIGN_IN: (EntryPoint("PasswordForm.save", asks_itself=True),),
    SensitiveAction.CHANGE_SECOND_STEP: (
        EntryPoint("TwoSteps.set_up", asks_itself=True),
        EntryPoint("TwoSteps.turn_on", asks_itself=True),
        EntryPoint("TwoSteps.turn_off", asks_itself=True),
        EntryPoint("TwoSteps.renew_codes"),
    ),
}

_NEEDING = {door.name: door for entry_points in SENSITIVE_ACTIONS.values() for door in entry_points}


def needs_proof(name: str) -> bool:
    """Return whether each call of this handler or route is refused without proof before it runs."""
    return name in _NEEDING and not _NEEDING[name].asks_itself


def may_need_proof(name: str) -> bool:
    """Return whether any call of this handler or route can be refused for lack of proof."""
    return name in _NEEDING


async def is_proven(actor: Actor, session_hash: str) -> bool:
    """Return whether the password was entered in this session a moment ago."""
    async with runtime().database.reading() as session:
        return await is_proven_in(session, actor, session_hash)


async def is_proven_in(session: AsyncSession, actor: Actor, session_hash: str) -> bool:
    """Return the same, read in a transaction of the caller's."""
    if runtime().settings.demo and actor.email in DEMO_EMAILS.values():
        return True  # demo users signed in without a password
    return await sessions.is_proven(session, session_hash)


async def must_be_proven(actor: Actor, session_hash: str) -> None:
    """Raise PasswordNeeded if the password was not entered in this session a moment ago."""
    if not await is_proven(actor, session_hash):
        raise PasswordNeeded


async def prove(actor: Actor, session_hash: str, password: object) -> None:
    """Note that the password was entered in this session.

    Raise PasswordNeeded without one, WrongPassword, TooManyRequests, Overloaded.
    """
    if not isinstance(password, str) or not password:
        raise PasswordNeeded
    await runtime().quotas.password(actor)
    async with runtime().database.reading() as session:
        password_hash = (await by_id(session, actor.user_id)).password_hash
    if not await passwords.matches(password, password_hash):
        raise WrongPassword(FIELD)
    async with runtime().database.writing() as session:
        # The password may have changed since it was read above.
        if (await by_id(session, actor.user_id)).password_hash != password_hash:
            raise WrongPassword(FIELD)
        await sessions.prove(session, session_hash)
