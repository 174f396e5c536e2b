"""Admins see the clips on hold with the reason, and decide on each with a reason of their own."""

import pytest

from swivi.domain.clips.models import Clip, ClipHold, HoldDecision
from swivi.pages.admin.dashboard.state import OverviewState
from swivi.pages.admin.tracking.held_clips import HeldClips
from swivi.pages.clipper.clip.state import OwnClip
from tests.factories import tiktok
from tests.pages.conftest import Tab, happens
from tests.world import World

EVIDENCE = "The count rose from 1,200 to 8,000,000,000 within one interval."


@pytest.fixture
async def clip(world: World) -> Clip:
    clip = await world.clip(await world.campaign(), tiktok(1))
    await world.read((tiktok(1), 1_200))
    await world.read((tiktok(1), 8_000_000_000))
    return clip


@pytest.mark.parametrize("decision", [HoldDecision.PAID, HoldDecision.CORRECTED])
async def test_an_admin_decides_on_a_held_clip(
    world: World, tab: Tab, clip: Clip, decision: HoldDecision
) -> None:
    await tab.sign_in(world.admin)
    dashboard, state = await tab.state(OverviewState), await tab.state(HeldClips)
    await happens(dashboard.load)
    await happens(state.load)
    assert dashboard.on_hold == 1
    assert [(row.id, row.reason, row.is_own) for row in state.rows] == [(clip.id, EVIDENCE, False)]

    await happens(state.open_pay if decision is HoldDecision.PAID else state.open_correct, clip.id)
    await happens(state.submit, {"reason": ""})
    assert list(state.errors) == ["reason"]
    await happens(state.submit, {"reason": "I asked the platform."})

    assert (state.rows, state.is_open) == ([], False)
    assert [hold.decision for hold in await world.all(ClipHold)] == [decision]


async def test_the_clipper_reads_since_when_and_why(clippers_tab: Tab, clip: Clip) -> None:
    clippers_tab.visit(f"/clippers/clips/{clip.submission_id}")
    state = await clippers_tab.state(OwnClip)
    await happens(state.load)

    assert state.why[0].startswith("On hold since ")
    assert f"{EVIDENCE} An admin is checking it." in state.why[0]
