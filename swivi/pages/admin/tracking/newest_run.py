"""The newest tracking run, live, and the button that starts one."""

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import ClassVar

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi import routes
from swivi.core import clock
from swivi.domain.tracking.failures import unknown_words
from swivi.domain.tracking.models import RunStatus, TrackingRun
from swivi.insights.operations.overview import last_run
from swivi.pages.admin.shared.parts import progress_bar
from swivi.pages.admin.shared.start_run import run_by_hand
from swivi.pages.admin.shared.times import iso
from swivi.pages.engine.gate import admins_only
from swivi.pages.engine.live import AdminLive
from swivi.runtime.live import hub
from swivi.runtime.runtime import runtime
from swivi.ui.buttons import Kind, button
from swivi.ui.cards import panel, stat_card
from swivi.ui.feedback import empty_state, last_changed, notice, status_badge
from swivi.ui.layout import card_grid, cluster, stack
from swivi.ui.numbers import count, live_money, when
from swivi.ui.types import Handler
from swivi.ui.vars import flag_var


def seconds_of(run: TrackingRun) -> int:
    """Return the whole seconds that a run took, or has taken so far."""
    return int(((run.finished_at or clock.now()) - run.started_at).total_seconds())


def seconds_left(run: TrackingRun) -> int | None:
    """Estimate the seconds to a run's end from its pace so far; None before its first reading."""
    if run.status is not RunStatus.RUNNING or run.clips_read == 0:
        return None
    return -(-seconds_of(run) * (run.clips_planned - run.clips_read) // run.clips_read)


def cost_text(micro_usd: int) -> str:
    """Return millionths of a dollar as dollars: `$0.0420`."""
    return f"${Decimal(micro_usd) / 1_000_000:,.4f}"


class NewestRun(AdminLive, rx.State):
    """The newest run, live. Clips and cents; `busy` while this tab's own run works."""

    _content: ClassVar[str] = "The tracking run"
    id: int = 0
    status: str = ""
    trigger: str = ""
    planned: int = 0
    read: int = 0
    failed: int = 0
    campaigns_planned: int = 0
    campaigns_settled: int = 0
    campaigns_completed: int = 0
    earned: int = 0
    seconds: int = 0
    left: int | None = None
    """Estimated seconds to the end; None if that is unknown."""
    cost: str = ""
    run_problem: str = ""
    unknown: str = ""
    """Words of the scraper that Swivi does not know, once the run has ended."""
    started_at: str = ""
    can_read: bool = True
    busy: bool = False

    async def _arrive(self) -> None:
        self.busy = False
        self.can_read = runtime().readers is not None
        hub.watch(self, runs=True)

    async def _refresh_live(self, session: AsyncSession) -> None:
        run = await last_run(session)
        if run is None:
            return
        self._show(run)
        # Only at the end: a running one would ask for them at each of its steps.
        is_over = run.status is not RunStatus.RUNNING
        self.unknown = ", ".join(await unknown_words(session, run.id)) if is_over else ""
        self._mark_changed()

    def _show(self, run: TrackingRun) -> None:
        self.id = run.id
        self.status = run.status
        self.trigger = run.trigger
        self.planned = run.clips_planned
        self.read = run.clips_read
        self.failed = run.clips_failed
        self.campaigns_planned = run.campaigns_planned
        self.campaigns_settled = run.campaigns_settled
        self.campaigns_completed = run.campaigns_completed
        self.earned = run.earnings_added
        self.cost = cost_text(run.cost_micro_usd)
        self.seconds = seconds_of(run)
        self.left = seconds_left(run)
        self.run_problem = run.problem or ""
        self.started_at = iso(run.started_at)

    @rx.event(background=True)
    @admins_only
    async def track_now(self) -> AsyncIterator[Handler]:
        """Track every campaign that is due. Takes as long as reading the clips."""
        async with self:
            if self.busy:
                return
            self.busy = True
        try:
            yield await run_by_hand()
        finally:
            async with self:
                self.busy = False


def track_now_button(label: str = "Track now", kind: Kind = "primary") -> rx.Component:
    """Start a run."""
    return button(
        label,
        NewestRun.track_now,
        kind,
        "radar",
        pending=NewestRun.busy,
        disabled=~flag_var(NewestRun.can_read),
    )


def no_reader_notice() -> rx.Component:
    """Say why no views can be read, if none can."""
    return rx.cond(
        NewestRun.can_read,
        rx.fragment(),
        notice("waiting", "Set APIFY_API_KEY to read views.", "No reader is set up"),
    )


def newest_run_panel() -> rx.Component:
    """Show the newest run: its progress and its results so far."""
    run = NewestRun
    return panel(
        "Newest run",
        rx.cond(
            run.id == 0,
            empty_state(
                "radar",
                "No run yet",
                "A run reads the views of every clip and pays for their growth.",
            ),
            stack(
                cluster(
                    status_badge(run.status),
                    rx.el.span(count(run.read), " of ", count(run.planned), " clips tried"),
                    rx.el.span("·", aria_hidden="true"),
                    rx.cond(
                        rx.Var.create(run.left).is_not_none(),
                        rx.el.span("about ", count(rx.Var.create(run.left).to(int)), " s left"),
                        rx.el.span("started ", when(run.started_at)),
                    ),
                    rx.el.span("·", aria_hidden="true"),
                    last_changed(run.changed_at),
                ),
                progress_bar(run.read, run.planned, "Clips tried"),
                rx.el.p(rx.el.a("Readings, clip by clip", href=routes.admin_run(run.id))),
                rx.cond(run.run_problem != "", notice("bad", run.run_problem, "Stopped")),
                card_grid(
                    stat_card("Earnings added", live_money(run.earned)),
                    stat_card(
                        "Campaigns settled",
                        rx.fragment(
                            count(run.campaigns_settled), " of ", count(run.campaigns_planned)
                        ),
                        rx.fragment(count(run.campaigns_completed), " completed"),
                    ),
                    stat_card("Not read", count(run.failed), "clips"),
                    stat_card("Took", count(run.seconds), "seconds"),
                    stat_card(
                        "Cost", rx.el.span(run.cost, class_name="num"), "of the reading service"
                    ),
                    min_width=125,
                ),
            ),
        ),
    )
