"""Errors of submissions and their review."""

from swivi.core.errors import Conflict, InvalidInput, NotFound
from swivi.domain.clips.models import SubmissionStatus
from swivi.domain.platforms.models import Platform


class NoSuchSubmission(NotFound):
    """The submission does not exist, or belongs to someone else."""

    code = "submission_not_found"

    def __init__(self) -> None:
        super().__init__("There is no such submission.")


class NoSuchClip(NotFound):
    """There is no clip with this id."""

    code = "clip_not_found"

    def __init__(self) -> None:
        super().__init__("There is no such clip.")


class DuplicateSubmission(Conflict):
    """The video was submitted before, whatever the form of the link.

    The error does not reveal by whom.
    """

    code = "duplicate_submission"

    def __init__(self, sentence: str = "This video was already submitted to Swivi.") -> None:
        super().__init__(sentence, fields={"clip_url": sentence})


class StillEarns(Conflict):
    """A submission that may still earn keeps its video."""

    code = "still_earns"

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)


class VideoNotHeld(Conflict):
    """The submission holds no video to release."""

    code = "video_not_held"

    def __init__(self) -> None:
        super().__init__(
            "This submission does not hold its video. The video can already be submitted."
        )


class PlatformNotWanted(InvalidInput):
    """The campaign does not pay for views on this platform."""

    code = "platform_not_wanted"

    def __init__(self, platform: Platform, wanted: list[str]) -> None:
        labels = " and ".join(Platform(name).label for name in wanted)
        sentence = f"This campaign does not accept {platform.label} clips, only {labels}."
        super().__init__(sentence, fields={"clip_url": sentence})


class AlreadyReviewed(Conflict):
    """The submission was decided on, perhaps at the same moment."""

    code = "already_reviewed"

    def __init__(self, status: SubmissionStatus) -> None:
        super().__init__(f"This submission is already {status}.")


class BaselineMissing(Conflict):
    """Without a baseline, nobody knows the growth to pay for."""

    code = "baseline_missing"

    def __init__(self) -> None:
        super().__init__(
            "This submission has no baseline yet. You can approve it once its views have been read."
        )


class NotOnHold(Conflict):
    """The clip has no open hold."""

    code = "not_on_hold"

    def __init__(self) -> None:
        super().__init__("This clip is not on hold.")


class OnHold(Conflict):
    """The clip's hold must be decided first."""

    code = "on_hold"

    def __init__(self) -> None:
        super().__init__("This clip is on hold. Decide on the hold first.")


class ClipsOnHold(Conflict):
    """A campaign cannot be completed by an admin while its clips are on hold."""

    code = "clips_on_hold"

    def __init__(self, clips: int) -> None:
        held = "1 clip is on hold" if clips == 1 else f"{clips:,} clips are on hold"
        super().__init__(
            f"{held}. Pay, correct or revoke each held clip first, then complete the campaign."
        )
