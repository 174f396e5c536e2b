"""The browser's plain HTML forms: sign in, sign up, sign out, the demo's doors. Mounted at /auth.

Only a plain HTTP answer can set an HttpOnly cookie, so these are no page events. Every answer is a redirect:
back to the form, with a flash cookie that says why, or on to where the person wanted to go.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from swivi import logs
from swivi.accounts import service as accounts
from swivi.accounts import sessions
from swivi.accounts.actor import Actor
from swivi.accounts.flash import FLASH_COOKIE, FLASH_SECONDS, Flash
from swivi.accounts.landing import local_path, path_after_sign_in
from swivi.accounts.models import UserStatus
from swivi.accounts.sessions import SESSION_COOKIE, SESSION_LIFE
from swivi.api.client import client_address
from swivi.api.entering import note_failure, note_success
from swivi.api.limits import BodyLimit
from swivi.api.origin import CrossSite, must_be_own_page
from swivi.core.errors import NotFound, SwiviError
from swivi.core.text import is_storable
from swivi.demo.people import DEMO_EMAILS
from swivi.runtime import runtime

SEE_OTHER = 303
MOST_FIELDS = 20

Form = Mapping[str, str]


def build_auth() -> Starlette:
    """The app; it needs an open `runtime()` as soon as it is called."""
    forms = {"/sign-in": sign_in, "/sign-up": sign_up, "/sign-out": sign_out, "/demo": enter_demo}
    return Starlette(
        routes=[Route(path, _own_pages_only(answer), methods=["POST"]) for path, answer in forms.items()],
        middleware=[Middleware(BodyLimit)],
        exception_handlers={CrossSite: _cross_site},
    )


def _own_pages_only(
    answer: Callable[[Request, Form], Awaitable[Response]],
) -> Callable[[Request], Awaitable[Response]]:
    async def handle(request: Request) -> Response:
        must_be_own_page(request)
        return await answer(request, await _form(request))

    return handle


async def _form(request: Request) -> Form:
    """The fields of a plain HTML form. Raises HTTPException 400 for anything else."""
    try:
        fields = dict(parse_qsl((await request.body()).decode("ascii"), max_num_fields=MOST_FIELDS))
    except ValueError:  # not ASCII, or too many fields
        raise HTTPException(400, "This is not a form of ours.") from None
    if not all(is_storable(value) for value in fields.values()):
        raise HTTPException(400, "This is not text.")
    return fields


async def sign_in(request: Request, form: Form) -> Response:
    """Email and password, and perhaps `next`, a path to go to."""
    try:
        await runtime().quotas.sign_in(form.get("email"), client_address(request))
        async with runtime().database.reading() as session:
            actor = await accounts.authenticate(session, email=form.get("email"), password=form.get("password", ""))
            renewed = await accounts.renewed_hash(session, actor, form.get("password"))
    except SwiviError as refusal:
        await note_failure(refusal, form.get("email"), client_address(request))
        return _back("/login", "sign-in", refusal, form)
    return await _signed_in(request, actor, form, by="password", renewed_hash=renewed)


async def sign_up(request: Request, form: Form) -> Response:
    """Name, email and password: a new clipper, signed in at once."""
    try:
        await runtime().quotas.sign_up(client_address(request))
        newcomer = await accounts.newcomer(
            email=form.get("email"), password=form.get("password"), name=form.get("name")
        )
        async with runtime().database.writing() as session:
            user = await accounts.sign_up(session, newcomer)
    except SwiviError as refusal:
        return _back("/signup", "sign-up", refusal, form)
    return await _signed_in(request, sessions.actor_of(user), form, by="sign-up")


async def sign_out(request: Request, _: Form) -> Response:
    """Close the session, whether there is one or not."""
    async with runtime().database.writing() as session:
        await sessions.close_session(session, request.cookies.get(SESSION_COOKIE, ""))
    answer = RedirectResponse("/", SEE_OTHER)
    answer.delete_cookie(SESSION_COOKIE, **_cookie_rules())
    return answer


async def enter_demo(request: Request, form: Form) -> Response:
    """Be the demo's clipper or admin without a password. Outside demo mode there is no such door."""
    email = DEMO_EMAILS.get(form.get("role", ""))
    if not runtime().settings.demo or email is None:
        raise HTTPException(404)
    try:
        async with runtime().database.reading() as session:
            user = await accounts.by_email(session, email)
    except NotFound as not_seeded:
        return _back("/login", "sign-in", not_seeded, {})
    if user.status is not UserStatus.ACTIVE:
        raise HTTPException(404)
    return await _signed_in(request, sessions.actor_of(user), form, by="demo")


async def _signed_in(
    request: Request, actor: Actor, form: Form, *, by: str, renewed_hash: str | None = None
) -> Response:
    """Into Swivi with a new session; the browser's old one ends, so that no known cookie outlives a sign-in."""
    logs.note_user(actor.user_id)
    async with runtime().database.writing() as session:
        await sessions.close_session(session, request.cookies.get(SESSION_COOKIE, ""))
        agent = request.headers.get("user-agent", "")
        token = await sessions.open_session(session, actor.user_id, user_agent=agent)
        await note_success(session, actor, client_address(request), by=by, renewed_hash=renewed_hash)
    answer = RedirectResponse(path_after_sign_in(form.get("next", ""), actor.role), SEE_OTHER)
    answer.set_cookie(SESSION_COOKIE, token, max_age=int(SESSION_LIFE.total_seconds()), **_cookie_rules())
    answer.delete_cookie(FLASH_COOKIE, **_cookie_rules())
    return answer


def _back(page: str, form_name: str, refusal: SwiviError, form: Form) -> Response:
    next_path = local_path(form.get("next", ""))
    query = f"?{urlencode({'next': next_path})}" if next_path else ""
    flash = Flash(form_name, refusal.sentence, refusal.fields, email=form.get("email", ""), name=form.get("name", ""))
    answer = RedirectResponse(page + query, SEE_OTHER)
    answer.set_cookie(FLASH_COOKIE, flash.as_cookie(), max_age=FLASH_SECONDS, **_cookie_rules())
    return answer


def _cookie_rules() -> dict[str, Any]:
    return {"path": "/", "httponly": True, "samesite": "lax", "secure": runtime().settings.secure_cookies}


async def _cross_site(_: Request, refusal: Exception) -> Response:
    return PlainTextResponse(str(refusal), CrossSite.status)
