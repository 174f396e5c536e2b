"""Authentication: a session's cookie or a token for users, the cron secret for schedulers."""

import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import Depends, Request, Response
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer
from pydantic import SecretStr
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.api.http.client import client_address
from swivi.api.http.origin import CrossSite, must_be_own_page
from swivi.api.http.refusals import SAFE_METHODS, refuses
from swivi.core import logs
from swivi.core.errors import NotAllowed, NotSignedIn, TooManyRequests, Unavailable
from swivi.domain.accounts import attempts, sessions, tokens
from swivi.domain.accounts.actor import Actor
from swivi.domain.accounts.errors import AdminsOnly, ClippersOnly, PasswordNeeded, ReadOnlyToken
from swivi.domain.accounts.models import TokenScope
from swivi.runtime import sensitive_actions
from swivi.runtime.runtime import runtime

_bearer = HTTPBearer(
    auto_error=False, scheme_name="token", description="A token from POST /auth/token"
)
_cookie = APIKeyCookie(name=sessions.SESSION_COOKIE, auto_error=False, scheme_name="session")
_cron = HTTPBearer(auto_error=False, scheme_name="cronSecret", description="CRON_SECRET")

Bearer = HTTPAuthorizationCredentials | None


class WrongCronSecret(NotSignedIn):
    """The bearer token is not CRON_SECRET."""

    code = "wrong_cron_secret"

    def __init__(self) -> None:
        super().__init__("This needs `Authorization: Bearer` with the cron secret.")


class NoCronSecret(Unavailable):
    """CRON_SECRET is not set."""

    code = "no_cron_secret"

    def __init__(self) -> None:
        super().__init__("CRON_SECRET is not set, so nobody can call this.")


@dataclass(frozen=True, slots=True)
class Caller:
    """An authenticated user with their credential: a session (by hash) or a token (by id)."""

    actor: Actor
    session_hash: str | None = None
    token_id: int | None = None
    lacks_proof: bool = False
    """Whether this route needs the password, and the session has not proved it lately."""

    async def is_proven(self, session: AsyncSession) -> bool:
        """Return whether this caller needs no password now. A token never needs one."""
        if self.session_hash is None:
            return True
        return await sensitive_actions.is_proven_in(session, self.actor, self.session_hash)

    async def prove(self) -> None:
        """Raise PasswordNeeded. A request to the API carries no password."""
        raise PasswordNeeded

    async def must_be_proven(self) -> None:
        """Raise PasswordNeeded if the session has not proved the password lately."""
        async with runtime().database.reading() as session:
            proven = await self.is_proven(session)
        if not proven:
            await self.prove()


@refuses(NotSignedIn, CrossSite, ReadOnlyToken)
async def caller(
    request: Request,
    bearer: Annotated[Bearer, Depends(_bearer)],
    cookie: Annotated[str | None, Depends(_cookie)],
) -> Caller:
    """Return the caller. A token takes precedence over a cookie.

    Raise NotSignedIn, ReadOnlyToken, CrossSite.
    """
    found = await _caller(request, bearer, cookie)
    logs.note_user(found.actor.user_id)
    return found


async def _caller(request: Request, bearer: Bearer, cookie: str | None) -> Caller:
    if bearer is not None:
        return await _by_token(bearer.credentials, reads_only=request.method in SAFE_METHODS)
    if cookie is None:
        raise NotSignedIn
    if request.method not in SAFE_METHODS:
        must_be_own_page(request)
    return await _by_session(sessions.hash_token(cookie), route_called(request))


async def _by_session(session_hash: str, route: str) -> Caller:
    async with runtime().database.reading() as session:
        actor = await sessions.actor_by_session(session, session_hash)
        if actor is None:
            raise NotSignedIn
        found = Caller(actor, session_hash)
        # Read in the transaction that reads the user. The role is checked before this is refused.
        lacks_proof = sensitive_actions.needs_proof(route) and not await found.is_proven(session)
    return replace(found, lacks_proof=lacks_proof)


