"""Ways in which tracking refuses."""

from swivi.core.errors import Conflict, NotAllowed, NotFound, Unavailable
from swivi.core.outages import Outage
from swivi.domain.tracking.unread_clips import UnreadClips


class RunUnderWay(Conflict):
    """One run at a time, whatever the number of processes."""

    code = "run_under_way"

    def __init__(self) -> None:
        super().__init__("A tracking run is in progress. Try again when it has ended.")


class RunInterrupted(Unavailable):
    """The database went away, or could not write, in the middle of a run: whoever comes next
    resumes it.
    """

    code = "tracking_cut_off"

    def __init__(self, outage: Outage) -> None:
        super().__init__(
            f"Tracking was interrupted: {outage.what}. The server resumes it by itself. Nothing is "
            "paid twice."
        )


class UnreadClipsLeft(Conflict):
    """A campaign does not end while growth that counts could not be read."""

    code = "not_all_read"

    def __init__(self, unread: UnreadClips) -> None:
        super().__init__(f"The campaign was not completed. {unread.sentence} Try again later.")
        self.unread = unread


class NoReader(Unavailable):
    """There is no Apify key, so nothing can be read."""

    code = "no_reader"

    def __init__(self) -> None:
        super().__init__("Views cannot be read: APIFY_API_KEY is not set.")


class NoSuchRun(NotFound):
    """There is none with this id."""

    code = "tracking_run_not_found"

    def __init__(self) -> None:
        super().__init__("There is no such tracking run.")


class NoSuchManualReading(NotFound):
    """There is none with this id."""

    code = "manual_reading_not_found"

    def __init__(self) -> None:
        super().__init__("There is no such reading.")


class SecondAdminNeeded(NotAllowed):
    """The admin who entered a reading wants to confirm it too, or one of the two is a new admin."""

    code = "second_admin_needed"

    def __init__(
        self, sentence: str = "You entered these views. Another admin must confirm them."
    ) -> None:
        super().__init__(sentence)
