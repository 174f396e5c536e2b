"""All submissions of the clipper, filtered by status, live."""

import reflex as rx

from swivi import routes
from swivi.domain.clips.models import SubmissionStatus
from swivi.pages.clipper.clips.state import OwnClips
from swivi.pages.clipper.shared.balance import ClipperBalance
from swivi.pages.clipper.shared.clip_table import clip_table
from swivi.pages.clipper.submit.dialog import opens_for, submit_button_for, submit_dialog
from swivi.pages.shared.frame import clipper_page
from swivi.ui.buttons import button
from swivi.ui.feedback import empty_state
from swivi.ui.tables import FilterTab, filter_tabs, pager


def clips() -> rx.Component:
    """The page at /clippers/clips."""
    state = OwnClips
    counts = ClipperBalance
    tabs = [
        FilterTab("All", "", counts.submitted),
        FilterTab("Pending", SubmissionStatus.PENDING, counts.pending),
        FilterTab("Approved", SubmissionStatus.APPROVED, counts.approved),
        FilterTab("Rejected", SubmissionStatus.REJECTED, counts.rejected),
    ]
    return clipper_page(
        "Clips",
        filter_tabs(
            tabs,
            state.status,
            lambda value: f"?status={value.lower()}" if value else routes.CLIPPER_CLIPS,
            "Status",
        ),
        clip_table(
            state.rows,
            caption="Your clips",
            loading=state.loading,
            problem=state.problem,
            retry=state.load,
            empty=empty_state(
                "clapperboard",
                "No clips here",
                "Post a clip for a campaign and submit its link. Swivi reads its views at once.",
                button("Submit a clip", opens_for(""), icon="link"),
            ),
        ),
        rx.cond(
            state.pages > 1,
            pager(state.page, state.pages, state.previous_page, state.next_page, state.total),
        ),
        submit_dialog(),
        current=routes.CLIPPER_CLIPS,
        actions=submit_button_for(""),
    )
