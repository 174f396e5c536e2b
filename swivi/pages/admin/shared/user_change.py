"""The dialog that changes a user's role or status."""

from collections.abc import AsyncIterator
from enum import StrEnum
from typing import TypeVar

import reflex as rx

from swivi.core import changes
from swivi.core.errors import InvalidInput, NotFound
from swivi.domain.accounts import service as accounts
from swivi.domain.accounts.models import Role, UserStatus
from swivi.pages.engine.acting import acting, refusal, some_id
from swivi.pages.engine.dialog import Dialog, Fields, refusal_notice
from swivi.pages.engine.gate import admins_only
from swivi.runtime.runtime import runtime
from swivi.ui.buttons import submit_button
from swivi.ui.dialogs import close_button, form_dialog
from swivi.ui.forms import form, form_actions, select_field
from swivi.ui.types import Handler

Option = TypeVar("Option", bound=StrEnum)

_ROLES = [(Role.CLIPPER.value, "Clipper"), (Role.ADMIN.value, "Admin")]
_STATUSES = [(UserStatus.ACTIVE.value, "Active"), (UserStatus.DISABLED.value, "Disabled")]


class UserChange(Dialog, rx.State):
    """The dialog. The pages that open it are live, so they show the change by themselves."""

    name: str = ""
    role: str = ""
    status: str = ""
    _user_id: int = 0

    @admins_only
    async def open(self, user_id: object) -> Handler | None:
        """Open the dialog for one user."""
        try:
            async with runtime().database.reading() as session:
                user = await accounts.by_id(session, some_id(user_id))
        except NotFound as nobody:
            return refusal(nobody)
        self._open()
        self._user_id = user.id
        self.name = user.name
        self.role = user.role
        self.status = user.status
        return None

    @admins_only
    async def submit(self, form_data: object) -> AsyncIterator[Handler]:
        """Set the chosen role and status."""
        async for event in self._submit(form_data, self._change):
            yield event

    async def _change(self, fields: Fields) -> str:
        role = _chosen(fields, "role", Role)
        status = _chosen(fields, "status", UserStatus)
        async with acting(self) as (session, actor):
            user = await accounts.set_role_and_status(
                session, actor, self._user_id, role=role, status=status
            )
            changes.mark(session, users=[user.id])
        return f"{user.name} is {user.status.lower()}, {user.role.lower()}"


def _chosen(fields: Fields, field: str, options: type[Option]) -> Option:
    chosen = next((option for option in options if option.value == fields.get(field)), None)
    if chosen is None:
        raise InvalidInput.of(field, "Choose one from the list.")
    return chosen


def change_dialog() -> rx.Component:
    """Ask for the new role and status."""
    state = UserChange
    return form_dialog(
        state.is_open,
        state.close,
        f"Change {state.name}",
        refusal_notice(state),
        form(
            _select("Role", "role", _ROLES, state.role),
            _select("Status", "status", _STATUSES, state.status),
            form_actions(close_button(), submit_button("Save", pending=state.busy)),
            on_submit=state.submit,
        ),
        description=(
            "A disabled user cannot sign in, earns nothing new and cannot request a payout. They "
            "keep what they have earned."
        ),
    )


def _select(label: str, name: str, options: list[tuple[str, str]], value: str) -> rx.Component:
    error = UserChange.errors.get(name, "")
    return select_field(
        label, name, options, default_value=value, error=error, control_id=f"change-{name}"
    )
