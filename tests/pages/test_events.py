"""Each event of a page leaves one line in the log: which handler, for whom, and how it ended."""

import asyncio
import dataclasses
import logging
from collections.abc import Awaitable, Callable

import pytest
import reflex as rx
from reflex.state import State
from reflex_base.event import Event
from reflex_base.registry import RegistrationContext

import swivi.swivi
from swivi.core import logs
from swivi.core.errors import Conflict
from swivi.core.logs import _marked
from swivi.domain.accounts.sessions import SESSION_COOKIE, open_session
from swivi.pages.engine.acting import refusal
from swivi.pages.engine.event_log import EventLog
from swivi.pages.engine.gate import Access, Gate, access_of
from swivi.pages.engine.inbox import kept_headers
from tests.world import World

ADMINS_ONLY = next(
    name
    for name, registered in RegistrationContext.get().event_handlers.items()
    if access_of(registered.handler) is Access.ADMINS
)
HYDRATE = next(
    name for name in RegistrationContext.get().event_handlers if name.endswith(".hydrate")
)

Handler = Callable[[], Awaitable[None]]


async def nothing() -> None:
    """A handler with nothing to do."""


def state_of(cookie: str) -> rx.State:
    root = State(_reflex_internal_init=True)  # type: ignore[call-arg]
    headers = dataclasses.replace(
        root.router.headers, cookie=kept_headers({"cookie": f"{SESSION_COOKIE}={cookie}"})["cookie"]
    )
    root.router = dataclasses.replace(root.router, headers=headers)
    return root


async def event(name: str, cookie: str = "", handler: Handler = nothing) -> None:
    """What Reflex does with an event: a task in which the middlewares stand before the handler."""

    async def handle() -> None:
        state, sent = state_of(cookie), Event(name=name)
        for middleware in (EventLog(), Gate()):
            if await middleware.preprocess(swivi.swivi.app, state, sent) is not None:
                return
        await handler()

    task = asyncio.create_task(handle())
    await asyncio.wait([task])
    await asyncio.sleep(0)


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.handler.addFilter(_marked)
    caplog.set_level(logging.DEBUG, "swivi")
    return caplog


def lines(told: pytest.LogCaptureFixture) -> list[dict[str, object]]:
    names = ("levelname", "outcome", "user_id")
    return [
        {name: getattr(record, name) for name in names}
        for record in told.records
        if record.name == "swivi.events"
    ]


@pytest.fixture
async def cookie(world: World) -> str:
    async with world.database.writing() as session:
        return await open_session(session, world.admin.user_id)


async def test_an_event_is_told_with_its_handler_its_user_and_an_id(
    world: World, told: pytest.LogCaptureFixture, cookie: str
) -> None:
    await event(ADMINS_ONLY, cookie)
    await event(ADMINS_ONLY, cookie)
    admin = world.admin.user_id
    assert lines(told) == [{"levelname": "INFO", "outcome": "done", "user_id": admin}] * 2
    records = [record for record in told.records if record.name == "swivi.events"]
    assert len({record.request_id for record in records}) == 2  # type: ignore[attr-defined]
    qualname = RegistrationContext.get().event_handlers[ADMINS_ONLY].handler.fn.__qualname__
    assert records[0].getMessage().startswith(f"{qualname} done in ")


async def test_how_it_ended_is_told(
    world: World, told: pytest.LogCaptureFixture, cookie: str
) -> None:
    async def fail() -> None:
        raise ZeroDivisionError

    async def refuse() -> None:
        refusal(Conflict("Not now."))

    async def give_up() -> None:
        raise asyncio.CancelledError

    for handler in (fail, refuse, give_up):
        await event(ADMINS_ONLY, cookie, handler)
    assert [(line["levelname"], line["outcome"]) for line in lines(told)] == [
        ("ERROR", "failed (ZeroDivisionError)"),
        ("INFO", "refused (conflict)"),
        ("INFO", "cancelled"),
    ]


async def test_what_the_gate_refuses_is_told_too(
    world: World, told: pytest.LogCaptureFixture
) -> None:
    async with world.database.writing() as session:
        clippers = await open_session(session, world.clipper.user_id)
    await event(ADMINS_ONLY)
    await event(ADMINS_ONLY, clippers)
    assert lines(told) == [
        {"levelname": "INFO", "outcome": "refused (not_signed_in)", "user_id": None},
        {"levelname": "INFO", "outcome": "refused (admins_only)", "user_id": world.clipper.user_id},
    ]


async def test_what_a_handler_logs_carries_the_events_id(
    world: World, told: pytest.LogCaptureFixture, cookie: str
) -> None:
    async def say() -> None:
        logging.getLogger("swivi.tracking").info("At work")

    await event(ADMINS_ONLY, cookie, say)
    ids = {record.request_id for record in told.records if record.name.startswith("swivi.")}  # type: ignore[attr-defined]
    assert len(ids) == 1
    assert None not in ids


async def test_the_browsers_own_book_keeping_is_told_quietly(
    world: World, told: pytest.LogCaptureFixture
) -> None:
    await event(HYDRATE)
    assert [line["levelname"] for line in lines(told)] == ["DEBUG"]


def test_outside_of_requests_and_events_nobody_is_noted() -> None:
    logs.note_user(7)
    logs.note_refusal("conflict")
    record = logging.LogRecord("swivi", logging.INFO, "", 0, "Words", (), None)
    _marked(record)
    assert (record.user_id, record.request_id) == (None, None)  # type: ignore[attr-defined]
