"""Translate faults of the Apify client to Swivi's own errors.

Sources: apify-client 3.4.0 (`errors.py`, `http_clients/_impit.py`, `_utils/wait_for_resources.py`)
and https://docs.apify.com/api/v2#/introduction/errors. Connection faults are `impit` errors,
outside the client's hierarchy. A malformed answer raises ValueError (pydantic's is one), or
KeyError for a missing pagination header.
"""

import impit
from apify_client.errors import ApifyApiError

from swivi.core.errors import SwiviError
from swivi.domain.platforms.errors import (
    BadToken,
    QuotaExhausted,
    ReaderRefused,
    ReadingUnavailable,
    StartUncertain,
)

FAULTS = (ApifyApiError, impit.HTTPError, impit.InvalidURL, TimeoutError, ValueError, KeyError)
"""Everything that a call of the client may raise."""

_BUSY = {"actor-memory-limit-exceeded", "concurrent-runs-limit-exceeded"}
"""Answers to a start while other runs fill the account, some with status 402. They are transient.
"""

_QUOTA = {"platform-feature-disabled", "not-enough-usage-to-run-paid-actor"}

_NEVER_SENT = (impit.ConnectError, impit.ConnectTimeout, impit.PoolTimeout)


def translated(fault: Exception, *, starting: bool = False) -> SwiviError:
    """Return the error to raise for one of FAULTS.

    `starting` tells whether the request would start a paid run.
    """
    if isinstance(fault, impit.InvalidURL | impit.UnsupportedProtocol):
        return ReaderRefused("its address is not usable. Check APIFY_API_URL.")
    if isinstance(fault, ApifyApiError):
        return _from_answer(fault, starting=starting)
    cause = type(fault).__name__
    if starting and not isinstance(fault, _NEVER_SENT):
        return StartUncertain(cause)
    return ReadingUnavailable(
        f"The view reading service did not answer ({cause}). Try again later."
    )


def _from_answer(fault: ApifyApiError, *, starting: bool) -> SwiviError:
    status = fault.status_code
    answer = f"{fault.message or fault.type} ({status} {fault.type})"
    if status == 401:
        return BadToken()
    if status == 429 or fault.type in _BUSY:
        return ReadingUnavailable(f"The view reading service is busy: {answer}")
    if status >= 500 or status == 408:
        if starting:
            return StartUncertain(answer)
        return ReadingUnavailable(f"The view reading service failed: {answer}")
    if status == 402 or fault.type in _QUOTA:
        return QuotaExhausted(answer)
    return ReaderRefused(answer)
