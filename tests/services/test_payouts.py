"""Payouts: every edge of the state table and none besides, with its money, its messages and its
proofs.
"""

from decimal import Decimal

import pytest
from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from swivi import routes
from swivi.core import clock
from swivi.core.errors import InvalidInput
from swivi.core.idempotency import IdempotencyConflict
from swivi.domain.accounts import service as accounts
from swivi.domain.accounts.errors import AdminsOnly, ClippersOnly, OwnGain
from swivi.domain.accounts.models import Role, UserStatus
from swivi.domain.ledger.errors import InsufficientBalance
from swivi.domain.ledger.models import AuditEntry, Transfer
from swivi.domain.notifications.models import Notification, NotificationKind
from swivi.domain.payouts import service as payouts
from swivi.domain.payouts.errors import (
    BelowMinimum,
    FeeLeavesNothing,
    NoSuchPayoutRequest,
    OpenRequestExists,
    TransactionIdTaken,
    WrongPayoutStatus,
)
from swivi.domain.payouts.models import Payout, PayoutRequest, PayoutStatus
from swivi.domain.payouts.rules import PayoutAction
from tests.world import World

EARNED = 5_000
ASKED = 2_000

PATHS: dict[PayoutStatus, tuple[str, ...]] = {
    PayoutStatus.PENDING: (),
    PayoutStatus.CANCELLED: ("cancel",),
    PayoutStatus.APPROVED: ("approve",),
    PayoutStatus.REJECTED: ("reject",),
    PayoutStatus.COMPLETED: ("approve", "complete"),
    PayoutStatus.FAILED: ("approve", "fail"),
    PayoutStatus.REVERSED: ("approve", "complete", "reverse"),
}
"""How a request comes to each state."""

EDGES = {
    (PayoutStatus.PENDING, "cancel"): PayoutStatus.CANCELLED,
    (PayoutStatus.PENDING, "approve"): PayoutStatus.APPROVED,
    (PayoutStatus.PENDING, "reject"): PayoutStatus.REJECTED,
    (PayoutStatus.APPROVED, "reject"): PayoutStatus.REJECTED,
    (PayoutStatus.APPROVED, "complete"): PayoutStatus.COMPLETED,
    (PayoutStatus.APPROVED, "fail"): PayoutStatus.FAILED,
    (PayoutStatus.COMPLETED, "reverse"): PayoutStatus.REVERSED,
}
ILLEGAL = {
    state: [action for action in PayoutAction if (state, action) not in EDGES]
    for state in PayoutStatus
}

HELD = {PayoutStatus.PENDING, PayoutStatus.APPROVED}
SENT = {PayoutStatus.COMPLETED}

MESSAGES = {
    "approve": NotificationKind.PAYOUT_APPROVED,
    "reject": NotificationKind.PAYOUT_REJECTED,
    "complete": NotificationKind.PAYOUT_COMPLETED,
    "fail": NotificationKind.PAYOUT_FAILED,
    "reverse": NotificationKind.PAYOUT_REVERSED,
}


@pytest.fixture
async def rich(world: World) -> World:
    """The clipper has earned $50.00."""
    await world.earn(EARNED)
    return world


async def walk(world: World, request: PayoutRequest, action: str) -> PayoutRequest:
    """One step with everything that it needs."""
    if action == "cancel":
        async with world.database.writing() as session:
            return await payouts.cancel(session, world.clipper, request.id)
    said = {"transaction_id": "TX-1"} if action == "complete" else {"notes": "As the bank says."}
    return await world.process(request, action, **said)


async def request_in(world: World, state: PayoutStatus) -> PayoutRequest:
    request = await world.request()
    for action in PATHS[state]:
        request = await walk(world, request, action)
    assert request.status is state
    return request


async def money(world: World) -> tuple[int, int, int]:
    """(available, reserved, paid) of the clipper, in cents."""
    user = await world.user()
    return user.available, user.reserved, user.paid


@pytest.mark.parametrize("state", PayoutStatus)
async def test_money_is_where_the_state_says(rich: World, state: PayoutStatus) -> None:
    await request_in(rich, state)

    held, sent = (ASKED if state in states else 0 for states in (HELD, SENT))
    assert await money(rich) == (EARNED - held - sent, held, sent)
    assert (await rich.user()).total_earnings == EARNED


@pytest.mark.parametrize(("edge", "target"), EDGES.items(), ids=str)
async def test_each_listed_edge_is_walked_with_an_audit_row_and_a_message(
    rich: World, edge: tuple[PayoutStatus, str], target: PayoutStatus
) -> None:
    state, action = edge
    request = await request_in(rich, state)
    told = await rich.told()
    walked = await walk(rich, request, action)

    assert walked.status is target
    last = (await rich.all(AuditEntry, AuditEntry.subject == "payout_request"))[-1]
    by = rich.clipper if action == "cancel" else rich.admin
    assert (last.action, last.actor_id, last.before) == (
        f"payout.{target.lower()}",
        by.user_id,
        {"status": state},
    )
    assert await rich.told() == told + ([MESSAGES[action]] if action in MESSAGES else [])


