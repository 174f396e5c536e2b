"""Errors of links and readings.

InvalidInput
└── InvalidLink            the pasted text is not a link to one video
    └── ShortLink          only the network can tell which video it is
Unavailable
└── ReadingUnavailable     this batch could not be read now; a retry may succeed
    ├── StartUncertain     a run may have been started: look for it before starting another
    └── RunGone            the service no longer knows the run: start a new one
Unavailable
└── ReaderStopped          nothing can be read until an admin acts: stop the whole run
    ├── BadToken           the service's API key is missing or wrong
    ├── QuotaExhausted     the plan's limit or the credit is used up
    └── ReaderRefused      the service rejects the request (unknown scraper, bad input, no rights)
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
    """A share link without the video's id."""

    def __init__(self) -> None:
        super().__init__(
            "This short link does not say which video it leads to. Open it in a browser, wait "
            "until the video shows, and copy the full link from the address bar."
        )


class ReadingUnavailable(Unavailable):
    """A transient fault: a timeout, a broken connection, a 429 or 5xx, a malformed answer."""

    code = "reading_unavailable"


class StartUncertain(ReadingUnavailable):
    """The request to start a run failed, but may have started a paid run.

    Call `find_started` with the same videos before calling `start` again.
    """

    code = "start_uncertain"

    def __init__(self, cause: str) -> None:
        super().__init__(
            f"The view reading service did not confirm the start ({cause}). Swivi checks again "
            "before it starts another."
        )


class RunGone(ReadingUnavailable):
    """The service keeps runs for a limited time, and this one is not there."""

    code = "run_gone"

    def __init__(self, run_id: str) -> None:
        super().__init__(f"The view reading service no longer knows the run {run_id}.")
        self.run_id = run_id


class ReaderStopped(Unavailable):
    """No reading of any clip will succeed until an admin acts."""

    code = "reader_stopped"


class BadToken(ReaderStopped):
    """401."""

    code = "bad_token"

    def __init__(self) -> None:
        super().__init__("The view reading service rejects the API key. Check APIFY_API_KEY.")


class QuotaExhausted(ReaderStopped):
    """402 for lack of credit, or 403 `platform-feature-disabled`, the monthly limit."""

    code = "quota_exhausted"

    def __init__(self, answer: str) -> None:
        super().__init__(
            f"The view reading service's limit is used up ({answer}). Raise the plan or wait."
        )


class ReaderRefused(ReaderStopped):
    """Any other rejection that a retry cannot change."""

    code = "reader_refused"

    def __init__(self, answer: str) -> None:
        super().__init__(f"The view reading service rejects the request: {answer}")
