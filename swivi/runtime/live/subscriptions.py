"""The subscriptions of this process's open tabs: which change concerns which state of which tab."""

from collections.abc import Container, Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

import reflex as rx

from swivi.core.changes import ChangeSet

Campaigns: TypeAlias = Iterable[int] | Literal["all"]

Key: TypeAlias = tuple[str, type[rx.State]]
"""A tab's client token, and the state class to refresh in it."""

Topic: TypeAlias = tuple[Literal["user", "campaign"], int] | Literal["any campaign", "any run"]
"""Something that can change, and that a tab can subscribe to."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """The topics of one state of one tab."""

    users: frozenset[int]
    campaigns: frozenset[int] | Literal["all"]
    runs: bool
    session: str = ""
    """The hash of the viewer's session; "" for a guest."""
    calm: bool = False
    """Whether an update every few seconds is enough."""
    whose: Hashable = None
    """The key of its numbers in a batch read (see `swivi.runtime.live.batch_reads`)."""

    def topics(self) -> Iterator[Topic]:
        """Yield the topics whose changes this state shows."""
        for user_id in self.users:
            yield ("user", user_id)
        if self.campaigns == "all":
            yield "any campaign"
        else:
            for campaign_id in self.campaigns:
                yield ("campaign", campaign_id)
        if self.runs:
            yield "any run"


class Subscriptions:
    """All subscriptions, indexed by tab and by topic.

    A change costs time for the tabs that it concerns, not for all that are open.
    """

    def __init__(self) -> None:
        self._tabs: dict[str, dict[type[rx.State], Subscription]] = {}
        self._about: dict[Topic, dict[Key, None]] = {}
        self._sessions: dict[str, str] = {}
        self._turns: list[str] = []

    def __bool__(self) -> bool:
        return bool(self._tabs)

    def __len__(self) -> int:
        """Return the number of tabs with a subscription."""
        return len(self._tabs)

    def __contains__(self, key: Key) -> bool:
        token, kind = key
        return kind in self._tabs.get(token, ())

    def put(self, key: Key, subscription: Subscription) -> None:
        """Add a tab's state, or replace its subscription."""
        token, kind = key
        kinds = self._tabs.setdefault(token, {})
        if kind in kinds:
            self._unlist(key, kinds[kind])
        kinds[kind] = subscription
        self._sessions[token] = subscription.session
        for topic in subscription.topics():
            self._about.setdefault(topic, {})[key] = None

    def drop(self, token: str) -> None:
        """Remove all subscriptions of this tab."""
        for kind, subscription in self._tabs.pop(token, {}).items():
            self._unlist((token, kind), subscription)
        self._sessions.pop(token, None)

    def keep(self, connected: Container[str]) -> None:
        """Remove the subscriptions of all other tabs."""
        for token in [token for token in self._tabs if token not in connected]:
            self.drop(token)

    def is_urgent(self, changed: ChangeSet) -> bool:
        """Return whether the change concerns a subscription that is not calm."""
        keys = (key for topic in _topics(changed) for key in self._about.get(topic, {}))
        return any(not self._tabs[token][kind].calm for token, kind in keys)

    def concerned(self, changed: ChangeSet, *, calm: bool) -> list[Key]:
        """Return the calm or the other subscriptions that the change concerns.

        Those of one tab are in the order of `put`.
        """
        found: dict[Key, None] = {}
        for topic in _topics(changed):
            found.update(self._about.get(topic, {}))
        return [(token, kind) for token, kind in found if self._tabs[token][kind].calm is calm]

    def whose(self, key: Key) -> Hashable:
        """Return `Subscription.whose` of an existing subscription."""
        token, kind = key
        return self._tabs[token][kind].whose

    def sessions(self, tokens: Iterable[str]) -> dict[str, str]:
        """Return the session's hash by tab. Guests' tabs are left out."""
        return {token: session for token in tokens if (session := self._sessions.get(token))}

    def next_tabs(self, most: int) -> list[str]:
        """Return up to `most` tabs, the next ones of a round through all tabs."""
        if not self._turns:
            self._turns = list(self._tabs)
        turn, self._turns = self._turns[:most], self._turns[most:]
        return turn

    def _unlist(self, key: Key, subscription: Subscription) -> None:
        for topic in subscription.topics():
            keys = self._about[topic]
            del keys[key]
            if not keys:
                del self._about[topic]


def _topics(changed: ChangeSet) -> Iterator[Topic]:
    for user_id in changed.users:
        yield ("user", user_id)
    for campaign_id in changed.campaigns:
        yield ("campaign", campaign_id)
    if changed.campaigns:
        yield "any campaign"
    if changed.runs:
        yield "any run"
