"""How often people may sign in, sign up, submit clips and ask for payouts: per account and per
client address.

Signing in is the delicate one. Guessing at one account from one address ends first, and at one
account from everywhere next; but an address from which that account was signed in to before is not
counted among "everywhere", so that strangers who guess do not lock its owner out. Nothing here
knows whether an account exists, and what is refused costs nothing, so that every wait is short:
never longer than one share of the period.
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
"""How long an address is known to an account after a sign-in."""


class Quotas:
    """The limits of the settings, counted in the database.

    Each method raises TooManyRequests, and counts one use.
    """

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings

    async def sign_in(self, email: object, address: str) -> None:
        """Somebody is about to prove that they own the account with this email, whether there is
        one or not.
        """
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
        """They did: this address is known to the account now, and its attempts are forgotten."""
        account, network = _account(email), network_of(address)
        await rates.mark(session, _known(account, network), KNOWN_FOR)
        await rates.forgive(session, f"sign-in to {account} from {network}")

    async def password(self, actor: Actor) -> None:
        """Somebody who is signed in, or who opened a link in a mail, is about to enter their
        password.
        """
        await self._spend([(f"password of {actor.user_id}", self._settings.limit_sign_in)])

    async def code(self, actor: Actor) -> None:
        """Somebody who gave the right password is about to give a code of six digits."""
        await self._spend([(f"code of {actor.user_id}", self._settings.limit_sign_in)])

    async def sign_up(self, address: str) -> None:
        """Somebody is about to create an account."""
        await self._spend([(f"sign-up from {network_of(address)}", self._settings.limit_sign_up)])

    async def sign_up_by_mail(self, email: object, address: str) -> None:
        """Somebody is about to have a mail sent to this address by signing up with it."""
        limits = self._settings
        await self._spend(
            [
                (f"sign-up of {_account(email)}", limits.limit_mails),
                (f"sign-up mails from {network_of(address)}", limits.limit_mails_address),
            ]
        )

    async def reset(self, email: object, address: str) -> None:
        """Somebody is about to ask for a new password for the account with this email, if there is
        one.
        """
        limits = self._settings
        await self._spend(
            [
                (f"reset of {_account(email)}", limits.limit_mails),
                (f"reset from {network_of(address)}", limits.limit_mails_address),
            ]
        )

    async def verification(self, actor: Actor, address: str) -> None:
        """Somebody is about to be sent another link that verifies their address."""
        limits = self._settings
        await self._spend(
            [
                (f"verification of {actor.user_id}", limits.limit_mails),
                (f"verification from {network_of(address)}", limits.limit_mails_address),
            ]
        )

    async def submission(self, actor: Actor, address: str) -> None:
        """A clipper is about to submit a clip."""
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
        """Somebody is about to show a secret of the settings.

        Counts nothing: most of them are right.
        """
        uses = self._wrong_secrets(address)
        if uses:
            async with self._database.reading() as session:
                await rates.must_have_room(session, uses)

    async def wrong_secret(self, address: str) -> None:
        """The secret was wrong."""
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
