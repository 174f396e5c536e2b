"""Use cases of payouts.

Each step is a guarded update. Its money, audit entry and notification are in the same transaction.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import changes, clock, money
from swivi.core.db import refused_as
from swivi.core.guarded import changed_one
from swivi.core.idempotency import IdempotencyConflict
from swivi.core.money import Cents, format_dollars
from swivi.core.text import parse_all
from swivi.domain.accounts.actor import Actor
from swivi.domain.accounts.errors import AccountDisabled, EmailNotVerified
from swivi.domain.accounts.models import User, UserStatus
from swivi.domain.ledger import audit_log
from swivi.domain.ledger import payouts as ledger
from swivi.domain.ledger.models import AuditEntry
from swivi.domain.notifications import service as notifications
from swivi.domain.notifications.models import NotificationKind
from swivi.domain.payouts import rules
from swivi.domain.payouts.errors import (
    NoSuchPayoutRequest,
    OpenRequestExists,
    TransactionIdTaken,
    WrongPayoutStatus,
)
from swivi.domain.payouts.methods import Destination, method_label, parse_destination
from swivi.domain.payouts.models import ONE_OPEN, Payout, PayoutRequest, PayoutStatus
from swivi.domain.payouts.rules import EDGES, PayoutAction
from swivi.domain.payouts.terms import PayoutTerms
from swivi.domain.webhooks import outbox
from swivi.domain.webhooks.events import PayoutCompleted


async def request(
    session: AsyncSession,
    actor: Actor,
    *,
    amount: object,
    method: object,
    details: object,
    terms: PayoutTerms,
    idempotency_key: str | None = None,
) -> PayoutRequest:
    """Make a PENDING request and reserve its amount (in dollars, as typed).

    A repeated `idempotency_key` with the same body returns the first request. Raise ClippersOnly,
    InvalidInput, IdempotencyConflict, AccountDisabled, EmailNotVerified, BelowMinimum,
    FeeLeavesNothing, OpenRequestExists, InsufficientBalance.
    """
    actor.must_be_clipper()
    typed: dict[str, Callable[[], Any]] = {
        "amount": lambda: money.parse_dollars(amount),
        "destination": lambda: parse_destination(method, details),
    }
    parsed = parse_all(typed)
    cents: Cents = parsed["amount"]
    destination: Destination = parsed["destination"]
    body_hash = _hash_of_body(cents, destination)
    status, verified_at = await _lock_clipper(session, actor.user_id)
    key_hash = None if idempotency_key is None else hash_of_key(actor.user_id, idempotency_key)
    if key_hash is not None:
        earlier = await _by_key(session, actor, key_hash, body_hash)
        if earlier is not None:
            return earlier
    if status is not UserStatus.ACTIVE:  # disabled since the caller was authenticated
        raise AccountDisabled
    if terms.only_verified and verified_at is None:
        raise EmailNotVerified
    terms.must_reach_minimum(cents)
    fee, net = terms.fee_and_net(cents)
    asked = PayoutRequest(
        user_id=actor.user_id,
        amount=cents,
        fee=fee,
        net=net,
        method=destination.method,
        details=destination.text,
        idempotency_key=key_hash,
        body_hash=body_hash,
        created_at=clock.now(),
    )
    await _insert_as_only_open(session, asked)
    why = _audit(asked, actor.user_id, "requested", {}, None)
    await ledger.reserve(session, actor.user_id, asked.id, cents, why)
    changes.mark(session, users=[actor.user_id])
    await notifications.tell_admins(
        session,
        NotificationKind.PAYOUT_REQUESTED,
        "Payout requested",
        f"{actor.name} asks for {format_dollars(cents)} by {method_label(asked.method)}.",
        asked.id,
    )
    return asked


async def _lock_clipper(session: AsyncSession, user_id: int) -> tuple[UserStatus, datetime | None]:
    """Lock the clipper's row until the transaction ends. Return status and time of verification.

    The lock comes first in each transaction, so that changes of one clipper's payouts run one
    after another. It closes three races on PostgreSQL:

    - Two requests with one key: the second would fail as another open request (I11).
    - A request and the end of the one before: they would deadlock over the row and the index of
      open requests.
    - Two decisions: the second would log a state from before the first (I14).
    """
    found = await session.exec(
        select(User.status, User.verified_at)
        .where(User.id == user_id)
        .with_for_update(key_share=True)
    )
    status, verified_at = found.one()
    return UserStatus(status), verified_at


def _hash_of_body(cents: Cents, destination: Destination) -> str:
    body = [cents, destination.method, destination.text]
    return hashlib.sha256(json.dumps(body).encode()).hexdigest()


def hash_of_key(user_id: int, key: str) -> str:
    """Return what is stored of a request's key.

    The key itself decrypts the sealed answer to the request, so it is not stored.
    """
    return hashlib.sha256(f"payout request of {user_id}\n{key}".encode()).hexdigest()


async def _by_key(
    session: AsyncSession, actor: Actor, key_hash: str, body_hash: str
) -> PayoutRequest | None:
    found = await session.exec(
        select(PayoutRequest).where(
            PayoutRequest.user_id == actor.user_id, PayoutRequest.idempotency_key == key_hash
        )
    )
    earlier = found.one_or_none()
    if earlier is not None and earlier.body_hash != body_hash:
        raise IdempotencyConflict
    return earlier


async def _insert_as_only_open(session: AsyncSession, asked: PayoutRequest) -> None:
    session.add(asked)
    with refused_as(
        ONE_OPEN, OpenRequestExists
    ):  # the index also decides between two requests at the same moment
        await session.flush()


async def cancel(session: AsyncSession, actor: Actor, request_id: int) -> PayoutRequest:
    """Cancel a PENDING request, by the clipper who made it.

    Raise NoSuchPayoutRequest, WrongPayoutStatus.
    """
    asked = await _get(session, request_id)
    if asked.user_id != actor.user_id:
        raise NoSuchPayoutRequest
    return await _walk(session, actor, asked, PayoutAction.CANCEL)


async def process(
    session: AsyncSession,
    actor: Actor,
    request_id: int,
    action: object,
    *,
    transaction_id: object = None,
    notes: object = None,
) -> PayoutRequest:
    """Take an admin's step: approve, reject, complete, fail or reverse.

    `complete` needs a transaction id. Reject, fail and reverse need `notes` as the reason. Raise
    AdminsOnly, InvalidInput, NoSuchPayoutRequest, OwnGain, WrongPayoutStatus, TransactionIdTaken.
    """
    actor.must_be_admin()
    step = rules.parse_action(action)
    reason = rules.parse_reason(notes, needed=EDGES[step].needs_reason)
    paid_as = rules.parse_transaction_id(transaction_id) if step is PayoutAction.COMPLETE else None
    asked = await _get(session, request_id)
    actor.must_not_gain(asked.user_id)
    return await _walk(session, actor, asked, step, reason=reason, transaction_id=paid_as)


async def _walk(
    session: AsyncSession,
    actor: Actor,
    asked: PayoutRequest,
    action: PayoutAction,
    *,
    reason: str | None = None,
    transaction_id: str | None = None,
) -> PayoutRequest:
    await _lock_clipper(session, asked.user_id)
    await session.refresh(asked)
    edge, before = EDGES[action], asked.status
    # Guarded by the current state: of two admins at the same moment, one takes the step and the
    # other gets WrongPayoutStatus.
    is_walked = await changed_one(
        session,
        update(PayoutRequest)
        .where(col(PayoutRequest.id) == asked.id, col(PayoutRequest.status).in_(edge.sources))
        .values(
            status=edge.target,
            reason=reason or asked.reason,
            decided_by=actor.user_id,
            decided_at=clock.now(),
        ),
    )
    await session.refresh(asked)
    if not is_walked:
        raise WrongPayoutStatus(asked.status, f"be {edge.target.lower()}")
    why = _audit(asked, actor.user_id, edge.target.lower(), {"status": before}, reason)
    if transaction_id is not None:
        await _record_payout(session, actor, asked, transaction_id)
        await outbox.tell(session, _completed(asked, transaction_id))
        why.after["transaction_id"] = transaction_id
    await _move_money(session, asked, action, why)
    changes.mark(session, users=[asked.user_id])
    if action is not PayoutAction.CANCEL:
        await _tell_clipper(session, asked, transaction_id)
    return asked


async def _record_payout(
    session: AsyncSession, actor: Actor, asked: PayoutRequest, transaction_id: str
) -> None:
    sent = Payout(
        request_id=asked.id,
        user_id=asked.user_id,
        amount=asked.amount,
        fee=asked.fee,
        net=asked.net,
        method=asked.method,
        transaction_id=transaction_id,
        paid_by=actor.user_id,
        paid_at=clock.now(),
    )
    session.add(sent)
    with refused_as("uq_payouts_method_transaction_id", TransactionIdTaken):
        await session.flush()
    audit_log.record(
        session, audit_log.entry("payout.sent", "payout", sent.id, actor_id=actor.user_id, row=sent)
    )


def _completed(asked: PayoutRequest, transaction_id: str) -> PayoutCompleted:
    return PayoutCompleted(
        payout_request_id=asked.id,
        user_id=asked.user_id,
        amount=asked.amount,
        fee=asked.fee,
        net=asked.net,
        method=asked.method,
        transaction_id=transaction_id,
    )


async def _move_money(
    session: AsyncSession, asked: PayoutRequest, action: PayoutAction, why: AuditEntry
) -> None:
    match action:
        case PayoutAction.APPROVE:
            audit_log.record(session, why)
        case PayoutAction.COMPLETE:
            await ledger.pay_out(
                session, asked.user_id, asked.id, net=asked.net, fee=asked.fee, why=why
            )
        case PayoutAction.REVERSE:
            await ledger.take_back(session, asked.user_id, asked.id, asked.amount, why)
        case _:
            await ledger.release(session, asked.user_id, asked.id, asked.amount, why)


def _audit(
    asked: PayoutRequest, actor_id: int, step: str, before: dict[str, Any], reason: str | None
) -> AuditEntry:
    return audit_log.entry(
        f"payout.{step}",
        "payout_request",
        asked.id,
        actor_id=actor_id,
        before=before,
        after={"status": asked.status, "amount": asked.amount, "net": asked.net, "fee": asked.fee},
        reason=reason,
        row=asked,
    )


async def _tell_clipper(
    session: AsyncSession, asked: PayoutRequest, transaction_id: str | None
) -> None:
    amount, because = (
        format_dollars(asked.amount),
        f" Reason: {asked.reason}" if asked.reason else "",
    )
    texts = {
        PayoutStatus.APPROVED: (
            "approved",
            f"Your payout of {amount} is approved and will be sent soon.",
        ),
        PayoutStatus.REJECTED: (
            "rejected",
            f"Your payout of {amount} was rejected; it is available again.",
        ),
        PayoutStatus.COMPLETED: (
            "sent",
            (
                f"{format_dollars(asked.net)} was sent by {method_label(asked.method)}, "
                f"transaction id {transaction_id}."
            ),
        ),
        PayoutStatus.FAILED: ("failed", f"Your payout of {amount} failed; it is available again."),
        PayoutStatus.REVERSED: (
            "returned",
            f"Your payout of {amount} came back; it is available again.",
        ),
    }
    word, body = texts[asked.status]
    await notifications.tell(
        session,
        asked.user_id,
        NotificationKind(f"PAYOUT_{asked.status}"),
        f"Payout {word}",
        body + because,
        asked.id,
    )


async def _get(session: AsyncSession, request_id: int) -> PayoutRequest:
    asked = await session.get(PayoutRequest, request_id)
    if asked is None:
        raise NoSuchPayoutRequest
    return asked
