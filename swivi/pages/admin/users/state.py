"""The state of the list of users."""

from dataclasses import dataclass
from typing import ClassVar

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core.text import is_storable
from swivi.domain.accounts.models import Role, UserStatus
from swivi.insights.clippers.users import UserListRow, find_users
from swivi.pages.admin.shared.times import iso
from swivi.pages.engine.acting import form_fields
from swivi.pages.engine.gate import admins_only
from swivi.pages.engine.listing import PAGE_SIZE, Listing, asked, asked_option, readdressed
from swivi.pages.engine.live import AdminLive
from swivi.runtime.live import hub
from swivi.ui.types import Handler


@dataclass(frozen=True)
class UserRow:
    """A user. Cents and views."""

    id: int
    name: str
    email: str
    role: str
    status: str
    submissions: int
    views: int
    earned: int
    available: int
    joined_at: str


class UsersState(AdminLive, Listing, rx.State):
    """One page of users. Their money is live."""

    _content: ClassVar[str] = "The users"
    rows: list[UserRow] = []
    search: str = ""
    role: str = ""
    status: str = ""

    async def _arrive(self) -> None:
        searched = asked(self, "search")[:100]
        self.search = searched if is_storable(searched) else ""
        self.role = asked_option(self, "role", Role) or ""
        self.status = asked_option(self, "status", UserStatus) or ""
        self._read_place()

    async def _read(self) -> None:
        await super()._read()
        hub.watch(self, users=[row.id for row in self.rows])

    async def _refresh_live(self, session: AsyncSession) -> None:
        rows, total = await find_users(
            session,
            search=self.search,
            role=Role(self.role) if self.role else None,
            status=UserStatus(self.status) if self.status else None,
            limit=PAGE_SIZE,
            offset=(self.page - 1) * PAGE_SIZE,
        )
        self.rows = [_row(row) for row in rows]
        self._found(total)

    @admins_only
    async def find(self, form_data: object) -> Handler:
        """Search names and email addresses."""
        return readdressed(self, search=str(form_fields(form_data).get("search", "")).strip()[:100])


def _row(row: UserListRow) -> UserRow:
    user = row.user
    return UserRow(
        id=user.id,
        name=user.name,
        email=user.email,
        role=user.role,
        status=user.status,
        submissions=row.submissions,
        views=user.total_views,
        earned=user.total_earnings,
        available=user.available,
        joined_at=iso(user.created_at),
    )
