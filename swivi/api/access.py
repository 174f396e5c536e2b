"""Who may call: the session's cookie or a bearer token for people, the cron secret for schedulers."""

import hmac
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Depends, Request, Response
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer
from pydantic import SecretStr

from swivi import logs
from swivi.accounts import attempts, sessions, tokens
from swivi.accounts.actor import Actor
from swivi.accounts.errors import AdminsOnly, ClippersOnly, PasswordNeeded, ReadOnlyToken
from swivi.accounts.models import TokenScope
from swivi.api.origin import CrossSite, must_be_own_page
from swivi.api.refusals import SAFE_METHODS, refuses
from swivi.core.errors import NotAllowed, NotSignedIn, Unavailable
from swivi.runtime import runtime

_bearer = HTTPBearer(auto_error=False, scheme_name="token", description="From POST /auth/token")
_cookie = APIKeyCookie(name=sessions.SESSION_COOKIE, auto_error=False, scheme_name="session")
_cron = HTTPBearer(auto_error=False, scheme_name="cronSecret", description="CRON_SECRET")

Bearer = HTTPAuthorizationCredentials | None


class WrongCronSecret(NotSignedIn):
    """The bearer is not CRON_SECRET."""

    code = "wrong_cron_secret"

    def __init__(self) -> None:
        super().__init__("This needs `Authorization: Bearer` with the cron secret.")


class NoCronSecret(Unavailable):
    """The operator has not set one."""

    code = "no_cron_secret"

    def __init__(self) -> None:
        super().__init__("CRON_SECRET is not set, so nobody can call this.")


@refuses(NotSignedIn, CrossSite, ReadOnlyToken)
async def signed_in(
    request: Request,
    bearer: Annotated[Bearer, Depends(_bearer)],
    cookie: Annotated[str | None, Depends(_cookie)],
) -> Actor:
    """Who calls. A token, where one is sent, counts alone. Raises NotSignedIn, ReadOnlyToken, CrossSite."""
    actor = await _caller(request, bearer, cookie)
    logs.note_user(actor.user_id)
    return actor


async def _caller(request: Request, bearer: Bearer, cookie: str | None) -> Actor:
    if bearer is not None:
        return await _by_token(bearer.credentials, reads_only=request.method in SAFE_METHODS)
    if cookie is None:
        raise NotSignedIn
    if request.method not in SAFE_METHODS:
        must_be_own_page(request)
    async with runtime().database.reading() as session:
        return _known(await sessions.actor_by_session(session, cookie))


@refuses(PasswordNeeded)
async def must_be_proven(
    bearer: Annotated[Bearer, Depends(_bearer)], cookie: Annotated[str | None, Depends(_cookie)]
) -> Callable[[], Awaitable[None]]:
    """A check for what is delicate: in a browser's session the password was entered within ten minutes.

    A token needs no such proof: it is made for programs, which nobody asks. Raises PasswordNeeded.
    """

    async def check() -> None:
        if bearer is None and cookie is not None:
            async with runtime().database.reading() as session:
                await sessions.must_be_proven(session, cookie)

    return check


async def _by_token(token: str, *, reads_only: bool) -> Actor:
    async with runtime().database.reading() as session:
        holder = await tokens.holder(session, token)
        noted = await tokens.use_is_noted(session, token)
    if holder is None:
        raise NotSignedIn
    if holder.scope is TokenScope.READ and not reads_only:
        raise ReadOnlyToken
    if not noted:
        async with runtime().database.writing() as session:
            await tokens.note_use(session, token)
    return holder.actor


def _known(actor: Actor | None) -> Actor:
    if actor is None:
        raise NotSignedIn
    return actor


SignedIn = Annotated[Actor, Depends(signed_in)]


@refuses(ClippersOnly)
async def clipper(request: Request, actor: SignedIn) -> Actor:
    """A clipper calls. Raises ClippersOnly."""
    async with _noting(request, actor):
        actor.must_be_clipper()
    return actor


@refuses(AdminsOnly)
async def admin(request: Request, actor: SignedIn) -> Actor:
    """An admin calls. Raises AdminsOnly."""
    async with _noting(request, actor):
        actor.must_be_admin()
    return actor


@asynccontextmanager
async def _noting(request: Request, actor: Actor) -> AsyncIterator[None]:
    """Who is turned away because of their role stands in the audit log, with the route that they asked for."""
    try:
        yield
    except NotAllowed:
        what = getattr(request.scope.get("route"), "path", request.url.path)
        await attempts.refused(runtime().database, actor, f"{request.method} /api{what}")
        raise


Clipper = Annotated[Actor, Depends(clipper)]
Proven = Annotated[Callable[[], Awaitable[None]], Depends(must_be_proven)]
Admin = Annotated[Actor, Depends(admin)]


@refuses(NoCronSecret, WrongCronSecret)
async def cron(response: Response, bearer: Annotated[Bearer, Depends(_cron)]) -> None:
    """A scheduler calls; nobody keeps the answer. Raises NoCronSecret, WrongCronSecret."""
    response.headers["Cache-Control"] = "no-store"
    secret = runtime().settings.cron_secret
    if secret is None:
        raise NoCronSecret
    given = bearer.credentials if bearer else ""
    if not _is_secret(given, secret):
        raise WrongCronSecret


@refuses(NotSignedIn, AdminsOnly)
async def metrics_reader(
    request: Request,
    bearer: Annotated[Bearer, Depends(_bearer)],
    cookie: Annotated[str | None, Depends(_cookie)],
) -> None:
    """Prometheus with METRICS_TOKEN calls, or an admin. Raises NotSignedIn, AdminsOnly."""
    secret = runtime().settings.metrics_token
    if secret is not None and bearer is not None and _is_secret(bearer.credentials, secret):
        return
    (await signed_in(request, bearer, cookie)).must_be_admin()


def _is_secret(given: str, secret: SecretStr) -> bool:
    # Headers arrive as Latin-1; in constant time, so that the answer's speed tells nothing about the secret.
    return hmac.compare_digest(given.encode("latin-1"), secret.get_secret_value().encode())
