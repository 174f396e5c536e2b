"""One event of a page is one transaction, and what refuses it becomes words on the page."""

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
    """The session and actor for one use case; commits at the end of the block.

    Raises NotSignedIn.
    """
    actor = await current_actor(state)
    async with runtime().database.writing() as session:
        yield session, actor


def form_fields(form_data: object) -> Mapping[str, Any]:
    """What a form sent, whoever sent it: the names and values, or nothing."""
    return form_data if isinstance(form_data, dict) else {}


def some_id(value: object) -> int:
    """An id as a browser sends it; 0, which nothing has, for what cannot be one."""
    return whole_number(value) or 0


def refusal(error: SwiviError) -> EventSpec:
    """A toast with the error's sentence."""
    logs.note_refusal(error.code)
    return toast_error(error.sentence)
