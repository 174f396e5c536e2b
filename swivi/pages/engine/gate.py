"""The gate before every event handler: what is not marked is refused, and what is marked is
checked.

Every public method on a Reflex state can be called by any connected client, so each handler of ours
says who may call it: `@public`, `@signed_in`, `@clippers_only` or `@admins_only`. The gate looks at
the marker and at the session of the websocket's handshake before the handler runs. Handlers still
check what they act on.
"""

import logging
from collections.abc import Callable
from enum import StrEnum
from http.cookies import CookieError, SimpleCookie
from typing import Any, TypeVar

import reflex as rx
from reflex.app import App
from reflex.middleware.middleware import Middleware
from reflex.state import (
    BaseState,
    FrontendEventExceptionState,
    OnLoadInternalState,
    State,
    StateUpdate,
    UpdateVarsInternalState,
)
from reflex_base.event import Event, EventHandler
from reflex_base.registry import RegistrationContext
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi import routes
from swivi.core import logs
from swivi.core.errors import NotAllowed, NotSignedIn, SwiviError
from swivi.domain.accounts import attempts
from swivi.domain.accounts.actor import Actor
from swivi.domain.accounts.sessions import actor_by_session, cookie_in
from swivi.pages.engine.state_owner import keep_apart
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

# What the browser's own runtime sends. By function, not by module: `setvar` exists on every state
# class and calls any `set_x` method by name without passing the gate again, so it must stay shut.
# So does `update_vars_internal`, which is for variables that live in the browser: we have none.
_REFLEX_OWN = frozenset(
    handler.fn
    for handler in (
        State.event_handlers["hydrate"],
        State.event_handlers["hydrate_and_load"],
        State.event_handlers["set_is_hydrated"],
        OnLoadInternalState.event_handlers["on_load_internal"],
        OnLoadInternalState.event_handlers["set_is_hydrated"],
        FrontendEventExceptionState.event_handlers["handle_frontend_exception"],
    )
)

_SHOWS_EVERYTHING = frozenset(
    State.event_handlers[name].fn for name in ("hydrate", "hydrate_and_load")
)


_SHUT = frozenset(
    {
        State.event_handlers["setvar"].fn,
        UpdateVarsInternalState.event_handlers["update_vars_internal"].fn,
    }
)


class Gate(Middleware):
    """Refuses an event before its handler runs, unless the handler's marker lets its sender in."""

    async def preprocess(self, app: App, state: BaseState, event: Event) -> StateUpdate | None:
        """None lets the event through; a StateUpdate answers in the handler's place."""
        handler = RegistrationContext.get().event_handlers[event.name].handler
        await keep_apart(
            state, session_hash(state), shows_everything=handler.fn in _SHOWS_EVERYTHING
        )
        if is_reflexes_own(handler):
            return None
        try:
            await _check(access_of(handler), state, handler.fn.__qualname__)
        except NotSignedIn as refusal:
            logs.note_refusal(refusal.code)
            return StateUpdate(events=Event.from_event_type(rx.redirect(routes.SIGN_IN)))
        except SwiviError as refusal:
            logs.note_refusal(refusal.code)
            log.warning("Refused event %s: %s", event.name, refusal)
            return StateUpdate(events=Event.from_event_type(toast_error(refusal.sentence)))
        return None


async def _check(access: Access | None, state: BaseState, name: str) -> None:
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


async def current_actor(state: BaseState) -> Actor:
    """Who sits at the other end of this state's websocket, by the session cookie.

    Raises NotSignedIn.
    """
    if not session_hash(state):
        raise NotSignedIn
    async with runtime().database.reading() as session:
        actor = await actor_in(session, state)
    if actor is None:
        raise NotSignedIn
    return actor


async def actor_in(session: AsyncSession, state: BaseState) -> Actor | None:
    """The same within a transaction, with None for a guest."""
    actor = await actor_by_session(session, session_hash(state))
    if actor is not None:
        logs.note_user(actor.user_id)
    return actor


async def current_actor_or_none(state: BaseState) -> Actor | None:
    """The same, with None for a guest."""
    try:
        return await current_actor(state)
    except NotSignedIn:
        return None


def cookies(state: BaseState) -> dict[str, str]:
    """The cookies that came with the websocket's handshake, as `swivi.pages.engine.inbox` lets them
    in.
    """
    try:
        parsed = SimpleCookie(state.router.headers.cookie)
    except CookieError:
        return {}
    return {name: morsel.value for name, morsel in parsed.items()}


def session_hash(state: BaseState) -> str:
    """The hash of the session that the websocket was opened with; "" for a guest.

    The cookie's value itself is no part of any state: states are kept in Redis.
    """
    return cookie_in(
        state.router.headers.cookie
    )  # `swivi.pages.engine.inbox` put the hash in the cookie's place


def client_address(state: BaseState) -> str:
    """Where this state's websocket comes from; behind trusted proxies, what the outermost of them
    saw.
    """
    return str(state.router.session.client_ip)


def access_of(handler: EventHandler) -> Access | None:
    """Who may call this handler, by its marker."""
    return getattr(handler.fn, _MARK, None)


def is_reflexes_own(handler: EventHandler) -> bool:
    """Whether the browser's own runtime sends this, and not a page of ours."""
    return handler.fn in _REFLEX_OWN


def unmarked_handlers() -> list[str]:
    """Our handlers that forgot to say who may call them; for the test that keeps this list
    empty.
    """
    return [
        name
        for name, registered in RegistrationContext.get().event_handlers.items()
        if not is_reflexes_own(registered.handler)
        and access_of(registered.handler) is None
        and registered.handler.fn not in _SHUT
    ]
