"""Signing up and getting a token, for programs. Browsers use the forms of `web.py`."""

from fastapi import APIRouter

from swivi.accounts import service as accounts
from swivi.accounts import sessions
from swivi.api.bodies import ExactRoute
from swivi.api.schemas_people import Credentials, Identity, SignUp, Token
from swivi.runtime import runtime

router = APIRouter(prefix="/auth", tags=["auth"], route_class=ExactRoute)


@router.post("/signup", status_code=201)
async def sign_up(body: SignUp) -> Identity:
    """Become a clipper."""
    newcomer = await accounts.newcomer(email=body.email, password=body.password, name=body.name)
    async with runtime().database.writing() as session:
        user = await accounts.sign_up(session, newcomer)
    return Identity.model_validate(user)


@router.post("/token")
async def create_token(body: Credentials) -> Token:
    """A new API token for these credentials; it is shown this once."""
    async with runtime().database.reading() as session:
        actor = await accounts.authenticate(session, email=body.email, password=body.password)
    async with runtime().database.writing() as session:
        token, expires_at = await sessions.create_token(session, actor.user_id)
    return Token(token=token, expires_at=expires_at)
