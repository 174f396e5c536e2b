"""Ways in which submissions and their review refuse."""

from swivi.core.errors import Conflict, InvalidInput, NotFound
from swivi.domain.clips.models import SubmissionStatus
from swivi.domain.platforms.models import Platform


class NoSuchSubmission(NotFound):
    """There is none with this id, or it is somebody else's."""

    code = "submission_not_found"

    def __init__(self) -> None:
        super().__init__("There is no such submission.")


class NoSuchClip(NotFound):
    """There is none with this id."""

    code = "clip_not_found"

    def __init__(self) -> None:
        super().__init__("There is no such clip.")


class DuplicateSubmission(Conflict):
    """This very video is in already, in whatever shape its link was sent.

    Whose it is stays untold.
    """

    code = "duplicate_submission"

    def __init__(self, sentence: str = "This video was already submitted to Swivi.") -> None:
        super().__init__(sentence, fields={"clip_url": sentence})


class StillEarns(Conflict):
    """A submission that may still earn does not give its video up."""

    code = "still_earns"

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)


class VideoNotHeld(Conflict):
    """There is nothing to release."""

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
    """Somebody, perhaps at the same moment, has decided on it."""

    code = "already_reviewed"

    def __init__(self, status: SubmissionStatus) -> None:
        super().__init__(f"This submission is already {status}.")


class BaselineMissing(Conflict):
    """Without a baseline nobody knows what growth to pay for."""

    code = "baseline_missing"

    def __init__(self) -> None:
        super().__init__(
            "This submission has no baseline yet. You can approve it once its views have been read."
        )


class NotOnHold(Conflict):
    """There is no open hold to decide on."""

    code = "not_on_hold"

    def __init__(self) -> None:
        super().__init__("This clip is not on hold.")


class OnHold(Conflict):
    """The clip waits for a decision, which has to come first."""

    code = "on_hold"

    def __init__(self) -> None:
        super().__init__("This clip is on hold. Decide on the hold first.")


class ClipsOnHold(Conflict):
    """An admin wants to end a campaign while clips of it are on hold."""

    code = "clips_on_hold"

    def __init__(self, clips: int) -> None:
        held = "1 clip is on hold" if clips == 1 else f"{clips:,} clips are on hold"
        super().__init__(
            f"{held}. Pay, correct or revoke each held clip first, then complete the campaign."
        )
