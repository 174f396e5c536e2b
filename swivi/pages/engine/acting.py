"""Run one event of a page in one transaction, and show its refusal."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import reflex as rx
from reflex.event import EventSpec
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import logs
from swivi.core.errors import SwiviError
from swivi.domain.accounts.actor import Actor
from swivi.pages.engine.gate import current_actor
from swivi.pages.engine.listing import whole_number
from swivi.runtime.runtime import runtime
from swivi.ui.feedback import toast_error


@asynccontextmanager
async def acting(state: rx.State) -> AsyncIterator[tuple[AsyncSession, Actor]]:
    """Provide the session and actor of one use case. Commit at the end of the block.

    Raise NotSignedIn.
    """
    actor = await current_actor(state)
    async with runtime().database.writing() as session:
        yield session, actor


def form_fields(form_data: object) -> Mapping[str, Any]:
    """Return the names and values that a form sent; empty for anything malformed."""
    return form_data if isinstance(form_data, dict) else {}


def some_id(value: object) -> int:
    """Return an id that a browser sent; 0, which no row has, if it is malformed."""
    return whole_number(value) or 0


def refusal(error: SwiviError) -> EventSpec:
    """Note a refusal in the event log, and return the toast with its sentence."""
    logs.note_refusal(error.code)
    return toast_error(error.sentence)
