"""What every way in writes down: that somebody is new, came in, or did not."""

from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core.addresses import network_of
from swivi.domain.accounts import attempts, totp
from swivi.domain.accounts import service as accounts
from swivi.domain.accounts.actor import Actor
from swivi.domain.accounts.errors import WrongCode, WrongCredentials
from swivi.domain.accounts.models import User
from swivi.domain.accounts.service import Credentials, NewAccount
from swivi.domain.mail import outbox
from swivi.domain.mail import service as mail
from swivi.domain.mail.models import MailKind
from swivi.runtime.runtime import runtime


async def welcome(session: AsyncSession, user: User) -> None:
    """Somebody signed up: they are sent a link that verifies their address, where mail can be
    sent.
    """
    if runtime().postman is not None:
        await outbox.post(session, user.id, MailKind.VERIFY)


async def check_sign_up(
    address: str, *, email: object, password: object, name: object
) -> NewAccount:
    """Somebody wants to sign up: counted, then checked.

    Raises InvalidInput, TooManyRequests, Overloaded.
    """
    await runtime().quotas.sign_up(address)
    if runtime().settings.signs_up_by_mail:
        await runtime().quotas.sign_up_by_mail(accounts.parse_email(email), address)
    return await accounts.newcomer(email=email, password=password, name=name)


async def sign_up_by_mail(newcomer: NewAccount) -> None:
    """Send the mail that a sign-up at this address brings, whoever has it."""
    async with runtime().database.writing() as session:
        await mail.sign_up(session, newcomer)


async def check_credentials(email: object, password: object, address: str) -> Credentials:
    """The first step. A failure is written to the audit log.

    Raises WrongCredentials, TooManyRequests, Overloaded.
    """
    await runtime().quotas.sign_in(email, address)
    try:
        return await accounts.authenticate(runtime().database, email=email, password=password)
    except WrongCredentials:
        async with runtime().database.writing() as session:
            await attempts.failed(session, email, network_of(address))
        raise


async def give_code(actor: Actor, code: object, address: str) -> None:
    """The second step, in a transaction of its own: a code that was given is used up, whatever
    comes of it.

    Raises CodeNeeded, WrongCode, TooManyRequests.
    """
    if isinstance(code, str) and code:
        await runtime().quotas.code(actor)
    try:
        async with runtime().database.writing() as session:
            await totp.must_match(session, actor.user_id, code)
    except WrongCode:
        async with runtime().database.writing() as session:
            await attempts.failed(session, actor.email, network_of(address))
        raise


async def note_success(session: AsyncSession, actor: Actor, address: str, *, by: str) -> None:
    """They came in from this address, which is known to the account from now on."""
    await runtime().quotas.signed_in(session, actor.email, address)
    attempts.signed_in(session, actor, network_of(address), by=by)
