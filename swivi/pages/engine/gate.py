"""The gate: checks who may call an event handler before it runs, and refuses unmarked handlers.

Any connected client can call every public method of a Reflex state. So each handler of ours is
marked with who may call it: `@public`, `@signed_in`, `@clippers_only` or `@admins_only`. The gate
compares the mark with the session of the websocket's handshake. Handlers still check the objects
they act on.
"""

import logging
from collections.abc import Callable
from enum import StrEnum
from http.cookies import CookieError, SimpleCookie
from typing import Any, TypeVar

import reflex as rx
from reflex.event import Event, EventHandler, EventSpec
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi import routes
from swivi.core import logs
from swivi.core.errors import NotAllowed, NotSignedIn, SwiviError
from swivi.domain.accounts import attempts
from swivi.domain.accounts.actor import Actor
from swivi.domain.accounts.sessions import actor_by_session, cookie_in
from swivi.pages.engine.state_owner import keep_apart
from swivi.reflex_ext import handlers
from swivi.reflex_ext.event_checks import EventCheck
from swivi.runtime.runtime import runtime
from swivi.ui.feedback import toast_error

log = logging.getLogger("swivi.gate")

Handler = TypeVar("Handler", bound=Callable[..., Any])

_MARK = "_swivi_access"


class Access(StrEnum):
    """Who may call a handler."""

    PUBLIC = "public"
    SIGNED_IN = "signed in"
    CLIPPERS = "clippers"
    ADMINS = "admins"


def _marker(access: Access) -> Callable[[Handler], Handler]:
    def mark(handler: Handler) -> Handler:
        setattr(handler, _MARK, access)
        return handler

    return mark


public = _marker(Access.PUBLIC)
signed_in = _marker(Access.SIGNED_IN)
clippers_only = _marker(Access.CLIPPERS)
admins_only = _marker(Access.ADMINS)


class Gate(EventCheck):
    """Refuses an event before its handler runs, unless the handler's mark admits the sender."""

    async def check(self, state: rx.State, event: Event) -> EventSpec | None:
        """Reset a state of another session, then return the refusal, or None to run the handler."""
        handler = handlers.handler_of(event)
        await keep_apart(
            state, session_hash(state), shows_everything=handlers.sends_whole_state(handler)
        )
        if handlers.is_sent_by_front_end(handler):
            return None
        try:
            await _check(access_of(handler), state, handler.fn.__qualname__)
        except NotSignedIn as refusal:
            logs.note_refusal(refusal.code)
            return rx.redirect(routes.SIGN_IN)
        except SwiviError as refusal:
            logs.note_refusal(refusal.code)
            log.warning("Refused event %s: %s", event.name, refusal)
            return toast_error(refusal.sentence)
        return None


async def _check(access: Access | None, state: rx.State, name: str) -> None:
    if access is Access.PUBLIC:
        return
    if access is None:
        raise NotAllowed("This cannot be called from a page.")
    actor = await current_actor(state)
    try:
        if access is Access.CLIPPERS:
            actor.must_be_clipper()
        elif access is Access.ADMINS:
            actor.must_be_admin()
    except NotAllowed:
        await attempts.refused(runtime().database, actor, name)
        raise


async def current_actor(state: rx.State) -> Actor:
    """Return the user of this tab by its session cookie. Raise NotSignedIn."""
    if not session_hash(state):
        raise NotSignedIn
    async with runtime().database.reading() as session:
        actor = await actor_in(session, state)
    if actor is None:
        raise NotSignedIn
    return actor


async def actor_in(session: AsyncSession, state: rx.State) -> Actor | None:
    """Return the user of this tab within a transaction; None for a guest."""
    actor = await actor_by_session(session, session_hash(state))
    if actor is not None:
        logs.note_user(actor.user_id)
    return actor


async def current_actor_or_none(state: rx.State) -> Actor | None:
    """Return the user of this tab; None for a guest."""
    try:
        return await current_actor(state)
    except NotSignedIn:
        return None


def cookies(state: rx.State) -> dict[str, str]:
    """Return the cookies of the websocket's handshake that `inbox.kept_headers` kept."""
    try:
        parsed = SimpleCookie(state.router.headers.cookie)
    except CookieError:
        return {}
    return {name: morsel.value for name, morsel in parsed.items()}


def session_hash(state: rx.State) -> str:
    """Return the hash of the session that opened the websocket; "" for a guest.

    States are kept in Redis, so no state holds the cookie's value: `inbox.kept_headers` has
    replaced it with its hash.
    """
    return cookie_in(state.router.headers.cookie)


def client_address(state: rx.State) -> str:
    """Return the client's address, as the outermost trusted proxy saw it."""
    return str(state.router.session.client_ip)


def access_of(handler: EventHandler) -> Access | None:
    """Return who may call this handler; None if it is not marked."""
    return getattr(handler.fn, _MARK, None)


def unmarked_handlers() -> list[str]:
    """Return our handlers without a mark. A test keeps this list empty."""
    return [
        name
        for name, handler in handlers.registered()
        if not handlers.is_sent_by_front_end(handler)
        and access_of(handler) is None
        and not handlers.is_never_allowed(handler)
    ]
