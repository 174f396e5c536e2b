"""Who looks at what: the tabs that are open in this process, and what each of their states wants to hear of."""

from collections.abc import Container, Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

import reflex as rx

from swivi.core.changes import Changed

Campaigns: TypeAlias = Iterable[int] | Literal["all"]

Key: TypeAlias = tuple[str, type[rx.State]]
"""A tab's client token, and the state class to refresh in it."""


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

    def concerns(self, changed: Changed) -> bool:
        """Whether anything of it changed."""
        if self.runs and changed.runs:
            return True
        if self.campaigns == "all":
            return bool(changed.campaigns) or not self.users.isdisjoint(changed.users)
        return not (self.campaigns.isdisjoint(changed.campaigns) and self.users.isdisjoint(changed.users))


class Watches:
    """All watches, by tab."""

    def __init__(self) -> None:
        self._tabs: dict[str, dict[type[rx.State], Watch]] = {}
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
        self._tabs.setdefault(token, {})[kind] = watch

    def drop(self, token: str) -> None:
        """This tab watches nothing any more."""
        self._tabs.pop(token, None)

    def keep(self, connected: Container[str]) -> None:
        """Drop all other tabs."""
        for token in [token for token in self._tabs if token not in connected]:
            del self._tabs[token]

    def concerned(self, changed: Changed, *, calm: bool) -> list[Key]:
        """Whom it concerns, of those who watch calmly or of the others."""
        return [
            (token, kind)
            for token, watches in self._tabs.items()
            for kind, watch in watches.items()
            if watch.calm is calm and watch.concerns(changed)
        ]

    def sessions(self, tokens: Iterable[str]) -> dict[str, str]:
        """The session's hash of each of these tabs that is not a guest's."""
        found = {token: watch.session for token in tokens for watch in self._tabs.get(token, {}).values()}
        return {token: session for token, session in found.items() if session}

    def next_tabs(self, most: int) -> list[str]:
        """So many tabs whose turn it is; after all have had theirs, it begins anew."""
        if not self._turns:
            self._turns = list(self._tabs)
        turn, self._turns = self._turns[:most], self._turns[most:]
        return turn
