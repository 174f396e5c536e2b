"""Steps that all ways to sign up and sign in share, and what they record."""

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
    """Send a new user the link that verifies their address, if mail is configured."""
    if runtime().postman is not None:
        await outbox.post(session, user.id, MailKind.VERIFY)


async def check_sign_up(
    address: str, *, email: object, password: object, name: object
) -> NewAccount:
    """Count a sign-up, then check its fields.

    Raise InvalidInput, TooManyRequests, Overloaded.
    """
    await runtime().quotas.sign_up(address)
    if runtime().settings.signs_up_by_mail:
        await runtime().quotas.sign_up_by_mail(accounts.parse_email(email), address)
    return await accounts.newcomer(email=email, password=password, name=name)


async def sign_up_by_mail(newcomer: NewAccount) -> None:
    """Send the mail for a sign-up to this address, whether or not it has an account."""
    async with runtime().database.writing() as session:
        await mail.sign_up(session, newcomer)


async def check_credentials(email: object, password: object, address: str) -> Credentials:
    """Check email and password, the first step of signing in. Log a failure in the audit log.

    Raise WrongCredentials, TooManyRequests, Overloaded.
    """
    await runtime().quotas.sign_in(email, address)
    try:
        return await accounts.authenticate(runtime().database, email=email, password=password)
    except WrongCredentials:
        async with runtime().database.writing() as session:
            await attempts.failed(session, email, network_of(address))
        raise


async def give_code(actor: Actor, code: object, address: str) -> None:
    """Check the code, the second step of signing in. The transaction is its own: a code is used up
    by any attempt.

    Raise CodeNeeded, WrongCode, TooManyRequests.
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
    """Record a sign-in. From now on the account knows this address."""
    await runtime().quotas.signed_in(session, actor.email, address)
    attempts.signed_in(session, actor, network_of(address), by=by)
