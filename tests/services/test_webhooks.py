"""Webhooks: each event is told at least once to whoever wants to know, signed, and never if it did
not happen.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select
from standardwebhooks import WebhookVerificationError

from swivi.core import clock
from swivi.domain.clips import review
from swivi.domain.ledger.models import AuditEntry
from swivi.domain.notifications.models import Notification, NotificationKind
from swivi.domain.reconciliation.models import AuditTrigger
from swivi.domain.seals.models import Seal
from swivi.domain.seals.sealing import Sealer
from swivi.domain.webhooks import deliveries, outbox, sending, service
from swivi.domain.webhooks.deliveries import CLAIMED_FOR, DeliveryLine
from swivi.domain.webhooks.errors import (
    DeliveryUnderWay,
    NoSuchDelivery,
    NoSuchWebhook,
    WebhookInactive,
)
from swivi.domain.webhooks.models import (
    DeliveryStatus,
    EventKind,
    Webhook,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEvent,
)
from swivi.domain.webhooks.rules import JITTER, PAUSES
from swivi.domain.webhooks.sending import Sender
from tests.factories import tiktok
from tests.receiver import Receiver, running_receiver
from tests.world import World

EVERY_EVENT = [kind.value for kind in EventKind if kind is not EventKind.TEST]
OPERATIONS = Path(__file__).resolve().parents[2] / "docs" / "operations.md"
LONGEST_PAUSE = 1 + JITTER


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with running_receiver() as running:
        yield running


async def a_webhook(world: World, url: str, *events: str) -> Webhook:
    terms = {"url": url, "events": list(events) or EVERY_EVENT}
    async with world.database.writing() as session:
        return await service.create(session, world.admin, terms, only_public=False)


async def approve_one(world: World, number: int = 1) -> int:
    """The id of a submission that was just approved."""
    campaign = await world.campaign(title=f"Campaign {number}")
    return (await world.clip(campaign, tiktok(number), baseline=1_234)).submission_id


async def lines(world: World, webhook: Webhook) -> list[DeliveryLine]:
    async with world.database.reading() as session:
        found, _ = await deliveries.of_webhook(
            session, webhook.id, status=None, limit=100, offset=0
        )
    return found


async def only_line(world: World, webhook: Webhook) -> DeliveryLine:
    [line] = await lines(world, webhook)
    return line


async def when_due(world: World, webhook: Webhook) -> None:
    """Send as if the next attempt's time had come."""
    due = (await only_line(world, webhook)).delivery.next_attempt_at
    assert due is not None
    with clock.standing_at(due):
        await world.running.sender.send_due()


async def test_each_event_is_sent_signed_in_the_words_of_the_api(
    world: World, receiver: Receiver
) -> None:
    webhook = await a_webhook(world, receiver.url)
    campaign = await world.campaign(title="Summer", budget="50.00", payout_rate="1.00")
    clip = await world.clip(campaign, tiktok(1), baseline=1_000)
    await world.read((tiktok(1), 1_000_000))
    request = await world.process(await world.request("25.00"), "approve")
    await world.process(request, "complete", transaction_id="TX-1")
    await world.running.sender.send_due()

    messages = {
        message["type"]: message["data"]
        for message in (got.verified(webhook.secret) for got in receiver.received)
    }
    assert messages["submission.approved"] == {
        "submissionId": str(clip.submission_id),
        "campaignId": str(campaign.id),
        "campaign": "Summer",
        "userId": str(world.clipper.user_id),
        "platform": "tiktok",
        "externalId": tiktok(1).external_id,
        "clipUrl": messages["submission.approved"]["clipUrl"],
        "initialViews": 1_000,
    }
    completed = messages["campaign.completed"]
    assert (completed["campaignId"], completed["title"], completed["spent"]) == (
        str(campaign.id),
        "Summer",
        50.0,
    )
    assert messages["payout.completed"] == {
        "payoutRequestId": str(request.id),
        "userId": str(world.clipper.user_id),
        "amount": 25.0,
        "fee": 0.0,
        "net": 25.0,
        "method": "paypal",
        "transactionId": "TX-1",
    }
    assert len(receiver.received) == len({got.message_id for got in receiver.received}) == 3
    assert {line.delivery.status for line in await lines(world, webhook)} == {
        DeliveryStatus.DELIVERED
    }


