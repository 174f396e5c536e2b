"""What can go wrong with links and readings.

InvalidInput
└── InvalidLink            what was pasted is not a link to one video
    └── ShortLink          it may be one, but only the network can tell which
Unavailable
└── ReadingUnavailable     this batch could not be read now; later may help
    ├── StartUncertain     a run may or may not have been started: look before starting another
    └── RunGone            the service does not know the run any more: start a new one
Unavailable
└── ReaderStopped          nothing can be read until an admin acts: stop the whole run
    ├── BadToken           the key of the service is missing or wrong
    ├── QuotaExhausted     the plan's limit or the credit is used up
    └── ReaderRefused      the service does not accept what we ask (no such actor, bad input, no rights)
"""

from swivi.core.errors import InvalidInput, Unavailable

LINK_FIELD = "clip_url"
"""The field of a form or request that carries a link."""


class InvalidLink(InvalidInput):
    """The sentence says what to paste instead."""

    code = "invalid_link"

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, fields={LINK_FIELD: sentence})


class ShortLink(InvalidLink):
    """A share link that does not carry the video's id."""

    def __init__(self) -> None:
        super().__init__(
            "We could not tell which video this short link leads to. Open it in a browser, wait "
            "until the video shows, and copy the full link from the address bar."
        )


class ReadingUnavailable(Unavailable):
    """A transient fault: a timeout, a broken connection, a 429 or 5xx, an answer that makes no
    sense.
    """

    code = "reading_unavailable"


class StartUncertain(ReadingUnavailable):
    """The request to start a run failed in a way that may have left a paid run behind.

    Call `find_started` with the same links before `start` is called again.
    """

    code = "start_uncertain"

    def __init__(self, cause: str) -> None:
        super().__init__(
            f"It is not certain whether the views are being read ({cause}). We will look again."
        )


class RunGone(ReadingUnavailable):
    """The service keeps runs for a limited time only, and this one is not there."""

    code = "run_gone"

    def __init__(self, run_id: str) -> None:
        super().__init__(f"The reading service does not know the run {run_id} any more.")
        self.run_id = run_id


class ReaderStopped(Unavailable):
    """Not about one clip or batch: no reading will succeed until somebody acts."""

    code = "reader_stopped"


class BadToken(ReaderStopped):
    """401."""

    code = "bad_token"

    def __init__(self) -> None:
        super().__init__("The view reading service rejects our key. Check APIFY_API_KEY.")


class QuotaExhausted(ReaderStopped):
    """402 for lack of credit, or 403 `platform-feature-disabled`, the monthly limit."""

    code = "quota_exhausted"

    def __init__(self, said: str) -> None:
        super().__init__(
            f"The view reading service's limit is used up ({said}). Raise the plan or wait."
        )


class ReaderRefused(ReaderStopped):
    """Any other refusal that trying again cannot change."""

    code = "reader_refused"

    def __init__(self, said: str) -> None:
        super().__init__(f"The view reading service refuses our request: {said}")
