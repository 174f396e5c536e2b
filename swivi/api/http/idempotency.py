"""`Idempotency-Key`: a POST that is repeated with its key gets the first answer and does nothing.

A route does its work in `once.writing()` and keeps its answer there, so that both are one
transaction. A refused request keeps nothing: its key may be used again.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Annotated

from fastapi import Depends, FastAPI, Header, Request
from fastapi.routing import APIRoute
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.responses import Response

from swivi.api.http.access import SignedIn
from swivi.api.http.client import client_address
from swivi.api.http.refusals import TOO_LARGE, refuses
from swivi.api.http.schemas import View
from swivi.core import clock, idempotency
from swivi.core.idempotency import Answer, IdempotencyConflict, KeyedRequest, RequestUnderWay
from swivi.runtime.runtime import runtime

LONGEST_KEY = 200
REPLAYED = "Idempotent-Replayed"
"""The header that marks a replayed answer."""

Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=LONGEST_KEY,
        description="A random text, such as a UUID, for this one request. A repeat within 24 "
        "hours gets the first answer and does nothing.",
    ),
]


class AnsweredBefore(Exception):
    """Raised instead of an error, to replay the first answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


class KeyedExecution:
    """One request that is executed once.

    Without a key, `writing` is a plain transaction and no answer is kept.
    """

    def __init__(self, asked: KeyedRequest | None, status: int, key: str | None) -> None:
        self.key = key
        self._asked = asked
        self._status = status
        self._is_kept = asked is None

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        """Open the transaction that does the work.

        Raise AnsweredBefore, IdempotencyConflict, RequestUnderWay.
        """
        async with runtime().database.writing() as session:
            if self._asked is not None:
                _repeat(await idempotency.begin(session, self._asked))
            yield session
            assert self._is_kept, "whoever writes here keeps the answer"

    async def keep(
        self,
        session: AsyncSession,
        view: View,
        *,
        may_change_for: timedelta | None = None,
        status: int | None = None,
    ) -> None:
        """Keep the answer, in the transaction of the work. `status` defaults to the route's own.

        With `may_change_for`, repeats get RequestUnderWay for at most that long, until `change` is
        called. If this process dies before, they get this answer afterwards.
        """
        if self._asked is not None:
            until = clock.now() + may_change_for if may_change_for else None
            await idempotency.keep(
                session, self._asked, self._answer(view, status), under_way_until=until
            )
            self._is_kept = True

    async def change(self, view: View) -> None:
        """Replace the answer that was kept with the work."""
        if self._asked is not None:
            async with runtime().database.writing() as session:
                await idempotency.keep(session, self._asked, self._answer(view))

    def _answer(self, view: View, status: int | None = None) -> Answer:
        return Answer(status or self._status, view.model_dump_json(by_alias=True))


@refuses(IdempotencyConflict, RequestUnderWay, TOO_LARGE)
async def once(request: Request, actor: SignedIn, key: Key = None) -> KeyedExecution:
    """Depend on this to execute a signed-in user's request once. Keys belong to the user."""
    return await _once(request, f"user {actor.user_id}", key)


@refuses(IdempotencyConflict, RequestUnderWay, TOO_LARGE)
async def once_for_guests(request: Request, key: Key = None) -> KeyedExecution:
    """Depend on this to execute a guest's request once. Keys belong to the client's address."""
    return await _once(request, f"guest at {client_address(request)}", key)


OnceForUser = Annotated[KeyedExecution, Depends(once)]
OnceForGuest = Annotated[KeyedExecution, Depends(once_for_guests)]


async def _once(request: Request, caller: str, key: str | None) -> KeyedExecution:
    route = request.scope["route"]
    assert isinstance(route, APIRoute), "this is a dependency of routes"
    if key is None:
        return KeyedExecution(None, route.status_code or 200, None)
    what = f"{request.method} {request.url.path}?{request.url.query}\n".encode()
    asked = KeyedRequest(caller, key, what + await request.body())
    # This comes first, so that a repeat costs one query.
    async with runtime().database.reading() as session:
        _repeat(await idempotency.earlier(session, asked))
    return KeyedExecution(asked, route.status_code or 200, key)


def _repeat(answer: Answer | None) -> None:
    if answer is not None:
        raise AnsweredBefore(answer)


def install(app: FastAPI) -> None:
    """Answer repeats with the first answer."""
    app.add_exception_handler(AnsweredBefore, _as_before)


async def _as_before(_: Request, repeated: Exception) -> Response:
    assert isinstance(repeated, AnsweredBefore), "registered for these"
    answer = repeated.answer
    return Response(answer.body, answer.status, {REPLAYED: "true"}, media_type="application/json")
