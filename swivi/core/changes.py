"""Collect what a transaction changes, and pass it to listeners once it has committed."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncSession

_KEY = "swivi_changed"


@dataclass(slots=True)
class ChangeSet:
    """The ids of what changed, and whether webhooks or mails wait to be sent."""

    users: set[int] = field(default_factory=set)
    campaigns: set[int] = field(default_factory=set)
    runs: set[int] = field(default_factory=set)
    webhooks: bool = False
    mail: bool = False

    def __bool__(self) -> bool:
        return bool(self.users or self.campaigns or self.runs or self.webhooks or self.mail)

    def add(self, other: "ChangeSet") -> None:
        """Add another set's ids."""
        self.users |= other.users
        self.campaigns |= other.campaigns
        self.runs |= other.runs
        self.webhooks |= other.webhooks
        self.mail |= other.mail

    def without(self, other: "ChangeSet") -> "ChangeSet":
        """Return the ids that `other` does not have."""
        return ChangeSet(
            self.users - other.users, self.campaigns - other.campaigns, self.runs - other.runs
        )


def mark(
    session: AsyncSession,
    *,
    users: Iterable[int] = (),
    campaigns: Iterable[int] = (),
    runs: Iterable[int] = (),
    webhooks: bool = False,
    mail: bool = False,
) -> None:
    """Note what the transaction changes. Listeners learn of it only if it commits."""
    collected(session).add(ChangeSet(set(users), set(campaigns), set(runs), webhooks, mail))


def collected(session: AsyncSession) -> ChangeSet:
    """Return what was marked on this session so far."""
    changed: ChangeSet = session.info.setdefault(_KEY, ChangeSet())
    return changed