async def test_the_newest_seal_is_sent_every_night(world: World, receiver: Receiver) -> None:
    webhook = await a_webhook(world, receiver.url, "seal.made")
    await world.running.auditor.audit(AuditTrigger.NIGHTLY)
    assert await world.all(WebhookEvent) == []  # nothing is sealed yet

    await world.campaign()
    await Sealer(world.database).seal_new()
    for trigger in AuditTrigger:
        await world.running.auditor.audit(trigger)
    await world.running.sender.send_due()
    [seal], [got] = await world.all(Seal), receiver.received
    message = got.verified(webhook.secret)
    assert (message["type"], message["data"]) == (
        "seal.made",
        {
            "sealId": "1",
            "digest": seal.digest,
            "madeAt": message["data"]["madeAt"],
            "transfers": seal.transfers_rows,
            "auditEntries": seal.entries_rows,
            "readings": 0,
        },
    )


async def test_a_message_verifies_with_its_own_secret_and_unchanged_only(
    world: World, receiver: Receiver
) -> None:
    webhook, other = await a_webhook(world, receiver.url), await a_webhook(world, receiver.url)
    await approve_one(world)
    await world.running.sender.send_due()
    mine = [got for got in receiver.received if _verifies(got, webhook.secret)]
    assert (len(receiver.received), len(mine)) == (2, 1)
    assert _verifies(next(got for got in receiver.received if got not in mine), other.secret)
    forged = type(mine[0])(mine[0].path, mine[0].headers, mine[0].body.replace(b"1234", b"9234"))
    assert not _verifies(forged, webhook.secret)


def _verifies(got: object, secret: str) -> bool:
    try:
        got.verified(secret)  # type: ignore[attr-defined]
    except WebhookVerificationError:
        return False
    return True


async def test_only_what_was_asked_for_is_sent(world: World, receiver: Receiver) -> None:
    payouts = await a_webhook(world, receiver.url, "payout.completed")
    await approve_one(world)
    await world.running.sender.send_due()
    assert receiver.received == []
    assert await lines(world, payouts) == []
    assert await world.all(WebhookEvent) == []


async def test_what_was_rolled_back_is_never_told(world: World, receiver: Receiver) -> None:
    webhook = await a_webhook(world, receiver.url)
    submission = await world.submission(await world.campaign(), tiktok(1))

    async def fail() -> None:
        async with world.database.writing() as session:
            await review.approve(session, world.admin, submission.id)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    await world.running.sender.send_due()
    assert receiver.received == []
    assert await lines(world, webhook) == []


async def test_a_failure_is_tried_again_later_with_the_same_id(
    world: World, receiver: Receiver
) -> None:
    receiver.answer(500, 200)
    webhook = await a_webhook(world, receiver.url)
    await approve_one(world)
    before = clock.now()
    await world.running.sender.send_due()
    failed = (await only_line(world, webhook)).delivery
    assert (failed.status, failed.attempts, failed.status_code) == (DeliveryStatus.PENDING, 1, 500)
    assert failed.error == "The answer was 500 Internal Server Error."
    assert failed.next_attempt_at is not None
    pause = failed.next_attempt_at - before
    assert PAUSES[0] * (1 - JITTER) <= pause <= PAUSES[0] * LONGEST_PAUSE + (clock.now() - before)

    with clock.standing_at(before):
        await world.running.sender.send_due()
    assert len(receiver.received) == 1, "it was sent before its time"

    await when_due(world, webhook)
    first, second = receiver.received
    assert (first.message_id, first.body) == (second.message_id, second.body)
    line = await only_line(world, webhook)
    assert (line.delivery.status, line.delivery.error) == (DeliveryStatus.DELIVERED, None)
    assert line.delivery.delivered_at is not None
    assert [attempt.status_code for attempt in line.log] == [500, 200]


