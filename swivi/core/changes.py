"""What a transaction changed that people may be looking at, told to listeners once it has
committed.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncSession

_KEY = "swivi_changed"


@dataclass(slots=True)
class ChangeSet:
    """The ids of users, campaigns and tracking runs whose numbers changed, and whether webhooks or
    mails wait.
    """

    users: set[int] = field(default_factory=set)
    campaigns: set[int] = field(default_factory=set)
    runs: set[int] = field(default_factory=set)
    webhooks: bool = False
    mail: bool = False

    def __bool__(self) -> bool:
        return bool(self.users or self.campaigns or self.runs or self.webhooks or self.mail)

    def add(self, other: "ChangeSet") -> None:
        """Take another's ids in."""
        self.users |= other.users
        self.campaigns |= other.campaigns
        self.runs |= other.runs
        self.webhooks |= other.webhooks
        self.mail |= other.mail

    def without(self, other: "ChangeSet") -> "ChangeSet":
        """The ids that another does not have."""
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
    """Note within a transaction what it changes; nobody hears of it unless it commits."""
    collected(session).add(ChangeSet(set(users), set(campaigns), set(runs), webhooks, mail))


def collected(session: AsyncSession) -> ChangeSet:
    """What was marked on this session so far."""
    changed: ChangeSet = session.info.setdefault(_KEY, ChangeSet())
    return changed
