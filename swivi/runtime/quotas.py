"""How often users may sign in, sign up, submit clips and request payouts, per account and address.

Sign-in has three limits: per account and address, per address, and per account. An address from
which the account signed in before does not count towards the limit per account, so strangers who
guess do not lock the owner out. Nothing here tells whether an account exists. Refused attempts are
not counted, so every wait is short.
"""

from collections.abc import Sequence
from datetime import timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import rates
from swivi.core.addresses import network_of
from swivi.core.db import Database
from swivi.core.rates import Rate, RateUse
from swivi.domain.accounts.actor import Actor
from swivi.domain.accounts.models import LONGEST_EMAIL
from swivi.settings import Settings

KNOWN_FOR = timedelta(days=30)
"""Time that an account remembers the address of a sign-in."""


class Quotas:
    """The limits of the settings, counted in the database.

    Each method counts one use, and raises TooManyRequests.
    """

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings

    async def sign_in(self, email: object, address: str) -> None:
        """Count a sign-in attempt for this email, whether the account exists or not."""
        account, network = _account(email), network_of(address)
        limits = self._settings
        uses = [
            (f"sign-in from {network}", limits.limit_sign_in_address),
            (f"sign-in to {account} from {network}", limits.limit_sign_in),
        ]
        async with self._database.reading() as session:
            is_known = await rates.is_marked(session, _known(account, network))
        if not is_known:
            uses.append((f"sign-in to {account}", limits.limit_sign_in_account))
        await self._spend(uses)

    async def signed_in(self, session: AsyncSession, email: str, address: str) -> None:
        """Remember the address of a successful sign-in, and forget its failed attempts."""
        account, network = _account(email), network_of(address)
        await rates.mark(session, _known(account, network), KNOWN_FOR)
        await rates.forgive(session, f"sign-in to {account} from {network}")

    async def password(self, actor: Actor) -> None:
        """Count a password entered by a signed-in user, or by the reader of a mail's link."""
        await self._spend([(f"password of {actor.user_id}", self._settings.limit_sign_in)])

    async def code(self, actor: Actor) -> None:
        """Count a code of six digits, entered after the right password."""
        await self._spend([(f"code of {actor.user_id}", self._settings.limit_sign_in)])

    async def sign_up(self, address: str) -> None:
        """Count a sign-up."""
        await self._spend([(f"sign-up from {network_of(address)}", self._settings.limit_sign_up)])

    async def sign_up_by_mail(self, email: object, address: str) -> None:
        """Count a mail sent because somebody signs up with this address."""
        limits = self._settings
        await self._spend(
            [
                (f"sign-up of {_account(email)}", limits.limit_mails),
                (f"sign-up mails from {network_of(address)}", limits.limit_mails_address),
            ]
        )

    async def reset(self, email: object, address: str) -> None:
        """Count a request for a new password, whether the account exists or not."""
        limits = self._settings
        await self._spend(
            [
                (f"reset of {_account(email)}", limits.limit_mails),
                (f"reset from {network_of(address)}", limits.limit_mails_address),
            ]
        )

    async def verification(self, actor: Actor, address: str) -> None:
        """Count another verification mail."""
        limits = self._settings
        await self._spend(
            [
                (f"verification of {actor.user_id}", limits.limit_mails),
                (f"verification from {network_of(address)}", limits.limit_mails_address),
            ]
        )

    async def submission(self, actor: Actor, address: str) -> None:
        """Count a submission."""
        limits = self._settings
        await self._spend(
            [
                (f"submission by {actor.user_id}", limits.limit_submissions),
                (f"submission from {network_of(address)}", limits.limit_submissions_address),
            ]
        )

    def payout(self, actor: Actor, address: str) -> list[RateUse]:
        """Return the uses that one payout request counts. The use case counts them."""
        limits = self._settings
        return _limited(
            [
                (f"payout by {actor.user_id}", limits.limit_payouts),
                (f"payout from {network_of(address)}", limits.limit_payouts_address),
            ]
        )

    async def secret_has_room(self, address: str) -> None:
        """Check whether another guess at a secret of the settings is allowed.

        Counts nothing, because most callers have the right secret.
        """
        uses = self._wrong_secrets(address)
        if uses:
            async with self._database.reading() as session:
                await rates.must_have_room(session, uses)

    async def wrong_secret(self, address: str) -> None:
        """Count a wrong secret."""
        uses = self._wrong_secrets(address)
        if uses:
            async with self._database.writing() as session:
                await rates.spend(session, uses)

    def _wrong_secrets(self, address: str) -> list[RateUse]:
        rate = self._settings.limit_secrets_address
        # Where a proxy hides the addresses, a stranger's guesses would lock the scheduler out.
        is_counted = rate is not None and not self._settings.takes_all_for_one_address
        return [RateUse(f"secret from {network_of(address)}", rate)] if rate and is_counted else []

    async def _spend(self, limited: Sequence[tuple[str, Rate | None]]) -> None:
        uses = _limited(limited)
        if not uses:
            return
        async with self._database.reading() as session:
            await rates.must_have_room(session, uses)
        async with self._database.writing() as session:
            await rates.spend(session, uses)


def _limited(limited: Sequence[tuple[str, Rate | None]]) -> list[RateUse]:
    return [RateUse(name, rate) for name, rate in limited if rate is not None]


def _account(email: object) -> str:
    return email[:LONGEST_EMAIL].strip().lower() if isinstance(email, str) else ""


def _known(account: str, network: str) -> str:
    return f"known to {account}: {network}"
