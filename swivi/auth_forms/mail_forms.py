"""Forms that request a link by mail, and forms of the pages that such links lead to."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from swivi import routes
from swivi.api.http.client import client_address
from swivi.auth_forms.form_requests import Form, back, on
from swivi.core.addresses import network_of
from swivi.core.errors import SwiviError
from swivi.domain.accounts import service as accounts
from swivi.domain.accounts.sessions import actor_of
from swivi.domain.mail import service as mail
from swivi.domain.mail.errors import NoMail
from swivi.domain.mail.models import MailKind
from swivi.domain.payouts import destinations
from swivi.runtime.runtime import runtime


async def forgot(request: Request, form: Form) -> Response:
    """Send a link for a new password, if the email has an account.

    The answer is the same if it has none.
    """
    address = client_address(request)
    try:
        if runtime().postman is None:
            raise NoMail
        email = accounts.parse_email(form.get("email"))
        await runtime().quotas.reset(email, address)
        async with runtime().database.writing() as session:
            await mail.ask_reset(session, email, network_of(address))
    except SwiviError as refusal:
        return back(routes.FORGOT, "forgot", refusal, form)
    return on(routes.RESET_MAILED)


async def reset(request: Request, form: Form) -> Response:
    """Set a new password, which is typed twice, with the token of a link."""
    token = form.get("token", "")
    try:
        async with runtime().database.reading() as session:
            user = await mail.must_open(session, MailKind.RESET, token)
        new = await mail.new_password(user, password=form.get("password"), again=form.get("again"))
        async with runtime().database.writing() as session:
            await mail.reset_password(session, token, new, network_of(client_address(request)))
            if await destinations.kept(session, new.user_id):
                await destinations.forget_those_of(session, new.user_id)
    except SwiviError as refusal:
        return back(routes.with_token(routes.RESET, token), "reset", refusal, form)
    return on(routes.PASSWORD_RENEWED)


async def verify(_: Request, form: Form) -> Response:
    """Verify an address with the link's token and the password. Opening the link alone does
    nothing.
    """
    token = form.get("token", "")
    try:
        async with runtime().database.reading() as session:
            user = await mail.must_open(session, MailKind.VERIFY, token)
        await runtime().quotas.password(actor_of(user))
        opened = await mail.must_know_password(user, token, form.get("password"))
        async with runtime().database.writing() as session:
            await mail.verify(session, opened)
    except SwiviError as refusal:
        return back(routes.with_token(routes.VERIFY, token), "verify", refusal, form)
    return on(routes.VERIFIED)


MAIL_FORMS: dict[str, Callable[[Request, Form], Awaitable[Response]]] = {
    "/forgot": forgot,
    "/reset": reset,
    "/verify": verify,
}