async def test_after_the_last_attempt_it_is_given_up_and_admins_are_told(
    world: World, receiver: Receiver
) -> None:
    receiver.answer(503)
    webhook = await a_webhook(world, receiver.url)
    await approve_one(world)
    began = clock.now()
    await world.running.sender.send_due()
    for pause in PAUSES:
        waits = (await only_line(world, webhook)).delivery.next_attempt_at
        assert waits is not None
        assert (
            pause * (1 - JITTER) <= waits - began <= pause * LONGEST_PAUSE + timedelta(seconds=30)
        )
        began = waits
        await when_due(world, webhook)

    line = await only_line(world, webhook)
    assert (line.delivery.status, line.delivery.next_attempt_at) == (DeliveryStatus.GAVE_UP, None)
    assert line.delivery.attempts == len(line.log) == len(receiver.received) == len(PAUSES) + 1
    [told] = await world.all(Notification, Notification.kind == NotificationKind.WEBHOOK_FAILED)
    assert told.user_id == world.admin.user_id
    assert "503" in told.body
    with clock.standing_at(clock.now() + timedelta(days=7)):
        await world.running.sender.send_due()
    assert len(receiver.received) == len(PAUSES) + 1


async def test_who_answers_410_is_told_no_more(world: World, receiver: Receiver) -> None:
    receiver.answer(410)
    webhook = await a_webhook(world, receiver.url)
    await approve_one(world)
    await world.running.sender.send_due()
    webhook = await world.now(webhook)
    assert (webhook.active, webhook.disabled_reason) == (False, "It answered 410 Gone.")
    assert (await only_line(world, webhook)).delivery.status is DeliveryStatus.GAVE_UP
    [told] = await world.all(Notification, Notification.kind == NotificationKind.WEBHOOK_FAILED)
    assert "410" in told.body
    await approve_one(world, 2)
    assert len(await lines(world, webhook)) == 1


async def test_a_redirect_is_a_failure_and_not_followed(world: World, receiver: Receiver) -> None:
    receiver.answer(302)
    async with running_receiver() as elsewhere:
        receiver.location = elsewhere.url
        webhook = await a_webhook(world, receiver.url)
        await approve_one(world)
        await world.running.sender.send_due()
        assert elsewhere.received == []
    assert (await only_line(world, webhook)).delivery.status_code == 302


async def test_who_does_not_answer_in_time_is_tried_again(
    world: World, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "ATTEMPT_SECONDS", 0.2)
    receiver.answer(0)
    webhook = await a_webhook(world, receiver.url)
    await approve_one(world)
    await world.running.sender.send_due()
    line = await only_line(world, webhook)
    assert (line.delivery.status, line.delivery.status_code) == (DeliveryStatus.PENDING, None)
    assert line.delivery.error == "There was no answer within 0.2 seconds."
    assert line.log[0].duration_ms >= 200


async def test_where_nobody_listens_it_is_tried_again(world: World) -> None:
    async with running_receiver() as gone:
        url = gone.url
    webhook = await a_webhook(world, url)
    await approve_one(world)
    await world.running.sender.send_due()
    delivery = (await only_line(world, webhook)).delivery
    assert delivery.status is DeliveryStatus.PENDING
    assert delivery.error is not None
    assert delivery.error.startswith("ConnectError")


async def test_a_slow_receiver_does_not_hold_up_another_one(
    world: World, receiver: Receiver
) -> None:
    async with running_receiver() as slow:
        slow.answer(0)
        await a_webhook(world, slow.url)
        await a_webhook(world, receiver.url)
        running = asyncio.create_task(world.running.sender.run())
        world.database.listeners.append(world.running.sender.notice)
        for number in range(1, 8):
            await approve_one(world, number)
        await receiver.until(lambda received: len(received) == 7)
        assert 1 <= len(slow.received) <= deliveries.AT_ONCE_PER_WEBHOOK
        running.cancel()
        slow.answer(200)
        for task in list(world.running.sender._under_way):
            task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running