@pytest.mark.parametrize("state", PayoutStatus)
async def test_no_other_edge_is_walked(rich: World, state: PayoutStatus) -> None:
    request = await request_in(rich, state)
    before, moved = await money(rich), len(await rich.all(Transfer))

    for action in ILLEGAL[state]:
        with pytest.raises(WrongPayoutStatus):
            await walk(rich, request, action)
    assert (await rich.now(request)).status is state
    assert (await money(rich), len(await rich.all(Transfer))) == (before, moved)


async def test_a_sent_payout_is_told_in_words_with_the_way_to_its_receipt(rich: World) -> None:
    request = await request_in(rich, PayoutStatus.COMPLETED)
    told = (await rich.all(Notification, Notification.user_id == rich.clipper.user_id))[-1]

    assert "$20.00 was sent by PayPal, transaction id" in told.body
    assert routes.of_notification(told, Role.CLIPPER) == f"/clippers/payouts/{request.id}"


async def test_a_request_tells_every_admin(rich: World) -> None:
    await rich.request("20.00")

    assert (await rich.told(rich.admin)).count(NotificationKind.PAYOUT_REQUESTED) == 1


REFUSED_AMOUNTS: dict[object, type[Exception]] = {
    "19.99": BelowMinimum,
    "0.01": BelowMinimum,
    "50.01": InsufficientBalance,
    "1,000,000,000": InsufficientBalance,
} | dict.fromkeys(("0", "-20", "NaN", "1e400", "20.001", "", None, True), InvalidInput)


async def test_an_amount_that_may_not_be_asked_for_reserves_nothing(rich: World) -> None:
    for amount, error in REFUSED_AMOUNTS.items():
        with pytest.raises(error):
            await rich.request(amount)
    assert await money(rich) == (EARNED, 0, 0)
    assert await rich.all(PayoutRequest) == []


@pytest.mark.parametrize("amount", ["20.00", "50.00"])
async def test_the_minimum_and_the_whole_balance_may_be_asked_for(rich: World, amount: str) -> None:
    assert (await rich.request(amount)).status is PayoutStatus.PENDING


async def test_method_and_details_must_be_said(rich: World) -> None:
    wrong = {"method": ["", None, "x" * 41], "details": [" ", "x" * 1_001, 5]}
    for field, values in wrong.items():
        for value in values:
            with pytest.raises(InvalidInput) as refused:
                await rich.request(**{field: value})
            assert list(refused.value.fields) == [field]


async def test_a_second_request_waits_until_the_first_is_settled(rich: World) -> None:
    first = await rich.request("20.00")
    for action in ("approve", "complete"):
        with pytest.raises(OpenRequestExists):
            await rich.request("20.00")
        await walk(rich, first, action)

    await rich.request("20.00")
    assert await money(rich) == (1_000, 2_000, 2_000)


async def test_the_fee_is_fixed_when_the_request_is_made_and_kept_when_it_is_paid(
    rich: World,
) -> None:
    request = await rich.request("33.33", fee_percent=Decimal("2.5"))
    await walk(rich, request, "approve")
    await walk(rich, request, "complete")

    [payout] = await rich.all(Payout)
    assert (payout.amount, payout.fee, payout.net) == (3_333, 83, 3_250)
    moved = {transfer.credit_account: transfer.amount for transfer in await rich.all(Transfer)}
    assert (moved["fees"], moved["outside"]) == (83, 3_250)

    await walk(rich, request, "reverse")
    assert await money(rich) == (EARNED, 0, 0)


async def test_a_fee_that_leaves_nothing_is_refused_as_that_and_reserves_nothing(
    rich: World,
) -> None:
    for fee_percent in (Decimal(50), Decimal("99.9999")):
        with pytest.raises(FeeLeavesNothing) as refused:
            await rich.request("0.01", minimum=1, fee_percent=fee_percent)
        assert list(refused.value.fields) == ["amount"]
    assert await money(rich) == (EARNED, 0, 0)
    assert await rich.all(PayoutRequest) == []

    assert (await rich.request("0.02", minimum=1, fee_percent=Decimal(50))).net == 1


async def test_a_request_that_was_paid_already_is_not_told_as_a_taken_transaction_id(
    rich: World,
) -> None:
    request = await rich.request("20.00")
    await walk(rich, request, "approve")
    async with rich.database.writing() as session:
        session.add(
            Payout(
                request_id=request.id,
                user_id=request.user_id,
                amount=ASKED,
                net=ASKED,
                method="paypal",
                transaction_id="TX-OTHER",
                paid_by=rich.admin.user_id,
                paid_at=clock.now(),
            )
        )
    with pytest.raises(IntegrityError):
        await rich.process(request, "complete", transaction_id="TX-1")
    async with rich.database.writing() as session:
        await session.execute(delete(Payout))


