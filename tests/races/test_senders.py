"""Senders of several processes at the same moment: each delivery is sent by one of them."""

import asyncio

from sqlmodel import select

from swivi.domain.webhooks import service
from swivi.domain.webhooks.models import WebhookAttempt
from swivi.runtime.runtime import open_runtime
from tests import factories
from tests.conftest import SettingsFor
from tests.crash.work import send
from tests.processes import at_once
from tests.receiver import running_receiver

DELIVERIES = 12


async def test_each_delivery_is_sent_once_whatever_the_number_of_processes(
    settings_for: SettingsFor,
) -> None:
    settings = settings_for()
    async with running_receiver() as receiver:
        async with open_runtime(settings) as running:
            admin = await factories.an_admin(running.database)
            for _ in range(3):
                async with running.database.writing() as session:
                    terms = {"url": receiver.url, "events": ["campaign.completed"]}
                    webhook = await service.create(session, admin, terms, only_public=False)
                    for _ in range(DELIVERIES // 3):
                        await service.test(session, admin, webhook.id)
        outcomes = await asyncio.to_thread(at_once, settings, [(send,)] * 4)
        assert outcomes == ["done"] * 4
        assert (
            len(receiver.received)
            == len({got.message_id for got in receiver.received})
            == DELIVERIES
        )
        async with open_runtime(settings) as running, running.database.reading() as session:
            assert len((await session.exec(select(WebhookAttempt))).all()) == DELIVERIES
