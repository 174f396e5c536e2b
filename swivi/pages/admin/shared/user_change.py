"""Changing somebody's role or status, from the list of users and from a user's own page."""

from collections.abc import AsyncIterator, Mapping
from enum import StrEnum
from typing import TypeVar

import reflex as rx

from swivi.core import changes
from swivi.core.errors import InvalidInput, NotFound, SwiviError
from swivi.domain.accounts import service as accounts
from swivi.domain.accounts.models import Role, UserStatus
from swivi.pages.engine.acting import acting, form_fields, refusal, some_id
from swivi.pages.engine.gate import admins_only
from swivi.runtime.runtime import runtime
from swivi.ui.buttons import submit_button
from swivi.ui.dialogs import close_button, form_dialog
from swivi.ui.feedback import toast_success
from swivi.ui.forms import form, form_actions, select_field
from swivi.ui.types import Handler

Option = TypeVar("Option", bound=StrEnum)

_ROLES = [(Role.CLIPPER.value, "Clipper"), (Role.ADMIN.value, "Admin")]
_STATUSES = [(UserStatus.ACTIVE.value, "Active"), (UserStatus.DISABLED.value, "Disabled")]


class UserChange(rx.State):
    """The dialog, and whom it is about.

    The page behind it is live, and shows the change by itself.
    """

    changing: bool = False
    name: str = ""
    role: str = ""
    status: str = ""
    errors: dict[str, str] = {}
    busy: bool = False
    _user_id: int = 0

    @admins_only
    async def ask(self, user_id: object) -> Handler | None:
        """Open the dialog for one user, as they are now."""
        try:
            async with runtime().database.reading() as session:
                user = await accounts.by_id(session, some_id(user_id))
        except NotFound as nobody:
            return refusal(nobody)
        self._user_id, self.changing, self.busy, self.errors = user.id, True, False, {}
        self.name, self.role, self.status = user.name, user.role, user.status
        return None

    @admins_only
    async def close(self, is_open: object) -> None:
        """The dialog was dismissed."""
        self.changing = is_open is True and self.changing

    @admins_only
    async def change(self, form_data: object) -> AsyncIterator[Handler]:
        """Set the role and status that were chosen."""
        if self.busy or not self.changing:
            return
        self.busy, self.errors = True, {}
        yield None
        fields = form_fields(form_data)
        try:
            role, status = _chosen(fields, "role", Role), _chosen(fields, "status", UserStatus)
            async with acting(self) as (session, actor):
                user = await accounts.set_role_and_status(
                    session, actor, self._user_id, role=role, status=status
                )
                changes.mark(session, users=[user.id])
        except SwiviError as wrong:
            self.busy, self.errors = False, wrong.fields
            yield refusal(wrong)
            return
        self.busy = self.changing = False
        yield toast_success(f"{user.name} is {user.status.lower()}, {user.role.lower()}")


def _chosen(fields: Mapping[str, object], field: str, options: type[Option]) -> Option:
    chosen = next((option for option in options if option.value == fields.get(field)), None)
    if chosen is None:
        raise InvalidInput.of(field, "Choose one from the list.")
    return chosen


def change_dialog() -> rx.Component:
    """Asks for the new role and status."""
    state = UserChange
    return form_dialog(
        state.changing,
        state.close,
        f"Change {state.name}",
        form(
            _select("Role", "role", _ROLES, state.role),
            _select("Status", "status", _STATUSES, state.status),
            form_actions(close_button(), submit_button("Save", pending=state.busy)),
            on_submit=state.change,
        ),
        description=(
            "Who is disabled cannot sign in, earns nothing new and cannot ask for a payout. What "
            "they have earned stays theirs."
        ),
    )


def _select(label: str, name: str, options: list[tuple[str, str]], value: str) -> rx.Component:
    error = UserChange.errors.get(name, "")
    return select_field(
        label, name, options, default_value=value, error=error, control_id=f"change-{name}"
    )
