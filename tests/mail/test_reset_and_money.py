"""A reset takes back what a thief of the password left: the place where money would go."""

from collections.abc import AsyncIterator

import httpx
import pytest

from swivi.auth_forms.forms import build_auth
from swivi.domain.ledger.models import AuditEntry
from swivi.domain.payouts import destinations
from tests.api.conftest import ORIGIN, browser_of
from tests.mail.test_links import NEW, a_link
from tests.world import World


@pytest.fixture
async def browser(world: World) -> AsyncIterator[httpx.AsyncClient]:
    async with browser_of(build_auth(), headers={"Origin": ORIGIN}) as http:
        yield http


async def test_a_reset_forgets_the_kept_destination(
    world: World, browser: httpx.AsyncClient
) -> None:
    async with world.database.writing() as session:
        await destinations.keep(session, world.clipper, method="paypal", details="thief@swivi.test")
    token = await a_link(world)
    done = await browser.post("/reset", data={"token": token, "password": NEW, "again": NEW})
    assert done.headers["location"] == "/login?renewed=1"
    async with world.database.reading() as session:
        assert await destinations.kept(session, world.clipper.user_id) is None
    [entry] = await world.all(AuditEntry, AuditEntry.action == "payout_destination.forgotten")
    assert entry.subject_id == world.clipper.user_id
    assert "thief" not in str(entry.after)
