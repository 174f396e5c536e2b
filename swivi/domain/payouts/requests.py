"""The payout request as one use case. The API and the request dialog both call it."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import rates
from swivi.core.db import Database
from swivi.core.rates import RateUse
from swivi.domain.accounts.actor import Actor
from swivi.domain.payouts import destinations, service
from swivi.domain.payouts.models import PayoutRequest
from swivi.domain.payouts.terms import PayoutTerms

Transaction = Callable[[], AbstractAsyncContextManager[AsyncSession]]


class Proof(Protocol):
    """The password check of the caller: a browser's session has one, an API token needs none."""

    async def is_proven(self, session: AsyncSession) -> bool:
        """Return whether the clipper needs no password now."""
        ...

    async def prove(self) -> None:
        """Check the password, if the caller sent one.

        Raise PasswordNeeded, WrongPassword, TooManyRequests, Overloaded. No transaction is open
        meanwhile, because a password takes a moment to check.
        """
        ...


@dataclass(frozen=True, slots=True)
class PayoutForm:
    """A payout request as typed. `amount` is in dollars."""

    amount: object
    method: object
    details: object
    idempotency_key: str | None = None
    saves_destination: bool = False
    """Whether to keep the destination for the next request."""


@asynccontextmanager
async def request_payout(
    database: Database,
    actor: Actor,
    form: PayoutForm,
    terms: PayoutTerms,
    *,
    quota: Sequence[RateUse],
    proof: Proof,
    writing: Transaction | None = None,
) -> AsyncIterator[tuple[AsyncSession, PayoutRequest]]:
    """Count the attempt, check the password for a new destination, and request the payout.

    The block runs in the transaction of the request, which is `writing()` where one is given. An
    attempt counts towards the `quota` even if the request is refused. Raise TooManyRequests, what
    `proof.prove` raises, and what `service.request` raises.
    """
    actor.must_be_clipper()
    typed = {"method": form.method, "details": form.details}
    async with database.reading() as session:
        # Read first: a refused clipper waits for no writer.
        await rates.must_have_room(session, quota)
        needs_proof = not (
            await destinations.is_kept(session, actor.user_id, **typed)
            or await proof.is_proven(session)
        )
    if quota:
        async with database.writing() as session:
            await rates.spend(session, quota)
    if needs_proof:
        await proof.prove()
    async with (writing or database.writing)() as session:
        asked = await service.request(
            session,
            actor,
            amount=form.amount,
            **typed,
            terms=terms,
            idempotency_key=form.idempotency_key,
        )
        if form.saves_destination:
            await destinations.keep(session, actor, **typed)
        yield session, asked
