"""From the faults of the Apify client to Swivi's own errors.

Sources: apify-client 3.4.0 (`errors.py`, `http_clients/_impit.py`, `_utils/wait_for_resources.py`)
and https://docs.apify.com/api/v2#/introduction/errors. Faults of the connection come as `impit`
errors, outside the client's hierarchy; an answer that is not what the API promises comes as
ValueError (pydantic's is one) or, for a missing pagination header, KeyError.
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
"""Everything a call of the client may raise."""

_BUSY = {"actor-memory-limit-exceeded", "concurrent-runs-limit-exceeded"}
"""Answers to a start while other runs fill the account, some with status 402: they clear by
themselves.
"""

_QUOTA = {"platform-feature-disabled", "not-enough-usage-to-run-paid-actor"}

_NEVER_SENT = (impit.ConnectError, impit.ConnectTimeout, impit.PoolTimeout)


def translated(fault: Exception, *, starting: bool = False) -> SwiviError:
    """The error to raise for one of `FAULTS`; `starting` if it met a request that begins a paid
    run.
    """
    if isinstance(fault, impit.InvalidURL | impit.UnsupportedProtocol):
        return ReaderRefused("its address is not usable. Check APIFY_API_URL.")
    if isinstance(fault, ApifyApiError):
        return _from_answer(fault, starting=starting)
    cause = type(fault).__name__
    if starting and not isinstance(fault, _NEVER_SENT):
        return StartUncertain(cause)
    return ReadingUnavailable(
        f"The view reading service did not answer ({cause}). Please try again later."
    )


def _from_answer(fault: ApifyApiError, *, starting: bool) -> SwiviError:
    status, said = (
        fault.status_code,
        f"{fault.message or fault.type} ({fault.status_code} {fault.type})",
    )
    if status == 401:
        return BadToken()
    if status == 429 or fault.type in _BUSY:
        return ReadingUnavailable(f"The view reading service is busy: {said}")
    if status >= 500 or status == 408:
        uncertain = StartUncertain(said)
        return (
            uncertain
            if starting
            else ReadingUnavailable(f"The view reading service failed: {said}")
        )
    if status == 402 or fault.type in _QUOTA:
        return QuotaExhausted(said)
    return ReaderRefused(said)
