"""Who looks at what: the tabs that are open in this process, and what each of their states wants to
hear of.
"""

from collections.abc import Container, Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

import reflex as rx

from swivi.core.changes import ChangeSet

Campaigns: TypeAlias = Iterable[int] | Literal["all"]

Key: TypeAlias = tuple[str, type[rx.State]]
"""A tab's client token, and the state class to refresh in it."""

Topic: TypeAlias = tuple[Literal["user", "campaign"], int] | Literal["any campaign", "any run"]
"""One thing that can be watched, and can change."""


@dataclass(frozen=True, slots=True)
class Watch:
    """What one tab wants to hear of for one of its states."""

    users: frozenset[int]
    campaigns: frozenset[int] | Literal["all"]
    runs: bool
    session: str = ""
    """The hash of the viewer's session; "" for a guest."""
    calm: bool = False
    """Whether every few seconds is often enough."""
    whose: Hashable = None
    """Whose numbers it shows, where they are read for many at once: see
    `swivi.runtime.live.batch_reads`.
    """

    def topics(self) -> Iterator[Topic]:
        """What it is that this tab wants to hear of."""
        for user_id in self.users:
            yield ("user", user_id)
        if self.campaigns == "all":
            yield "any campaign"
        else:
            for campaign_id in self.campaigns:
                yield ("campaign", campaign_id)
        if self.runs:
            yield "any run"


class Watches:
    """All watches, by tab, and by what they are about: a change costs what it concerns, not what is
    open.
    """

    def __init__(self) -> None:
        self._tabs: dict[str, dict[type[rx.State], Watch]] = {}
        self._about: dict[Topic, dict[Key, None]] = {}
        self._sessions: dict[str, str] = {}
        self._turns: list[str] = []

    def __bool__(self) -> bool:
        return bool(self._tabs)

    def __len__(self) -> int:
        """How many tabs watch anything."""
        return len(self._tabs)

    def __contains__(self, key: Key) -> bool:
        token, kind = key
        return kind in self._tabs.get(token, ())

    def put(self, key: Key, watch: Watch) -> None:
        """Replace what this tab's state wants to hear of."""
        token, kind = key
        watches = self._tabs.setdefault(token, {})
        if kind in watches:
            self._unlist(key, watches[kind])
        watches[kind] = watch
        self._sessions[token] = watch.session
        for topic in watch.topics():
            self._about.setdefault(topic, {})[key] = None

    def drop(self, token: str) -> None:
        """This tab watches nothing any more."""
        for kind, watch in self._tabs.pop(token, {}).items():
            self._unlist((token, kind), watch)
        self._sessions.pop(token, None)

    def keep(self, connected: Container[str]) -> None:
        """Drop all other tabs."""
        for token in [token for token in self._tabs if token not in connected]:
            self.drop(token)

    def concern_somebody(self, changed: ChangeSet) -> bool:
        """Whether anybody but those who watch calmly is concerned."""
        keys = (key for topic in _topics(changed) for key in self._about.get(topic, {}))
        return any(not self._tabs[token][kind].calm for token, kind in keys)

    def concerned(self, changed: ChangeSet, *, calm: bool) -> list[Key]:
        """Whom it concerns, of those who watch calmly or of the others; what a tab watches in the
        order of `put`.
        """
        found: dict[Key, None] = {}
        for topic in _topics(changed):
            found.update(self._about.get(topic, {}))
        return [(token, kind) for token, kind in found if self._tabs[token][kind].calm is calm]

    def whose(self, key: Key) -> Hashable:
        """Whose numbers a watching state of a tab shows."""
        token, kind = key
        return self._tabs[token][kind].whose

    def sessions(self, tokens: Iterable[str]) -> dict[str, str]:
        """The session's hash of each of these tabs that is not a guest's."""
        return {token: session for token in tokens if (session := self._sessions.get(token))}

    def next_tabs(self, most: int) -> list[str]:
        """So many tabs whose turn it is; after all have had theirs, it begins anew."""
        if not self._turns:
            self._turns = list(self._tabs)
        turn, self._turns = self._turns[:most], self._turns[most:]
        return turn

    def _unlist(self, key: Key, watch: Watch) -> None:
        for topic in watch.topics():
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
