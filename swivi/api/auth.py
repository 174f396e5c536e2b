"""Signing up and getting a token, for programs. Browsers use the forms of `web.py`."""

from fastapi import APIRouter, Request

from swivi.accounts import service as accounts
from swivi.accounts import tokens, totp
from swivi.accounts.errors import CodeNeeded, EmailTaken, WeakPassword, WrongCode, WrongCredentials
from swivi.api.bodies import ExactRoute
from swivi.api.client import client_address
from swivi.api.entering import give_code, note_failure, note_success, welcome
from swivi.api.once import OnceForGuest
from swivi.api.refusals import refuses
from swivi.api.schemas_people import Credentials, Identity, SignUp, Token
from swivi.core.errors import TooManyRequests
from swivi.core.heavy import Overloaded
from swivi.runtime import runtime

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
@refuses(WrongCredentials, CodeNeeded, WrongCode, TooManyRequests)
async def create_token(request: Request, body: Credentials, once: OnceForGuest) -> Token:
    """A new API token for these credentials; it is shown this once."""
    address = client_address(request)
    await runtime().quotas.sign_in(body.email, address)
    async with runtime().database.reading() as session:
        try:
            actor = await accounts.authenticate(session, email=body.email, password=body.password)
        except WrongCredentials as refusal:
            await note_failure(refusal, body.email, address)
            raise
        renewed = await accounts.renewed_hash(session, actor, body.password)
        needs_code = await totp.is_on(session, actor.user_id)
    if needs_code:
        await give_code(actor, body.code, address)
    async with once.writing() as session:
        made = await tokens.issue(session, actor.user_id)
        await note_success(session, actor, address, by="password for a token", renewed_hash=renewed)
        shown = Token(token=made.token, expires_at=made.row.expires_at)
        await once.keep(session, shown)
    return shown
