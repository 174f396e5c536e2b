"""Reading a page's rows from the database, with a failure said on the page instead of lost in a
log.
"""

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
    """A state that loads something: `problem` is for `data_table(error=...)`, `loading` for its
    skeleton.
    """

    problem: str
    loading: bool


@asynccontextmanager
async def loading(state: LoadingState, what: str) -> AsyncIterator[AsyncSession]:
    """A session to read in.

    If the database fails, `state.problem` says that `what` could not be loaded.

    Assign what was read within the block; what stands after it runs in either case.
    """
    state.problem = ""
    try:
        async with runtime().database.reading() as session:
            yield session
    except (SQLAlchemyError, Outage):
        log.exception("%s could not be loaded", what)
        state.problem = f"{what} could not be loaded."
    finally:
        state.loading = False