async def _by_token(token: str, *, reads_only: bool) -> Caller:
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
    return Caller(holder.actor, token_id=holder.token_id)


Called = Annotated[Caller, Depends(caller)]


async def signed_in(called: Called) -> Actor:
    """Return the signed-in user.

    Raise what `caller` raises, and PasswordNeeded if the route is a sensitive action.
    """
    return _proven(called)


def _proven(called: Caller) -> Actor:
    if called.lacks_proof:
        raise PasswordNeeded
    return called.actor


def route_name(method: str, path: str) -> str:
    """Return the name of a route in the table of sensitive actions."""
    return f"{method} {path}"


def route_called(request: Request) -> str:
    """Return the name of the route that this request calls."""
    return route_name(request.method, request.scope["route"].path)


SignedIn = Annotated[Actor, Depends(signed_in)]


@refuses(ClippersOnly)
async def clipper(request: Request, called: Called) -> Actor:
    """Return the calling clipper.

    Raise ClippersOnly, and PasswordNeeded if the route is a sensitive action.
    """
    async with _noting(request, called.actor):
        called.actor.must_be_clipper()
    return _proven(called)


@refuses(AdminsOnly)
async def admin(request: Request, called: Called) -> Actor:
    """Return the calling admin.

    Raise AdminsOnly, and PasswordNeeded if the route is a sensitive action.
    """
    async with _noting(request, called.actor):
        called.actor.must_be_admin()
    return _proven(called)


@asynccontextmanager
async def _noting(request: Request, actor: Actor) -> AsyncIterator[None]:
    """Log a caller who is refused for their role in the audit log, with the route."""
    try:
        yield
    except NotAllowed:
        what = getattr(request.scope.get("route"), "path", request.url.path)
        await attempts.refused(runtime().database, actor, f"{request.method} /api{what}")
        raise


Clipper = Annotated[Actor, Depends(clipper)]
Admin = Annotated[Actor, Depends(admin)]


@refuses(NoCronSecret, WrongCronSecret, TooManyRequests)
async def cron(
    request: Request, response: Response, bearer: Annotated[Bearer, Depends(_cron)]
) -> None:
    """Let a scheduler with the cron secret call. Forbid caches to store the answer.

    Raise NoCronSecret, WrongCronSecret, TooManyRequests.
    """
    response.headers["Cache-Control"] = "no-store"
    secret = runtime().settings.cron_secret
    if secret is None:
        raise NoCronSecret
    if bearer is None or not await _shows(request, bearer.credentials, secret):
        raise WrongCronSecret


@refuses(NotSignedIn, AdminsOnly, TooManyRequests)
async def metrics_reader(
    request: Request,
    bearer: Annotated[Bearer, Depends(_bearer)],
    cookie: Annotated[str | None, Depends(_cookie)],
) -> None:
    """Let Prometheus with METRICS_TOKEN call, or an admin.

    Raise NotSignedIn, AdminsOnly, TooManyRequests.
    """
    secret = runtime().settings.metrics_token
    given = "" if bearer is None else bearer.credentials
    may_be_it = secret is not None and given and not given.startswith(tokens.TOKEN_PREFIX)
    if secret is not None and may_be_it and await _shows(request, given, secret):
        return
    (await caller(request, bearer, cookie)).actor.must_be_admin()


async def _shows(request: Request, given: str, secret: SecretStr) -> bool:
    """Return whether the caller sent the secret. Count wrong ones.

    Raise TooManyRequests before the comparison.
    """
    address = client_address(request)
    await runtime().quotas.secret_has_room(address)
    if _is_secret(given, secret):
        return True
    await runtime().quotas.wrong_secret(address)
    return False


def _is_secret(given: str, secret: SecretStr) -> bool:
    # Headers arrive as Latin-1. The comparison takes constant time, so that its duration reveals
    # nothing.
    return hmac.compare_digest(given.encode("latin-1"), secret.get_secret_value().encode())
