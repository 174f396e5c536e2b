"""The page of the books says what the last audit looked at, and since when rows are sealed."""

import pytest

from swivi.domain.reconciliation.models import AuditTrigger
from swivi.domain.seals.models import Seal
from swivi.domain.seals.sealing import Sealer
from swivi.pages.admin.reconciliation.state import ReconciliationState
from tests.factories import tiktok
from tests.pages.conftest import Tab, happens
from tests.world import World


@pytest.fixture
async def audited(world: World) -> World:
    """Two readings of a clip that are sealed and audited."""
    await world.clip(await world.campaign(), tiktok(1))
    await world.read((tiktok(1), 1_200))
    await Sealer(world.database).seal_new()
    await world.running.auditor.audit(AuditTrigger.NIGHTLY)
    return world


async def test_the_books_say_that_all_rows_were_compared_and_since_when(
    audited: World, tab: Tab
) -> None:
    await tab.sign_in(audited.admin)
    books = await tab.state(ReconciliationState)
    await happens(books.load)
    [first, *_] = await audited.all(Seal)
    seal = books.seal
    assert books.is_whole
    assert books.compared == seal.transfers + seal.audit_entries + seal.readings
    assert seal.readings > 0
    assert seal.since == first.made_at.isoformat()


async def test_the_books_say_that_an_audit_after_a_run_compared_a_part(
    audited: World, tab: Tab
) -> None:
    await audited.running.auditor.audit(AuditTrigger.RUN)
    await tab.sign_in(audited.admin)
    books = await tab.state(ReconciliationState)
    await happens(books.load)
    assert not books.is_whole
    assert books.seal.whole_at != ""
