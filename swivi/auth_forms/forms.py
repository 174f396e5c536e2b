"""HTML forms to sign in, sign up, sign out and enter the demo, mounted at /auth.

Only an HTTP answer can set an HttpOnly cookie, so these are forms and no page events. Every answer
is a redirect: back to the form, with a flash cookie that says why, or to the next page. The forms
about mails are in `mail_forms`.
"""

from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from swivi import routes
from swivi.api.http.body_limits import MAX_FORM_BYTES, BodyLimit
from swivi.api.http.client import client_address
from swivi.api.http.origin import CrossSite
from swivi.api.http.sign_in_events import (
    check_credentials,
    check_sign_up,
    give_code,
    note_success,
    sign_up_by_mail,
    welcome,
)
from swivi.auth_forms.form_requests import SEE_OTHER, Form, back, cookie_rules, on, own_pages_only
from swivi.auth_forms.mail_forms import MAIL_FORMS
from swivi.core import logs
from swivi.core.errors import NotFound, SwiviError
from swivi.domain.accounts import service as accounts
from swivi.domain.accounts import sessions, totp
from swivi.domain.accounts.actor import Actor
from swivi.domain.accounts.demo_emails import DEMO_EMAILS
from swivi.domain.accounts.models import UserStatus
from swivi.domain.accounts.service import Credentials
from swivi.domain.accounts.sessions import SESSION_COOKIE, SESSION_LIFE, hash_token
from swivi.domain.accounts.totp import HALF_COOKIE, HALF_LIFE
from swivi.runtime.runtime import runtime


def build_auth() -> Starlette:
    """Return the app. It needs an open `runtime()` as soon as it is called."""
    entering = {"/sign-in": sign_in, "/code": give_second_step, "/sign-up": sign_up}
    forms = entering | {"/sign-out": sign_out, "/demo": enter_demo} | MAIL_FORMS
    return Starlette(
        routes=[
            Route(path, own_pages_only(answer), methods=["POST"]) for path, answer in forms.items()
        ],
        middleware=[Middleware(BodyLimit, max_bytes=MAX_FORM_BYTES)],
        exception_handlers={CrossSite: _cross_site},
    )


async def sign_in(request: Request, form: Form) -> Response:
    """Sign in with email and password, and go to the path in `next`."""
    try:
        address = client_address(request)
        checked = await check_credentials(form.get("email"), form.get("password", ""), address)
        async with runtime().database.reading() as session:
            needs_code = await totp.is_on(session, checked.actor.user_id)
        if needs_code:
            return await _half_signed_in(checked, form)
        async with runtime().database.writing() as session:
            await accounts.must_still_hold(session, checked)
            token = await _open_session(session, request, checked.actor, by="password")
    except SwiviError as refusal:
        return back(routes.SIGN_IN, "sign-in", refusal, form)
    return _signed_in(checked.actor, token, form)


async def _half_signed_in(checked: Credentials, form: Form) -> Response:
    """Go to the form for the code. The cookie ties it to this browser for a few minutes."""
    async with runtime().database.writing() as session:
        await accounts.must_still_hold(session, checked)
        token = await totp.begin(session, checked.actor.user_id)
    answer = on(routes.with_next(routes.CODE, routes.local_path(form.get("next", ""))))
    answer.set_cookie(HALF_COOKIE, token, max_age=int(HALF_LIFE.total_seconds()), **cookie_rules())
    return answer


async def give_second_step(request: Request, form: Form) -> Response:
    """Finish signing in with the app's code or a recovery code."""
    half = request.cookies.get(HALF_COOKIE, "")
    try:
        async with runtime().database.reading() as session:
            actor = await totp.awaited(session, half)
        if actor is None:
            return on(routes.SIGNED_OUT)
        await give_code(actor, form.get("code"), client_address(request))
        async with runtime().database.writing() as session:
            if not await totp.finish(session, half):  # the second of two quick clicks
                return on(routes.SIGNED_OUT)
            token = await _open_session(session, request, actor, by="password and code")
    except SwiviError as refusal:
        return back(routes.CODE, "code", refusal, form)
    answer = _signed_in(actor, token, form)
    answer.delete_cookie(HALF_COOKIE, **cookie_rules())
    return answer


async def sign_up(request: Request, form: Form) -> Response:
    """Create a clipper's account with name, email and password.

    If Swivi sends mail, the link in the mail opens the account. Otherwise sign the clipper in.
    """
    try:
        newcomer = await check_sign_up(
            client_address(request),
            email=form.get("email"),
            password=form.get("password"),
            name=form.get("name"),
        )
        if runtime().settings.signs_up_by_mail:
            await sign_up_by_mail(newcomer)
            return on(routes.SIGN_UP_MAILED)
        async with runtime().database.writing() as session:
            user = await accounts.sign_up(session, newcomer)
            await welcome(session, user)
            actor = sessions.actor_of(user)
            token = await _open_session(session, request, actor, by="sign-up")
    except SwiviError as refusal:
        return back(routes.SIGN_UP, "sign-up", refusal, form)
    return _signed_in(actor, token, form)


async def sign_out(request: Request, _: Form) -> Response:
    """Close the session, if there is one."""
    async with runtime().database.writing() as session:
        await sessions.close_session(session, _session_hash(request))
    answer = RedirectResponse(routes.FRONT, SEE_OTHER)
    answer.delete_cookie(SESSION_COOKIE, **cookie_rules())
    return answer


async def enter_demo(request: Request, form: Form) -> Response:
    """Sign in as the demo's clipper or admin without a password. Answer 404 outside demo mode."""
    email = DEMO_EMAILS.get(form.get("role", ""))
    if not runtime().settings.demo or email is None:
        raise HTTPException(404)
    try:
        async with runtime().database.writing() as session:
            user = await accounts.by_email(session, email)
            if user.status is not UserStatus.ACTIVE:
                raise HTTPException(404)
            actor = sessions.actor_of(user)
            token = await _open_session(session, request, actor, by="demo")
    except NotFound as not_seeded:
        return back(routes.SIGN_IN, "sign-in", not_seeded, {})
    return _signed_in(actor, token, form)


async def _open_session(session: AsyncSession, request: Request, actor: Actor, *, by: str) -> str:
    """Sign this browser in. Return the value of the new cookie.

    The browser's old session ends, so that no known cookie outlives a sign-in.
    """
    logs.note_user(actor.user_id)
    await sessions.close_session(session, _session_hash(request))
    agent = request.headers.get("user-agent", "")
    token = await sessions.open_session(session, actor.user_id, user_agent=agent)
    await note_success(session, actor, client_address(request), by=by)
    return token


def _session_hash(request: Request) -> str:
    return hash_token(request.cookies.get(SESSION_COOKIE, ""))


def _signed_in(actor: Actor, token: str, form: Form) -> Response:
    """Redirect into Swivi with the cookie of the new session."""
    answer = on(routes.path_after_sign_in(form.get("next", ""), actor.role))
    answer.set_cookie(
        SESSION_COOKIE, token, max_age=int(SESSION_LIFE.total_seconds()), **cookie_rules()
    )
    return answer


async def _cross_site(_: Request, refusal: Exception) -> Response:
    return PlainTextResponse(str(refusal), CrossSite.status)
