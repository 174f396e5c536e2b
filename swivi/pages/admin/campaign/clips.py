"""The clips and the clippers of a campaign."""

from dataclasses import dataclass
from typing import ClassVar

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi import routes
from swivi.insights.campaigns.live import (
    CampaignClip,
    CampaignClipper,
    campaign_clippers,
    campaign_clips,
)
from swivi.pages.admin.shared.parts import clip_link
from swivi.pages.admin.shared.times import iso
from swivi.pages.engine.listing import PAGE_SIZE, Listing, addressed_id
from swivi.pages.engine.live import AdminLive
from swivi.pages.shared.platform_mark import platform_mark
from swivi.runtime.live import hub
from swivi.ui.cards import panel
from swivi.ui.feedback import empty_state, status_badge
from swivi.ui.layout import cluster, stack
from swivi.ui.numbers import count, flash_row, money, when
from swivi.ui.tables import Column, data_table, pager
from swivi.ui.types import Node


@dataclass(frozen=True)
class ClipRow:
    """A clip. Views and cents; `flag` says what looked odd, "" if nothing."""

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
    """A clipper with their clips in this campaign. Views and cents."""

    id: int
    name: str
    clips: int
    views_gained: int
    earnings: int


class CampaignClips(AdminLive, Listing, rx.State):
    """One page of the campaign's clips, and its best clippers, live."""

    _content: ClassVar[str] = "The campaign's clips"
    rows: list[ClipRow] = []
    clippers: list[ClipperRow] = []
    _campaign_id: int = 0

    async def _arrive(self) -> None:
        self._campaign_id = addressed_id(self)
        self._read_place()
        hub.watch(self, campaigns={self._campaign_id})

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


def clips_panel() -> rx.Component:
    """Show one page of clips."""
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


def clippers_panel() -> rx.Component:
    """Show the clippers who earned most."""
    state = CampaignClips
    return panel(
        "Clippers",
        data_table(
            _CLIPPER_COLUMNS,
            state.clippers,
            _clipper_cells,
            caption="Clippers of this campaign",
            href=lambda clipper: f"{routes.ADMIN_SUBMISSIONS}?clipper={clipper.id}",
            key=lambda clipper: clipper.id,
            loading=state.loading,
            error=state.problem,
            retry=state.load,
            empty=empty_state(
                "users", "No clippers yet", "Clippers with an approved clip show here."
            ),
        ),
    )