async def test_a_repeated_key_with_the_same_body_answers_with_the_first_request(
    rich: World,
) -> None:
    first = await rich.request("20.00", idempotency_key="k1")
    again = await rich.request("20", idempotency_key="k1")
    await walk(rich, first, "reject")
    later = await rich.request("20.00", idempotency_key="k1")

    assert first.id == again.id == later.id
    assert later.status is PayoutStatus.REJECTED
    assert await money(rich) == (EARNED, 0, 0)


async def test_a_repeated_key_with_another_body_is_a_conflict(rich: World) -> None:
    said = {
        "amount": "20.00",
        "method": "paypal",
        "details": "casey@swivi.test",
        "idempotency_key": "k1",
    }
    await rich.request(**said)

    for other in ({"amount": "21.00"}, {"method": "wise"}, {"details": "kim@swivi.test"}):
        with pytest.raises(IdempotencyConflict):
            await rich.request(**said | other)


async def test_a_key_belongs_to_one_clipper(rich: World) -> None:
    kim = await rich.another_clipper()
    await rich.earn(EARNED, by=kim)
    mine = await rich.request("20.00", idempotency_key="k1")
    theirs = await rich.request("20.00", idempotency_key="k1", by=kim)

    assert mine.id != theirs.id


async def test_a_transaction_id_pays_one_request_per_method(rich: World) -> None:
    kim = await rich.another_clipper()
    await rich.earn(EARNED, by=kim)
    paid = await request_in(rich, PayoutStatus.COMPLETED)
    same_method = await rich.process(await rich.request("20.00", by=kim), "approve")

    with pytest.raises(TransactionIdTaken):
        await rich.process(same_method, "complete", transaction_id=" TX-1 ")
    assert (await rich.now(same_method)).status is PayoutStatus.APPROVED
    assert (await rich.user(kim)).reserved == 2_000
    await rich.process(same_method, "complete", transaction_id="TX-2")
    assert [one.transaction_id for one in await rich.all(Payout)] == ["TX-1", "TX-2"]
    assert paid.method == same_method.method


async def test_another_method_may_use_the_same_transaction_id(rich: World) -> None:
    await request_in(rich, PayoutStatus.COMPLETED)
    other = await rich.process(await rich.request("20.00", method="wise"), "approve")

    await rich.process(other, "complete", transaction_id="TX-1")
    assert len(await rich.all(Payout)) == 2


async def test_nothing_is_completed_without_a_transaction_id(rich: World) -> None:
    request = await request_in(rich, PayoutStatus.APPROVED)

    for transaction_id in (None, "", "  ", "with space", "x" * 121, 5):
        with pytest.raises(InvalidInput):
            await rich.process(request, "complete", transaction_id=transaction_id)
    assert (await rich.now(request)).status is PayoutStatus.APPROVED


@pytest.mark.parametrize(
    ("state", "action"),
    [("PENDING", "reject"), ("APPROVED", "reject"), ("APPROVED", "fail"), ("COMPLETED", "reverse")],
)
async def test_money_that_goes_back_needs_a_reason(rich: World, state: str, action: str) -> None:
    request = await request_in(rich, PayoutStatus(state))

    for notes in (None, "  "):
        with pytest.raises(InvalidInput):
            await rich.process(request, action, notes=notes)
    assert (await rich.now(request)).status is PayoutStatus(state)


async def test_what_is_no_admins_action_is_refused(rich: World) -> None:
    request = await rich.request()
    for action in ("cancel", "pay", "", "APPROVE"):
        with pytest.raises(InvalidInput):
            await rich.process(request, action)


async def test_roles(rich: World) -> None:
    request, kim = await rich.request(), await rich.another_clipper()

    with pytest.raises(ClippersOnly):
        await rich.request(by=rich.admin)
    with pytest.raises(AdminsOnly):
        await rich.process(request, "approve", by=kim)
    for stranger in (kim, rich.admin):
        with pytest.raises(NoSuchPayoutRequest):
            async with rich.database.writing() as session:
                await payouts.cancel(session, stranger, request.id)
    assert (await rich.now(request)).status is PayoutStatus.PENDING


async def test_nobody_decides_on_their_own_money(rich: World) -> None:
    request = await rich.request()
    async with rich.database.writing() as session:
        promoted = await accounts.set_role_and_status(
            session, rich.admin, rich.clipper.user_id, role=Role.ADMIN, status=UserStatus.ACTIVE
        )
    payee = accounts.actor_of(promoted)

    with pytest.raises(OwnGain):
        await rich.process(request, "approve", by=payee)
