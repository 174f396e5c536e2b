"""Deciding on submissions: approve, reject, revoke, release the video; one by one or every one that
is ticked.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core.errors import InvalidInput, SwiviError
from swivi.core.money import format_dollars
from swivi.domain.accounts.actor import Actor
from swivi.domain.clips import review
from swivi.domain.clips.models import ClipSubmission
from swivi.pages.admin.submissions.rows import SubmissionRow
from swivi.pages.engine.acting import acting, form_fields, refusal, some_id
from swivi.pages.engine.gate import admins_only
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
"""What most rejections say."""


class Decisions(rx.State, mixin=True):
    """Decisions on `rows`.

    `question` names the dialog: "reject", "revoke", "track again", "release", or "" (closed).

    `deciding` are the submissions whose decision is being written, `selected` those that are
    ticked.
    """

    rows: list[SubmissionRow] = []
    selected: list[int] = []
    deciding: list[int] = []
    question: str = ""
    question_title: str = ""
    question_text: str = ""
    errors: dict[str, str] = {}
    _subjects: list[int] = []

    async def _read(self) -> None:
        """Read the rows again."""
        raise NotImplementedError

    @admins_only
    async def pick(self, submission_id: object, picked: object) -> None:
        """Tick or untick one row."""
        number = some_id(submission_id)
        others = [other for other in self.selected if other != number]
        self.selected = [*others, number] if picked is True else others

    @admins_only
    async def pick_all(self, picked: object) -> None:
        """Tick or untick every row that waits for a decision."""
        self.selected = [row.id for row in self.rows if row.rejectable] if picked is True else []

    @admins_only
    async def approve(self, submission_id: object) -> AsyncIterator[Handler]:
        """Approve one; the second of two quick clicks finds it decided and does nothing."""
        row = self._row_of(some_id(submission_id))
        if row is not None and row.approvable:
            async for event in self._decide_each([row.id], review.approve, "approved"):
                yield event

    @admins_only
    async def approve_picked(self) -> AsyncIterator[Handler]:
        """Approve every row that is ticked."""
        async for event in self._decide_each(list(self.selected), review.approve, "approved"):
            yield event

    @admins_only
    async def ask_reject(self, submission_id: object) -> None:
        """Ask for the reason to reject one."""
        row = self._row_of(some_id(submission_id))
        if row is not None and row.rejectable:
            self._ask(
                "reject",
                [row.id],
                f"Reject {row.clipper}’s clip?",
                f"{row.clipper} will read the reason.",
            )

    @admins_only
    async def ask_reject_picked(self) -> None:
        """Ask for the reason to reject every row that is ticked."""
        number = len(self.selected)
        if number:
            self._ask(
                "reject",
                list(self.selected),
                f"Reject {number} clips?",
                "Each clipper will read the reason.",
            )

    @admins_only
    async def ask_revoke(self, submission_id: object) -> None:
        """Ask for the reason to take an approved clip out."""
        row = self._row_of(some_id(submission_id))
        if row is not None and row.revocable:
            self._ask(
                "revoke",
                [row.clip_id],
                f"Revoke {row.clipper}’s clip?",
                f"It stops earning for good. Of its {format_dollars(row.earnings)}, what "
                f"{row.clipper} has not withdrawn goes back to “{row.campaign}”.",
            )

    @admins_only
    async def ask_track_again(self, submission_id: object) -> None:
        """Ask for the reason to have a clip tracked again."""
        row = self._row_of(some_id(submission_id))
        if row is not None and row.can_be_tracked_again:
            self._ask(
                "track again",
                [row.clip_id],
                f"Track {row.clipper}’s clip again?",
                (
                    "The next run reads it. If the video is there, it earns from its highest "
                    "count as before."
                ),
            )

    @admins_only
    async def ask_release(self, submission_id: object) -> None:
        """Ask for the reason to let a video be submitted again."""
        row = self._row_of(some_id(submission_id))
        if row is not None and row.releasable:
            self._ask(
                "release",
                [row.id],
                f"Release the video of {row.clipper}’s clip?",
                "Anybody can submit it again, and it can earn again. This clip earns nothing more.",
            )

    @admins_only
    async def close_question(self, is_open: object) -> None:
        """The dialog was dismissed."""
        if is_open is not True:
            self.question, self._subjects = "", []

    @admins_only
    async def answer(self, form_data: object) -> AsyncIterator[Handler]:
        """The reason was given: do what the dialog asked about."""
        question, subjects = self.question, list(self._subjects)
        try:
            reason = _reason(form_fields(form_data))
        except InvalidInput as wrong:
            self.errors = wrong.fields
            return
        self.question, self._subjects = "", []
        if question == "reject":

            async def reject(
                session: AsyncSession, actor: Actor, submission_id: int
            ) -> ClipSubmission:
                return await review.reject(session, actor, submission_id, reason)

            async for event in self._decide_each(subjects, reject, "rejected"):
                yield event
        for clip_id in subjects if question == "revoke" else ():
            yield await self._revoke(clip_id, reason)
        for clip_id in subjects if question == "track again" else ():
            yield await self._track_again(clip_id, reason)
        for submission_id in subjects if question == "release" else ():
            yield await self._release(submission_id, reason)

    def _row_of(self, submission_id: int) -> SubmissionRow | None:
        return next((row for row in self.rows if row.id == submission_id), None)

    def _ask(self, question: str, subjects: list[int], title: str, text: str) -> None:
        self.question, self.question_title, self.question_text = question, title, text
        self._subjects, self.errors = subjects, {}

    async def _decide_each(
        self, submissions: Iterable[int], decide: Decision, word: str
    ) -> AsyncIterator[Handler]:
        """Each decision is a transaction of its own, so that one that is refused does not undo the
        others.
        """
        self.deciding = list(submissions)
        yield None
        done, refused = 0, []
        for submission_id in self.deciding:
            try:
                async with acting(self) as (session, actor):
                    await decide(session, actor, submission_id)
                done += 1
            except SwiviError as refused_because:
                refused.append(refused_because.sentence)
        self.deciding = []
        await self._read()
        if done:
            yield toast_success("1 clip " + word if done == 1 else f"{done} clips {word}")
        if refused:
            yield toast_error(f"{len(refused)} not {word}: {' '.join(dict.fromkeys(refused))}")

    async def _revoke(self, clip_id: int, reason: object) -> Handler:
        try:
            async with acting(self) as (session, actor):
                recovered = await review.revoke(session, actor, clip_id, reason)
        except SwiviError as refused_because:
            return refusal(refused_because)
        await self._read()
        return toast_success(f"Clip revoked; {format_dollars(recovered)} went back to its campaign")

    async def _track_again(self, clip_id: int, reason: object) -> Handler:
        try:
            async with acting(self) as (session, actor):
                await review.track_again(session, actor, clip_id, reason)
        except SwiviError as refused_because:
            return refusal(refused_because)
        await self._read()
        return toast_success("The next run reads this clip")

    async def _release(self, submission_id: int, reason: object) -> Handler:
        try:
            async with acting(self) as (session, actor):
                await review.release(session, actor, submission_id, reason)
        except SwiviError as refused_because:
            return refusal(refused_because)
        await self._read()
        return toast_success("Video released; anybody can submit it again")


def _reason(fields: Mapping[str, object]) -> str:
    """The admin's own words, or else the reason that was chosen. Raises InvalidInput."""
    chosen = fields.get("chosen")
    return review.parse_reason(
        str(fields.get("reason") or "").strip() or (chosen if chosen in REASONS else "")
    )
