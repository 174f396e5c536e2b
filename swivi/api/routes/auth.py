"""Sign-up and tokens for programs. Browsers use the forms of `swivi.auth_forms`."""

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse

from swivi.api.http.access import Called, signed_in
from swivi.api.http.bodies import ExactRoute
from swivi.api.http.client import client_address
from swivi.api.http.idempotency import OnceForGuest
from swivi.api.http.refusals import refuses
from swivi.api.http.sign_in_events import (
    check_credentials,
    check_sign_up,
    give_code,
    note_success,
    welcome,
)
from swivi.api.routes.users_schemas import (
    Credentials,
    Identity,
    Proof,
    SignUp,
    SignUpStarted,
    Token,
)
from swivi.core.cpu_work import Overloaded
from swivi.core.errors import NotAllowed, TooManyRequests
from swivi.domain.accounts import service as accounts
from swivi.domain.accounts import tokens, totp
from swivi.domain.accounts.errors import (
    CodeNeeded,
    EmailTaken,
    PasswordNeeded,
    TooManyTokens,
    WeakPassword,
    WrongCode,
    WrongCredentials,
    WrongPassword,
)
from swivi.domain.mail import service as mail
from swivi.runtime import sensitive_actions
from swivi.runtime.runtime import runtime

SIGN_UP_STARTED = "A mail is on its way to this address. Open its link to go on."


class SessionOnly(NotAllowed):
    """Only a browser's session can prove the password; this was called with a token."""

    code = "session_only"

    def __init__(self) -> None:
        super().__init__(
            "A token needs no proof: making it needed one. This is for a browser's session."
        )


router = APIRouter(prefix="/auth", tags=["auth"], route_class=ExactRoute)


@router.post(
    "/signup",
    status_code=201,
    response_model=Identity,
    responses={202: {"model": SignUpStarted, "description": "A mail is sent."}},
)
@refuses(EmailTaken, WeakPassword, TooManyRequests, Overloaded)
async def sign_up(request: Request, body: SignUp, once: OnceForGuest) -> Identity | JSONResponse:
    """Create a clipper's account.

    If Swivi sends mail, the answer is 202 for every address, whether or not it has an account; the
    link in the mail opens the account. Otherwise the answer is 201, or `email_taken` if the address
    has an account.
    """
    newcomer = await check_sign_up(
        client_address(request), email=body.email, password=body.password, name=body.name
    )
    if runtime().settings.signs_up_by_mail:
        async with once.writing() as session:
            await mail.sign_up(session, newcomer)
            started = SignUpStarted(message=SIGN_UP_STARTED)
            await once.keep(session, started, status=202)
        return JSONResponse(started.model_dump(by_alias=True), 202)
    async with once.writing() as session:
        user = await accounts.sign_up(session, newcomer)
        await welcome(session, user)
        identity = Identity.model_validate(user)
        await once.keep(session, identity)
    return identity


@router.post("/token")
@refuses(WrongCredentials, CodeNeeded, WrongCode, TooManyTokens, TooManyRequests, Overloaded)
async def create_token(request: Request, body: Credentials, once: OnceForGuest) -> Token:
    """Create an API token from email and password. The token is shown only once."""
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
    """Enter the password again in a browser's session.

    For ten minutes, the session may call endpoints that otherwise answer `password_needed`.
    """
    if called.session_hash is None:
        raise SessionOnly
    await sensitive_actions.prove(called.actor, called.session_hash, body.password)
