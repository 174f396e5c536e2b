"""Errors of tracking."""

from swivi.core.errors import Conflict, NotAllowed, NotFound, Unavailable
from swivi.core.outages import Outage
from swivi.domain.tracking.unread_clips import UnreadClips


class RunUnderWay(Conflict):
    """Only one run at a time is allowed, across all processes."""

    code = "run_under_way"

    def __init__(self) -> None:
        super().__init__("A tracking run is in progress. Try again when it has ended.")


class RunInterrupted(Unavailable):
    """The database became unusable during a run. The next process resumes the run."""

    code = "tracking_cut_off"

    def __init__(self, outage: Outage) -> None:
        super().__init__(
            f"Tracking was interrupted: {outage.what}. The server resumes it by itself. Nothing is "
            "paid twice."
        )


class UnreadClipsLeft(Conflict):
    """The campaign cannot end while growth that counts could not be read."""

    code = "not_all_read"

    def __init__(self, unread: UnreadClips) -> None:
        super().__init__(f"The campaign was not completed. {unread.sentence} Try again later.")
        self.unread = unread


class NoReader(Unavailable):
    """No Apify key is set, so nothing can be read."""

    code = "no_reader"

    def __init__(self) -> None:
        super().__init__("Views cannot be read: APIFY_API_KEY is not set.")


class NoSuchRun(NotFound):
    """There is no run with this id."""

    code = "tracking_run_not_found"

    def __init__(self) -> None:
        super().__init__("There is no such tracking run.")


class NoSuchManualReading(NotFound):
    """There is no manual reading with this id."""

    code = "manual_reading_not_found"

    def __init__(self) -> None:
        super().__init__("There is no such reading.")


class SecondAdminNeeded(NotAllowed):
    """The confirming admin entered the reading, or one of the two admins is too new."""

    code = "second_admin_needed"

    def __init__(
        self, sentence: str = "You entered these views. Another admin must confirm them."
    ) -> None:
        super().__init__(sentence)
