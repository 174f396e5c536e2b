"""Signing up and getting a token, for programs. Browsers use the forms of `web.py`."""

from fastapi import APIRouter, Depends, Request

from swivi import deeds
from swivi.accounts import service as accounts
from swivi.accounts import tokens, totp
from swivi.accounts.errors import (
    CodeNeeded,
    EmailTaken,
    PasswordNeeded,
    TooManyTokens,
    WeakPassword,
    WrongCode,
    WrongCredentials,
    WrongPassword,
)
from swivi.api.access import Called, signed_in
from swivi.api.bodies import ExactRoute
from swivi.api.client import client_address
from swivi.api.entering import check_credentials, give_code, note_success, welcome
from swivi.api.once import OnceForGuest
from swivi.api.refusals import refuses
from swivi.api.schemas_people import Credentials, Identity, Proof, SignUp, Token
from swivi.core.errors import NotAllowed, TooManyRequests
from swivi.core.heavy import Overloaded
from swivi.runtime import runtime


class SessionOnly(NotAllowed):
    """A token asked for what only a browser's session needs."""

    code = "session_only"

    def __init__(self) -> None:
        super().__init__("A token needs no proof: making it needed one. This is for a browser's session.")


router = APIRouter(prefix="/auth", tags=["auth"], route_class=ExactRoute)


@router.post("/signup", status_code=201)
@refuses(EmailTaken, WeakPassword, TooManyRequests, Overloaded)
async def sign_up(request: Request, body: SignUp, once: OnceForGuest) -> Identity:
    """Become a clipper."""
    await runtime().quotas.sign_up(client_address(request))
    newcomer = await accounts.newcomer(email=body.email, password=body.password, name=body.name)
    async with once.writing() as session:
        user = await accounts.sign_up(session, newcomer)
        await welcome(session, user)
        identity = Identity.model_validate(user)
        await once.keep(session, identity)
    return identity


@router.post("/token")
@refuses(WrongCredentials, CodeNeeded, WrongCode, TooManyTokens, TooManyRequests, Overloaded)
async def create_token(request: Request, body: Credentials, once: OnceForGuest) -> Token:
    """A new API token for these credentials; it is shown this once."""
    address = client_address(request)
    checked = await check_credentials(body.email, body.password, address)
    async with runtime().database.reading() as session:
        needs_code = await totp.is_on(session, checked.actor.user_id)
    if needs_code:
        await give_code(checked.actor, body.code, address)
    async with once.writing() as session:
        await accounts.must_still_hold(session, checked)
        made = await tokens.issue(session, checked.actor.user_id)
        await note_success(session, checked.actor, address, by="password for a token")
        shown = Token(token=made.token, expires_at=made.row.expires_at)
        await once.keep(session, shown)
    return shown


@router.post("/proof", status_code=204, dependencies=[Depends(signed_in)])
@refuses(SessionOnly, PasswordNeeded, WrongPassword, TooManyRequests, Overloaded)
async def prove(called: Called, body: Proof) -> None:
    """Enter the password again in a browser's session: for ten minutes it may do what answers `password_needed`."""
    if called.session_hash is None:
        raise SessionOnly
    await deeds.prove(called.actor, called.session_hash, body.password)
