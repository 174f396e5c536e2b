"""The gate before every event handler: each says who may call it, and nobody else gets through."""

import dataclasses
from collections.abc import AsyncIterator, Callable

import pytest
import reflex as rx
from reflex.state import State
from reflex_base.event import Event
from reflex_base.registry import RegistrationContext

import swivi.swivi
from swivi.core.db import Database
from swivi.domain.accounts.actor import Actor
from swivi.domain.accounts.models import Role, User, UserStatus
from swivi.domain.accounts.sessions import SESSION_COOKIE, open_session
from swivi.pages.engine.gate import Access, Gate, access_of, unmarked_handlers
from swivi.pages.engine.inbox import kept_headers
from swivi.runtime.runtime import Runtime
from tests.factories import a_clipper, an_admin

Entering = Callable[[str], AsyncIterator[rx.State]]

HANDLERS = {
    name: access
    for name, registered in RegistrationContext.get().event_handlers.items()
    if (access := access_of(registered.handler)) is not None
}


def test_every_handler_says_who_may_call_it() -> None:
    assert swivi.swivi.app is not None
    assert len(HANDLERS) > 50
    assert unmarked_handlers() == []


def of(*accesses: Access) -> list[str]:
    return [name for name, access in HANDLERS.items() if access in accesses]


async def somebody(database: Database, who: str) -> str | None:
    """The cookie's value of a guest, a clipper, an admin, somebody disabled, or somebody with a
    made-up token.
    """
    if who == "guest":
        return None
    if who == "impostor":
        return "made-up"
    actor: Actor = await (an_admin(database) if who == "admin" else a_clipper(database))
    async with database.writing() as session:
        token = await open_session(session, actor.user_id)
        if who == "disabled":
            user = await session.get(User, actor.user_id)
            assert user is not None
            user.status, user.role = UserStatus.DISABLED, Role.ADMIN
    return token


def state_of(cookie: str | None) -> State:
    root = State(_reflex_internal_init=True)  # type: ignore[call-arg]
    sent = {} if cookie is None else {"cookie": f"{SESSION_COOKIE}={cookie}"}
    headers = dataclasses.replace(root.router.headers, cookie=kept_headers(sent)["cookie"])
    root.router = dataclasses.replace(root.router, headers=headers)
    return root


async def let_in(cookie: str | None) -> set[str]:
    """The handlers that the gate lets the cookie's owner call."""
    root = state_of(cookie)
    gate = Gate()
    answers = {
        name: await gate.preprocess(swivi.swivi.app, root, Event(name=name)) for name in HANDLERS
    }
    return {name for name, answer in answers.items() if answer is None}


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("guest", (Access.PUBLIC,)),
        ("impostor", (Access.PUBLIC,)),
        ("disabled", (Access.PUBLIC,)),
        ("clipper", (Access.PUBLIC, Access.SIGNED_IN, Access.CLIPPERS)),
        ("admin", (Access.PUBLIC, Access.SIGNED_IN, Access.ADMINS)),
    ],
)
async def test_a_handler_lets_in_those_whom_it_names_and_nobody_else(
    running: Runtime, who: str, may: tuple[Access, ...]
) -> None:
    cookie = await somebody(running.database, who)
    assert await let_in(cookie) == set(of(*may))


async def test_reflexs_own_way_to_set_any_variable_is_shut(running: Runtime) -> None:
    cookie = await somebody(running.database, "admin")
    setters = [
        name for name in RegistrationContext.get().event_handlers if name.endswith(".setvar")
    ]
    assert setters
    for name in setters:
        assert (
            await Gate().preprocess(swivi.swivi.app, state_of(cookie), Event(name=name)) is not None
        )
