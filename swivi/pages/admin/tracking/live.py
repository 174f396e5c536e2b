"""The newest tracking run while it works, and the button that starts one."""

from collections.abc import AsyncIterator
from decimal import Decimal

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import clock
from swivi.domain.accounts.models import Role
from swivi.domain.tracking.failures import unknown_words
from swivi.domain.tracking.models import RunStatus, TrackingRun
from swivi.insights.operations.overview import last_run
from swivi.pages.admin.shared.parts import progress_bar
from swivi.pages.admin.shared.start_run import run_by_hand
from swivi.pages.admin.shared.times import iso
from swivi.pages.engine.gate import admins_only, public
from swivi.pages.engine.loading import loading
from swivi.pages.engine.session import visitor
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
    """How long a run took, or has been at it until now, in whole seconds."""
    return int(((run.finished_at or clock.now()) - run.started_at).total_seconds())


def seconds_left(run: TrackingRun) -> int | None:
    """About how long a run will go on, if it goes on as fast as so far; None before it has read
    anything.
    """
    if run.status is not RunStatus.RUNNING or run.clips_read == 0:
        return None
    return -(-seconds_of(run) * (run.clips_planned - run.clips_read) // run.clips_read)


def cost_text(micro_usd: int) -> str:
    """What the scraper runs cost, from millionths of a dollar: `$0.0420`."""
    return f"${Decimal(micro_usd) / 1_000_000:,.4f}"


class RunNow(rx.State):
    """The newest run, live.

    Counts are clips, `earned` is cents; `starting` while this tab's own run works.
    """

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
    """Seconds that the run will still take, about; None where nobody can say."""
    cost: str = ""
    run_problem: str = ""
    unknown: str = ""
    """The scraper's words that nobody knows, once the run has ended."""
    started_at: str = ""
    changed_at: str = ""
    can_read: bool = True
    starting: bool = False
    loading: bool = True
    problem: str = ""

    @public
    async def load(self) -> None:
        """Show the newest run, and hear of its progress."""
        if await visitor(self, Role.ADMIN) is None:
            return
        self.starting = False
        self.can_read = runtime().readers is not None
        hub.watch(self, runs=True)
        async with loading(self, "The tracking run") as session:
            await self._refresh_live(session)

    async def _refresh_live(self, session: AsyncSession) -> None:
        run = await last_run(session)
        if run is None:
            return
        self.id, self.status, self.trigger = run.id, run.status, run.trigger
        self.planned, self.read, self.failed = run.clips_planned, run.clips_read, run.clips_failed
        self.campaigns_planned, self.campaigns_settled = (
            run.campaigns_planned,
            run.campaigns_settled,
        )
        self.campaigns_completed = run.campaigns_completed
        self.earned, self.cost = run.earnings_added, cost_text(run.cost_micro_usd)
        self.seconds, self.left = seconds_of(run), seconds_left(run)
        self.run_problem, self.started_at = run.problem or "", iso(run.started_at)
        is_over = (
            run.status is not RunStatus.RUNNING
        )  # not before: it would be asked at each step of a run
        self.unknown = ", ".join(await unknown_words(session, run.id)) if is_over else ""
        self.changed_at = clock.now().isoformat()

    @rx.event(background=True)
    @admins_only
    async def track_now(self) -> AsyncIterator[Handler]:
        """Run tracking now, over every campaign that is due.

        Takes as long as reading the clips does.
        """
        async with self:
            if self.starting:
                return
            self.starting = True
        try:
            yield await run_by_hand()
        finally:
            async with self:
                self.starting = False


def track_now_button(label: str = "Track now", kind: Kind = "primary") -> rx.Component:
    """Starts a run; turns while this tab's run works."""
    return button(
        label,
        RunNow.track_now,
        kind,
        "radar",
        pending=RunNow.starting,
        disabled=~flag_var(RunNow.can_read),
    )


def no_reader_notice() -> rx.Component:
    """Says why nothing can be read, where nothing can."""
    return rx.cond(
        RunNow.can_read,
        rx.fragment(),
        notice("waiting", "Set APIFY_API_KEY to read views.", "No reader is set up"),
    )


def run_now_panel() -> rx.Component:
    """The newest run: a bar that advances, and what came of it so far."""
    run = RunNow
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
                    rx.el.span(count(run.read), " of ", count(run.planned), " clips looked at"),
                    rx.el.span("·", aria_hidden="true"),
                    rx.cond(
                        run.left != None,  # noqa: E711 -- a Var's comparison, not Python's
                        rx.el.span("about ", count(rx.Var.create(run.left).to(int)), " s left"),
                        rx.el.span("started ", when(run.started_at)),
                    ),
                    rx.el.span("·", aria_hidden="true"),
                    last_changed(run.changed_at),
                ),
                progress_bar(run.read, run.planned, "Clips looked at"),
                rx.el.p(rx.el.a("What it read, clip by clip", href=f"/admin/tracking/{run.id}")),
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
