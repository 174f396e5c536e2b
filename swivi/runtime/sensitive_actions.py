"""The deeds that need the password again: one table, which the API and the pages ask.

A browser left open, or a stolen cookie, is not enough for what cannot be taken back (OWASP ASVS
5.0, 7.5.3). In a browser's session the password was entered within `sessions.PROVEN_FOR`. A token
needs no proof later, because making one needs it: a program cannot be asked.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from swivi.domain.accounts import passwords, sessions
from swivi.domain.accounts.actor import Actor
from swivi.domain.accounts.demo_emails import DEMO_EMAILS
from swivi.domain.accounts.errors import PasswordNeeded, WrongPassword
from swivi.domain.accounts.service import by_id
from swivi.runtime.runtime import runtime

FIELD = "your_password"
"""The name of the form field, and of the field in a refusal."""


class SensitiveAction(StrEnum):
    """What cannot be taken back, or opens the way to it."""

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
    """One way to a deed.

    `name` is a handler of a page (`UserChange.change`) or a route of the API (`PATCH
    /admin/users/{user_id}`). Every call of it is refused without proof before it runs, unless it
    `asks_itself`: because its form has a field for the password, or because only some of its calls
    are such a deed.
    """

    name: str
    asks_itself: bool = False


SENSITIVE_ACTIONS: Mapping[SensitiveAction, tuple[EntryPoint, ...]] = {
    SensitiveAction.MAKE_TOKEN: (EntryPoint("Tokens.submit"), EntryPoint("POST /tokens")),
    SensitiveAction.CHANGE_USER: (
        EntryPoint("UserChange.change"),
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
        EntryPoint("ManualReading.enter"),
        EntryPoint("WaitingReadings.confirm"),
    ),
    SensitiveAction.RELEASE_VIDEO: (
        EntryPoint("ReviewState.ask_release"),
        EntryPoint("POST /admin/submissions/{submission_id}/release"),
    ),
    SensitiveAction.REVOKE_CLIP: (
        EntryPoint("ReviewState.ask_revoke"),
        EntryPoint("POST /admin/clips/{clip_id}/revoke"),
    ),
    SensitiveAction.PAY_HELD: (
        EntryPoint("HeldClips.ask_pay"),
        EntryPoint("POST /admin/clips/{clip_id}/hold/pay"),
    ),
    SensitiveAction.RELEASE_MONEY: (
        EntryPoint("PayoutsState.answer", asks_itself=True),
        EntryPoint("POST /admin/payout-requests/{request_id}/process"),
    ),
    SensitiveAction.CHANGE_BUDGET: (
        EntryPoint("NewCampaignState.create"),
        EntryPoint("POST /admin/campaigns"),
        EntryPoint("Scheduling.save"),
        EntryPoint("TopUp.save"),
        EntryPoint("EditedCampaign.save"),
        EntryPoint("PATCH /admin/campaigns/{campaign_id}", asks_itself=True),
    ),
    SensitiveAction.CLOSE_CAMPAIGN: (
        EntryPoint("CampaignTerms.complete"),
        EntryPoint("PATCH /admin/campaigns/{campaign_id}", asks_itself=True),
    ),
    # Its route is the one that changes a budget.
    SensitiveAction.END_UNREAD: (EntryPoint("CampaignTerms.complete_anyway"),),
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

_NEEDING = {door.name: door for doors in SENSITIVE_ACTIONS.values() for door in doors}


def needs_proof(name: str) -> bool:
    """Return whether each call of this handler or route is refused without proof before it runs."""
    return name in _NEEDING and not _NEEDING[name].asks_itself


def may_need_proof(name: str) -> bool:
    """Return whether any call of this handler or route can be refused for lack of proof."""
    return name in _NEEDING


async def is_proven(actor: Actor, session_hash: str) -> bool:
    """Return whether the password was entered in this session a moment ago."""
    if runtime().settings.demo and actor.email in DEMO_EMAILS.values():
        return True  # these came in by the demo's door and know no password
    async with runtime().database.reading() as session:
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
        # The password may have been changed meanwhile, in a transaction that this session outlived.
        if (await by_id(session, actor.user_id)).password_hash != password_hash:
            raise WrongPassword(FIELD)
        await sessions.prove(session, session_hash)
