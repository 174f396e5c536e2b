"""The owner of a tab's state.

Reflex keeps a tab's state for an hour after its socket closed, and gives it to the next socket that
names its client token. That token is no credential. So each state belongs to the session that
filled it, and is reset before another session sees it.
"""

import logging

import reflex as rx

from swivi.domain.accounts.sessions import actor_by_session
from swivi.runtime.runtime import runtime

log = logging.getLogger("swivi.belonging")


class StateOwner(rx.State):
    """The session that filled this tab's state, as its hash, and that session's user.

    The user is written as id and role, such as "7 ADMIN". Both are "" for guests.
    """

    _session: str = ""
    _whose: str = ""

    async def _pass_to(self, session: str, *, shows_everything: bool) -> None:
        if session == self._session and not (session and shows_everything):
            return
        whose = await _owner(session) if session else ""
        if self._session and (session, whose) != (self._session, self._whose):
            log.info("A tab's state was reset: it belonged to another session")
            await forget_everything(self)
        self._session, self._whose = session, whose


def is_owned(state: object) -> bool:
    """Return whether this is a StateOwner of a signed-in user."""
    return isinstance(state, StateOwner) and bool(state._whose)  # noqa: SLF001 - public variables are sent to the browser


async def keep_apart(state: rx.State, session_hash: str, *, shows_everything: bool) -> None:
    """Reset the state if it was another session's, or if its session ended or changed its role.

    The second check costs a query, so it runs only before the whole state is sent. A guest's state
    holds nothing private and is never reset.
    """
    owner = await state.get_state(StateOwner)
    await owner._pass_to(session_hash, shows_everything=shows_everything)  # noqa: SLF001 - public methods are events


async def forget_everything(state: rx.State) -> None:
    """Reset every state of ours in this tab to its defaults."""
    for kind in rx.State.get_substates():
        if kind.__module__.startswith("swivi."):
            (await state.get_state(kind)).reset()  # type: ignore[no-untyped-call]  # Reflex has no types here


async def _owner(session_hash: str) -> str:
    async with runtime().database.reading() as session:
        actor = await actor_by_session(session, session_hash)
    return "" if actor is None else f"{actor.user_id} {actor.role}"
