"""The reconciliation page says what the last audit looked at, and since when rows are sealed."""

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


async def test_the_page_says_that_all_rows_were_compared_and_since_when(
    audited: World, tab: Tab
) -> None:
    await tab.sign_in(audited.admin)
    shown = await tab.state(ReconciliationState)
    await happens(shown.load)
    [first, *_] = await audited.all(Seal)
    seal = shown.seal
    assert shown.is_whole
    assert shown.compared == seal.transfers + seal.audit_entries + seal.readings
    assert seal.readings > 0
    assert seal.since == first.made_at.isoformat()


async def test_the_page_says_that_an_audit_after_a_run_compared_a_part(
    audited: World, tab: Tab
) -> None:
    await audited.running.auditor.audit(AuditTrigger.RUN)
    await tab.sign_in(audited.admin)
    shown = await tab.state(ReconciliationState)
    await happens(shown.load)
    assert not shown.is_whole
    assert shown.seal.whole_at != ""