async def test_of_many_senders_at_once_each_delivery_is_sent_by_one(
    world: World, receiver: Receiver
) -> None:
    webhook = await a_webhook(world, receiver.url)
    for number in range(1, 7):
        await approve_one(world, number)
    senders = [Sender(world.database, only_public=False) for _ in range(4)]
    await asyncio.gather(*(sender.send_due() for sender in senders))
    await world.running.sender.send_due()
    assert len(receiver.received) == 6
    assert len({got.message_id for got in receiver.received}) == 6
    assert all(len(line.log) == 1 for line in await lines(world, webhook))
    for sender in senders:
        await sender.aclose()


async def test_a_dead_senders_claim_ends_and_another_sends(
    world: World, receiver: Receiver
) -> None:
    webhook = await a_webhook(world, receiver.url)
    await approve_one(world)
    async with world.database.writing() as session:
        [parcel] = await deliveries.claim(session, "dead", busy=(), limit=10)
    await world.running.sender.send_due()
    assert receiver.received == []
    with clock.standing_at(clock.now() + CLAIMED_FOR + timedelta(seconds=1)):
        await world.running.sender.send_due()
    assert [got.message_id for got in receiver.received] == [parcel.message_id]

    async with world.database.writing() as session:  # the dead one was only slow
        await deliveries.record(
            session, parcel, deliveries.AttemptResult(clock.now(), 500, "late", 1)
        )
    line = await only_line(world, webhook)
    assert (line.delivery.status, len(line.log)) == (DeliveryStatus.DELIVERED, 1)


async def test_after_a_rotation_messages_carry_both_signatures_for_a_day(
    world: World, receiver: Receiver
) -> None:
    old = await a_webhook(world, receiver.url)
    async with world.database.writing() as session:
        new = await service.rotate_secret(session, world.admin, old.id)
    old_secret, new_secret = old.secret, new.secret
    assert old_secret != new_secret
    await approve_one(world)
    await world.running.sender.send_due()
    assert _verifies(receiver.received[0], old_secret)
    assert _verifies(receiver.received[0], new_secret)
    with clock.standing_at(clock.now() + timedelta(hours=24, seconds=1)):
        assert deliveries.secrets_of(await world.now(new)) == (new_secret,)


async def test_switched_off_it_waits_and_is_told_when_it_is_on_again(
    world: World, receiver: Receiver
) -> None:
    webhook = await a_webhook(world, receiver.url)
    await approve_one(world)
    await _change(world, webhook, active=False)
    await world.running.sender.send_due()
    assert receiver.received == []
    await approve_one(world, 2)  # happened while it was off: it never asked to know
    await _change(world, webhook, active=True)
    await world.running.sender.send_due()
    assert len(receiver.received) == 1


async def _change(world: World, webhook: Webhook, **terms: object) -> None:
    async with world.database.writing() as session:
        await service.change(session, world.admin, webhook.id, terms, only_public=False)


async def test_a_delivery_is_sent_again_by_hand_with_the_same_id(
    world: World, receiver: Receiver
) -> None:
    webhook = await a_webhook(world, receiver.url)
    await approve_one(world)
    await world.running.sender.send_due()
    delivery = (await only_line(world, webhook)).delivery
    async with world.database.writing() as session:
        await service.send_again(session, world.admin, webhook.id, delivery.id)
    await world.running.sender.send_due()
    assert len({got.message_id for got in receiver.received}) == 1
    assert len((await only_line(world, webhook)).log) == len(receiver.received) == 2


async def test_what_cannot_be_sent_again_is_refused(world: World, receiver: Receiver) -> None:
    webhook, other = (
        await a_webhook(world, receiver.url),
        await a_webhook(world, receiver.url, "payout.completed"),
    )
    await approve_one(world)
    delivery = (await only_line(world, webhook)).delivery

    async def again(of: int, which: int) -> None:
        async with world.database.writing() as session:
            await service.send_again(session, world.admin, of, which)

    with pytest.raises(NoSuchDelivery):
        await again(other.id, delivery.id)
    with pytest.raises(NoSuchWebhook):
        await again(10_000, delivery.id)
    async with world.database.writing() as session:
        await deliveries.claim(session, "busy", busy=(), limit=1)
    with pytest.raises(DeliveryUnderWay):
        await again(webhook.id, delivery.id)
    await _change(world, webhook, active=False)
    with pytest.raises(WebhookInactive):
        await again(webhook.id, delivery.id)


