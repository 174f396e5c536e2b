"""Read a page's rows from the database, and show a failure on the page."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core.outages import Outage
from swivi.runtime.runtime import runtime

log = logging.getLogger("swivi.pages")


class LoadingState(Protocol):
    """A state that reads rows.

    `problem` is for `data_table(error=...)`, `loading` for its skeleton.
    """

    problem: str
    loading: bool


@asynccontextmanager
async def loading(state: LoadingState, content: str) -> AsyncIterator[AsyncSession]:
    """Provide a session to read `content` in. A database failure becomes `state.problem`.

    Assign the result within the block: code after it runs after a failure, too.
    """
    state.problem = ""
    try:
        async with runtime().database.reading() as session:
            yield session
    except (SQLAlchemyError, Outage):
        log.exception("%s could not be loaded", content)
        state.problem = f"{content} could not be loaded."
    finally:
        state.loading = False
