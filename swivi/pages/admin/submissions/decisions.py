"""Decisions on submissions, one by one or for every selected row."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from enum import StrEnum

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core.errors import InvalidInput, SwiviError
from swivi.core.money import format_dollars
from swivi.domain.accounts.actor import Actor
from swivi.domain.clips import review
from swivi.domain.clips.models import ClipSubmission
from swivi.pages.admin.submissions.rows import SubmissionRow
from swivi.pages.engine.acting import acting, form_fields, some_id
from swivi.pages.engine.dialog import Fields, SubjectDialog
from swivi.pages.engine.gate import admins_only
from swivi.pages.engine.live import AdminLive
from swivi.ui.feedback import toast_error, toast_success
from swivi.ui.types import Handler

Decision = Callable[[AsyncSession, Actor, int], Awaitable[ClipSubmission]]

REASONS = (
    "The video does not follow the brief.",
    "The video has nothing to do with the campaign.",
    "The video is a copy of somebody else’s.",
    "The video is not on one of your own accounts.",
    "The views do not look real.",
    "The video breaks the platform’s rules.",
)
"""The usual reasons of a rejection."""


class Question(StrEnum):
    """What the dialog asks the reason for."""

    REJECT = "reject"
    REVOKE = "revoke"
    TRACK_AGAIN = "track again"
    RELEASE = "release"


class Decisions(AdminLive, SubjectDialog, rx.State, mixin=True):
    """Decisions on `rows`, and the dialog for their reasons.

    `deciding` are the submissions whose decision is being written, `selected` the selected ones.
    """

    rows: list[SubmissionRow] = []
    selected: list[int] = []
    deciding: list[int] = []
    question: str = ""
    """A `Question`."""
    title: str = ""
    text: str = ""
    _subjects: list[int] = []

    @admins_only
    async def pick(self, submission_id: object, picked: object) -> None:
        """Select or unselect one row."""
        number = some_id(submission_id)
        others = [other for other in self.selected if other != number]
        self.selected = [*others, number] if picked is True else others

    @admins_only
    async def pick_all(self, picked: object) -> None:
        """Select or unselect every row that waits for a decision."""
        self.selected = [row.id for row in self.rows if row.rejectable] if picked is True else []

    @admins_only
    async def approve(self, submission_id: object) -> AsyncIterator[Handler]:
        """Approve one. The second of two quick clicks finds it decided."""
        row = self._row_of(some_id(submission_id))
        if row is not None and row.approvable:
            async for event in self._decide_each([row.id], review.approve, "approved"):
                yield event

    @admins_only
    async def approve_picked(self) -> AsyncIterator[Handler]:
        """Approve every selected row."""
        async for event in self._decide_each(list(self.selected), review.approve, "approved"):
            yield event

    @admins_only
    async def open_reject(self, submission_id: object) -> None:
        """Ask for the reason to reject one."""
        row = self._row_of(some_id(submission_id))
        if row is not None and row.rejectable:
            self._ask(
                Question.REJECT,
                [row.id],
                f"Reject {row.clipper}’s clip?",
                f"{row.clipper} reads the reason.",
            )

    @admins_only
    async def open_reject_picked(self) -> None:
        """Ask for the reason to reject every selected row."""
        number = len(self.selected)
        if number:
            self._ask(
                Question.REJECT,
                list(self.selected),
                f"Reject {number} clips?",
                "Each clipper reads the reason.",
            )

    @admins_only
    async def open_revoke(self, submission_id: object) -> None:
        """Ask for the reason to revoke an approved clip."""
        row = self._row_of(some_id(submission_id))
        if row is not None and row.revocable:
            self._ask(
                Question.REVOKE,
                [row.clip_id],
                f"Revoke {row.clipper}’s clip?",
                f"It stops earning for good. Of its {format_dollars(row.earnings)}, the part that "
                f"{row.clipper} has not withdrawn goes back to “{row.campaign}”.",
            )

    @admins_only
    async def open_track_again(self, submission_id: object) -> None:
        """Ask for the reason to track a clip again."""
        row = self._row_of(some_id(submission_id))
        if row is not None and row.can_be_tracked_again:
            self._ask(
                Question.TRACK_AGAIN,
                [row.clip_id],
                f"Track {row.clipper}’s clip again?",
                (
                    "The next run reads it. If the video is back, it continues to earn from its "
                    "highest count."
                ),
            )

    @admins_only
    async def open_release(self, submission_id: object) -> None:
        """Ask for the reason to let a video be submitted again."""
        row = self._row_of(some_id(submission_id))
        if row is not None and row.releasable:
            self._ask(
                Question.RELEASE,
                [row.id],
                f"Release the video of {row.clipper}’s clip?",
                "Anybody can submit it again, and it can earn again. This clip earns nothing more.",
            )

    @admins_only
    async def submit(self, form_data: object) -> AsyncIterator[Handler]:
        """Do what the dialog asks about, for the reason that was given."""
        if not self.is_open:
            return
        if self.question == Question.REJECT:
            async for event in self._reject(form_data):
                yield event
            return
        work = {
            Question.REVOKE: self._revoke,
            Question.TRACK_AGAIN: self._track_again,
            Question.RELEASE: self._release,
        }[Question(self.question)]
        async for event in self._submit(form_data, work):
            yield event

    def _row_of(self, submission_id: int) -> SubmissionRow | None:
        return next((row for row in self.rows if row.id == submission_id), None)

    def _ask(self, question: Question, subjects: list[int], title: str, text: str) -> None:
        self._open()
        self.question = question
        self.title = title
        self.text = text
        self._subjects = subjects

    async def _decide_each(
        self, submissions: Iterable[int], decide: Decision, word: str
    ) -> AsyncIterator[Handler]:
        """Decide on each in a transaction of its own, so that a refusal undoes no other one."""
        self.deciding = list(submissions)
        yield None
        done = 0
        refused: list[str] = []
        for submission_id in self.deciding:
            try:
                async with acting(self) as (session, actor):
                    await decide(session, actor, submission_id)
                done += 1
            except SwiviError as refusal:
                refused.append(refusal.sentence)
        self.deciding = []
        await self._read()
        if done:
            yield toast_success(f"1 clip {word}" if done == 1 else f"{done} clips {word}")
        if refused:
            yield toast_error(f"{len(refused)} not {word}: {' '.join(dict.fromkeys(refused))}")

    async def _reject(self, form_data: object) -> AsyncIterator[Handler]:
        """Close the dialog, then reject each: the rows show the progress."""
        try:
            reason = _reason(form_fields(form_data))
        except InvalidInput as wrong:
            self.errors = wrong.fields
            return
        subjects = self._subjects
        self._reset()

        async def reject(session: AsyncSession, actor: Actor, submission_id: int) -> ClipSubmission:
            return await review.reject(session, actor, submission_id, reason)

        async for event in self._decide_each(subjects, reject, "rejected"):
            yield event

    async def _revoke(self, fields: Fields) -> str:
        reason = _reason(fields)
        async with acting(self) as (session, actor):
            recovered = await review.revoke(session, actor, self._subjects[0], reason)
        await self._read()
        return f"Clip revoked. {format_dollars(recovered)} went back to its campaign."

    async def _track_again(self, fields: Fields) -> str:
        reason = _reason(fields)
        async with acting(self) as (session, actor):
            await review.track_again(session, actor, self._subjects[0], reason)
        await self._read()
        return "The next run reads this clip"

    async def _release(self, fields: Fields) -> str:
        reason = _reason(fields)
        async with acting(self) as (session, actor):
            await review.release(session, actor, self._subjects[0], reason)
        await self._read()
        return "Video released. Anybody can submit it again."


def _reason(fields: Fields) -> str:
    """Return the typed reason, or else the chosen one. Raise InvalidInput."""
    chosen = fields.get("chosen")
    return review.parse_reason(
        str(fields.get("reason") or "").strip() or (chosen if chosen in REASONS else "")
    )