async def test_a_deleted_webhook_takes_its_deliveries_along(
    world: World, receiver: Receiver
) -> None:
    webhook = await a_webhook(world, receiver.url)
    await approve_one(world)
    await world.running.sender.send_due()
    async with world.database.writing() as session:
        await service.delete(session, world.admin, webhook.id)
    for table in (Webhook, WebhookDelivery, WebhookAttempt):
        assert await world.all(table) == []


async def test_after_thirty_days_nothing_is_left_of_a_delivery(
    world: World, receiver: Receiver
) -> None:
    webhook = await a_webhook(world, receiver.url)
    await approve_one(world)
    await world.running.sender.send_due()
    await world.running.schedule.tidy_up()
    assert len(await lines(world, webhook)) == 1
    with clock.standing_at(clock.now() + outbox.KEPT + timedelta(seconds=1)):
        await world.running.schedule.tidy_up()
    for table in (WebhookEvent, WebhookDelivery, WebhookAttempt):
        assert await world.all(table) == []


async def test_a_running_sender_is_woken_by_the_commit_and_stops_when_asked(
    world: World, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("swivi.core.outbox.LOOK_SECONDS", 3_600)
    world.database.listeners.append(world.running.sender.notice)
    running = asyncio.create_task(world.running.sender.run())
    await a_webhook(world, receiver.url)
    await approve_one(world)
    await receiver.until(lambda received: len(received) == 1)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert world.running.sender._under_way == {}
    [delivery] = await world.all(WebhookDelivery)
    assert delivery.status is DeliveryStatus.DELIVERED, "the attempt under way was not let end"


async def test_what_another_process_wrote_is_found_by_looking(
    world: World, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("swivi.core.outbox.LOOK_SECONDS", 0.05)
    await a_webhook(world, receiver.url)
    running = asyncio.create_task(world.running.sender.run())
    await approve_one(world)  # nobody listens to this database's commits
    await receiver.until(lambda received: len(received) == 1)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_the_audit_log_knows_who_did_what_and_no_secret(
    world: World, receiver: Receiver
) -> None:
    webhook = await a_webhook(world, receiver.url)
    async with world.database.writing() as session:
        rotated = await service.rotate_secret(session, world.admin, webhook.id)
        await service.delete(session, world.admin, webhook.id)
    async with world.database.reading() as session:
        found = await session.exec(
            select(AuditEntry).where(AuditEntry.subject == "webhook").order_by(col(AuditEntry.id))
        )
        entries = found.all()
    assert [entry.action for entry in entries] == [
        "webhook.created",
        "webhook.secret_rotated",
        "webhook.deleted",
    ]
    written = json.dumps([[entry.before, entry.after] for entry in entries])
    assert webhook.secret not in written
    assert rotated.secret not in written


async def test_the_receiver_of_the_documentation_takes_a_message_once_and_no_forgery(
    world: World, receiver: Receiver, capsys: pytest.CaptureFixture[str]
) -> None:
    [example] = re.findall(r"```python\n(.*?)```", OPERATIONS.read_text(), re.DOTALL)
    documented: dict[str, Any] = {}
    exec(example, documented)
    webhook = await a_webhook(world, receiver.url)
    await approve_one(world)
    await world.running.sender.send_due()
    [got] = receiver.received
    answers = [documented["receive"](webhook.secret, got.headers, got.body) for _ in range(2)]
    assert answers == [204, 204]
    assert capsys.readouterr().out.count("submission.approved") == 1
    assert documented["receive"](webhook.secret, got.headers, got.body + b" ") == 400
