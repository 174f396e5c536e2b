"""Whose a tab's state is.

The client token that leads to it is no credential: knowing it does not make an owner.

Reflex keeps a tab's state for an hour after its socket has gone, and gives it to the next socket
that names its token. So each state belongs to the session that filled it, and forgets everything
before another one sees it.
"""

import logging

import reflex as rx
from reflex.state import BaseState

from swivi.domain.accounts.sessions import actor_by_session
from swivi.runtime.runtime import runtime

log = logging.getLogger("swivi.belonging")


class StateOwner(rx.State):
    """The session that this tab's state was filled for, as its hash, and whose it was: "7 ADMIN".

    "" for guests.
    """

    _session: str = ""
    _whose: str = ""

    async def _pass_to(self, session: str, *, shows_everything: bool) -> None:
        if session == self._session and not (session and shows_everything):
            return
        whose = await _owner(session) if session else ""
        if self._session and (session, whose) != (self._session, self._whose):
            log.info("A tab's state is another session's now, and was emptied")
            await forget_everything(self)
        self._session, self._whose = session, whose


async def keep_apart(state: BaseState, session_hash: str, *, shows_everything: bool) -> None:
    """Forget everything if the state was another session's, or if its session has ended or changed
    its role.

    The latter is asked only where the whole state is about to be shown. A guest leaves nothing
    behind.
    """
    belonging = await state.get_state(StateOwner)
    await belonging._pass_to(session_hash, shows_everything=shows_everything)  # noqa: SLF001 - public methods are events


async def forget_everything(state: BaseState) -> None:
    """Every state of ours in this tab is as it was before anybody came."""
    for kind in rx.State.get_substates():
        if kind.__module__.startswith("swivi."):
            (await state.get_state(kind)).reset()  # type: ignore[no-untyped-call]  # Reflex has no types here


async def _owner(session_hash: str) -> str:
    async with runtime().database.reading() as session:
        actor = await actor_by_session(session, session_hash)
    return "" if actor is None else f"{actor.user_id} {actor.role}"
