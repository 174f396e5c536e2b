"""A sender that is killed anywhere: its delivery is taken up again, and arrives at least once under
one id.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlmodel import select

from swivi.core import clock
from swivi.domain.webhooks import service
from swivi.domain.webhooks.deliveries import CLAIMED_FOR
from swivi.domain.webhooks.models import DeliveryStatus, WebhookDelivery
from swivi.runtime.runtime import open_runtime
from tests import factories
from tests.conftest import SettingsFor
from tests.crash.conftest import Chosen, CopyDatabase
from tests.crash.work import send
from tests.processes import Boundaries, killed_at
from tests.receiver import Receiver, running_receiver


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with running_receiver() as running:
        yield running


async def test_a_sender_killed_at_any_boundary_leaves_a_delivery_that_arrives(
    settings_for: SettingsFor, copy_database: CopyDatabase, chosen: Chosen, receiver: Receiver
) -> None:
    async with open_runtime(settings_for()) as running:
        admin = await factories.an_admin(running.database)
        async with running.database.writing() as session:
            terms = {"url": receiver.url, "events": ["campaign.completed"]}
            webhook = await service.create(session, admin, terms, only_public=False)
            await service.test(session, admin, webhook.id)

    async with open_runtime(settings_for(database_url=copy_database())) as running:
        boundaries = Boundaries(running.database)
        await send(running)
    [undisturbed] = receiver.received

    arrivals = set()
    for boundary in chosen(boundaries.passed):
        settings = settings_for(database_url=copy_database())
        receiver.received.clear()
        where = await asyncio.to_thread(killed_at, boundary, settings, send)
        async with open_runtime(settings) as running:
            with clock.standing_at(clock.now() + CLAIMED_FOR + timedelta(seconds=1)):
                await send(running)
            async with running.database.reading() as session:
                delivery = (await session.exec(select(WebhookDelivery))).one()
        assert delivery.status is DeliveryStatus.DELIVERED, f"killed {where}"
        assert {got.message_id for got in receiver.received} == {undisturbed.message_id}
        arrivals.add(len(receiver.received))
    assert arrivals == {1, 2}, "nobody was killed between sending and writing it down"
