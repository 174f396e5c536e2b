"""A campaign's page: live numbers, terms, its clips and its clippers."""

from dataclasses import dataclass

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.domain.accounts.models import Role
from swivi.domain.campaigns.models import CampaignStatus
from swivi.insights.campaigns.live import (
    CampaignClip,
    CampaignClipper,
    campaign_clippers,
    campaign_clips,
)
from swivi.pages.admin.campaign.history import history_panels
from swivi.pages.admin.campaign.live import CampaignNow, addressed_campaign, live_numbers
from swivi.pages.admin.campaign.steps import campaign_actions, terms_panel
from swivi.pages.admin.campaign.terms import CampaignTerms
from swivi.pages.admin.shared.campaign_badges import hidden_mark, test_mark
from swivi.pages.admin.shared.parts import clip_link
from swivi.pages.admin.shared.times import iso
from swivi.pages.engine.gate import public
from swivi.pages.engine.listing import PAGE_SIZE, Listing
from swivi.pages.engine.loading import loading
from swivi.pages.engine.session import visitor
from swivi.pages.shared.frame import admin_page
from swivi.pages.shared.platform_mark import platform_mark
from swivi.runtime.live import hub
from swivi.ui.buttons import link_button
from swivi.ui.cards import panel
from swivi.ui.feedback import empty_state, notice, status_badge
from swivi.ui.layout import cluster, stack
from swivi.ui.numbers import count, flash_row, money, when
from swivi.ui.tables import Column, data_table, pager
from swivi.ui.types import Node

LIST = "/admin/campaigns"


@dataclass(frozen=True)
class ClipRow:
    """A clip as its row shows it: views and cents, `flag` what looked odd, "" if nothing."""

    id: int
    clipper: str
    platform: str
    url: str
    state: str
    initial_views: int
    views: int
    earnings: int
    flag: str
    last_tracked_at: str


@dataclass(frozen=True)
class ClipperRow:
    """What one clipper brought."""

    id: int
    name: str
    clips: int
    views_gained: int
    earnings: int


class CampaignClips(Listing, rx.State):
    """One page of the campaign's clips, and its best clippers. Live: rows change in place."""

    rows: list[ClipRow] = []
    clippers: list[ClipperRow] = []
    _campaign_id: int = 0

    @public
    async def load(self) -> None:
        """Read the clips of the campaign that the address names."""
        if await visitor(self, Role.ADMIN) is None:
            return
        self._campaign_id = addressed_campaign(self)
        self._read_place()
        hub.watch(self, campaigns={self._campaign_id})
        async with loading(self, "The campaign's clips") as session:
            await self._refresh_live(session)

    async def _refresh_live(self, session: AsyncSession) -> None:
        offset = (self.page - 1) * PAGE_SIZE
        clips, total = await campaign_clips(
            session, self._campaign_id, limit=PAGE_SIZE, offset=offset
        )
        self._found(total)
        self.rows = [_clip_row(clip) for clip in clips]
        self.clippers = [
            _clipper_row(clipper) for clipper in await campaign_clippers(session, self._campaign_id)
        ]


def _clip_row(clip: CampaignClip) -> ClipRow:
    return ClipRow(
        id=clip.id,
        clipper=clip.clipper,
        platform=clip.platform,
        url=clip.url,
        state=clip.state,
        initial_views=clip.initial_views,
        views=clip.views,
        earnings=clip.earnings,
        flag=clip.flag or "",
        last_tracked_at=iso(clip.last_tracked_at),
    )


def _clipper_row(clipper: CampaignClipper) -> ClipperRow:
    return ClipperRow(
        clipper.user_id, clipper.name, clipper.clips, clipper.views_gained, clipper.earnings
    )


_CLIP_COLUMNS = (
    Column("Clip"),
    Column("State", wide_only=True),
    Column("Baseline", "right", wide_only=True),
    Column("Views", "right"),
    Column("Earnings", "right"),
    Column("Tracked", "right", wide_only=True),
)


def _clip_cells(clip: ClipRow) -> list[Node]:
    return [
        cluster(platform_mark(clip.platform), clip_link(clip.url, clip.clipper)),
        rx.cond(
            clip.flag != "",
            rx.el.span(status_badge(clip.state), title=clip.flag),
            status_badge(clip.state),
        ),
        count(clip.initial_views),
        count(clip.views),
        rx.fragment(money(clip.earnings), flash_row(clip.earnings)),
        when(clip.last_tracked_at),
    ]


_CLIPPER_COLUMNS = (
    Column("Clipper"),
    Column("Clips", "right", wide_only=True),
    Column("Views gained", "right"),
    Column("Earned", "right"),
)


def _clipper_cells(clipper: ClipperRow) -> list[Node]:
    return [
        rx.el.span(clipper.name),
        count(clipper.clips),
        count(clipper.views_gained),
        rx.fragment(money(clipper.earnings), flash_row(clipper.earnings)),
    ]


def campaign_page() -> rx.Component:
    """`/admin/campaigns/[campaign_id]`."""
    return admin_page(
        rx.cond(CampaignTerms.title != "", CampaignTerms.title, "Campaign").to(str),
        rx.cond(
            CampaignNow.missing,
            empty_state(
                "megaphone",
                "There is no such campaign",
                "It may have been mistyped.",
                link_button("All campaigns", LIST),
            ),
            stack(
                rx.cond(
                    CampaignTerms.completion != "",
                    notice("neutral", CampaignTerms.completion, "Completed"),
                ),
                live_numbers(),
                rx.cond(_started(), stack(history_panels(), _clips(), _clippers())),
                terms_panel(),
            ),
        ),
        current=LIST,
        actions=campaign_actions(),
        subtitle=rx.cond(CampaignNow.missing, None, _marks()),
    )


def _started() -> rx.Var[bool]:
    """Before its start a campaign has no past to show, but empty boxes."""
    before_start = {CampaignStatus.DRAFT.value, CampaignStatus.SCHEDULED.value}
    return ~rx.Var.create(sorted(before_start)).contains(CampaignNow.status)


def _marks() -> rx.Component:
    return cluster(
        status_badge(CampaignNow.status),
        rx.cond(CampaignTerms.hidden, hidden_mark()),
        rx.cond(CampaignTerms.is_test, test_mark()),
        CampaignTerms.brand,
    )


def _clips() -> rx.Component:
    state = CampaignClips
    listed = panel(
        "Clips",
        data_table(
            _CLIP_COLUMNS,
            state.rows,
            _clip_cells,
            caption="Clips of this campaign",
            key=lambda clip: clip.id,
            loading=state.loading,
            error=state.problem,
            retry=state.load,
            empty=empty_state(
                "clapperboard", "No clips yet", "A submission becomes a clip when it is approved."
            ),
        ),
    )
    pages = pager(state.page, state.pages, state.previous_page, state.next_page, state.total)
    return stack(listed, rx.cond(state.pages > 1, pages))


def _clippers() -> rx.Component:
    state = CampaignClips
    return panel(
        "Clippers",
        data_table(
            _CLIPPER_COLUMNS,
            state.clippers,
            _clipper_cells,
            caption="Clippers of this campaign",
            href=lambda clipper: f"/admin/submissions?clipper={clipper.id}",
            key=lambda clipper: clipper.id,
            loading=state.loading,
            error=state.problem,
            retry=state.load,
            empty=empty_state(
                "users", "No clippers yet", "Whoever has an approved clip shows here."
            ),
        ),
    )
