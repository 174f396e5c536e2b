"""What all HTML forms of Swivi's own pages share. Each form is answered with a redirect."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from swivi import routes
from swivi.api.http.origin import must_be_own_page
from swivi.core.errors import SwiviError
from swivi.core.text import is_storable
from swivi.domain.accounts.flash import FLASH_COOKIE, FLASH_SECONDS, Flash
from swivi.runtime.runtime import runtime

SEE_OTHER = 303
MOST_FIELDS = 20
LONGEST_FIELD = 4_000
"""Characters of one field: enough to say what is wrong with a long value instead of refusing the
form.
"""

Form = Mapping[str, str]


def own_pages_only(
    answer: Callable[[Request, Form], Awaitable[Response]],
) -> Callable[[Request], Awaitable[Response]]:
    """Return the route's endpoint, protected from forms of other sites."""

    async def handle(request: Request) -> Response:
        must_be_own_page(request)
        return await answer(request, await _form(request))

    return handle


async def _form(request: Request) -> Form:
    """Return the fields of an HTML form. Raise HTTPException 400 for anything else."""
    try:
        fields = dict(parse_qsl((await request.body()).decode("ascii"), max_num_fields=MOST_FIELDS))
    except ValueError:  # not ASCII, or too many fields
        raise HTTPException(400, "This is not a form of ours.") from None
    if not all(len(value) <= LONGEST_FIELD and is_storable(value) for value in fields.values()):
        raise HTTPException(400, "This is not text.")
    return fields


def back(page: str, form_name: str, refusal: SwiviError, form: Form) -> Response:
    """Redirect back to the form. A flash cookie carries the refusal and what was typed."""
    page_again = routes.with_next(page, routes.local_path(form.get("next", "")))
    flash = Flash(
        form_name,
        refusal.sentence,
        refusal.fields,
        email=form.get("email", ""),
        name=form.get("name", ""),
    )
    answer = RedirectResponse(page_again, SEE_OTHER)
    answer.set_cookie(FLASH_COOKIE, flash.as_cookie(), max_age=FLASH_SECONDS, **cookie_rules())
    return answer


def on(page: str) -> Response:
    """Redirect to the next page and delete the flash cookie of an earlier refusal."""
    answer = RedirectResponse(page, SEE_OTHER)
    answer.delete_cookie(FLASH_COOKIE, **cookie_rules())
    return answer


def cookie_rules() -> dict[str, Any]:
    """Return the attributes with which cookies are set and deleted."""
    return {
        "path": "/",
        "httponly": True,
        "samesite": "lax",
        "secure": runtime().settings.secure_cookies,
    }
