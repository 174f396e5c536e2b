"""The viewer's notifications, newest first, for clippers and admins.

Following the link of one marks it as read, as does its button.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import reflex as rx
from reflex.event import EventSpec
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi import routes
from swivi.core.bounded_count import MOST_COUNTED
from swivi.domain.accounts.actor import Actor
from swivi.domain.notifications import service as notifications
from swivi.domain.notifications.models import Notification
from swivi.pages.engine.acting import acting, some_id
from swivi.pages.engine.gate import signed_in
from swivi.pages.engine.listing import PAGE_SIZE, Listing, asked
from swivi.pages.engine.live import Live
from swivi.pages.engine.session import SessionState, viewer
from swivi.pages.shared.frame import sends
from swivi.runtime.live import hub
from swivi.runtime.runtime import runtime
from swivi.ui.buttons import button, icon_button
from swivi.ui.feedback import empty_state, error_state, skeleton_rows, toast_success
from swivi.ui.numbers import when
from swivi.ui.tables import FilterTab, filter_tabs, pager
from swivi.ui.vars import rows_var, text_if

UNREAD = "unread"

Item = Any
"""The Var of a NotificationRow; its fields are Vars too."""


@dataclass(frozen=True)
class NotificationRow:
    """One notification. `at` is ISO 8601 UTC, `is_new` until it is marked as read."""

    id: int
    title: str
    body: str
    link: str
    at: str
    is_new: bool


class NotificationList(Live, Listing, rx.State):
    """Live: one page of the viewer's notifications.

    `show` is the filter in the address: "unread", or "" for all.
    """

    _content: ClassVar[str] = "Your notifications"
    rows: list[NotificationRow] = []
    show: str = ""
    _actor: Actor | None = None

    async def _arrive(self) -> None:
        self._actor = await viewer(self)
        self._read_place()
        self.show = UNREAD if asked(self, "show") == UNREAD else ""
        hub.watch(self, users={self._user_id})

    @signed_in
    async def mark_read(self, notification_id: object) -> None:
        """Mark one notification as read."""
        async with acting(self) as (session, actor):
            await notifications.mark_read(session, actor, some_id(notification_id))
        await self._refresh_here()

    @signed_in
    async def mark_all_read(self) -> EventSpec:
        """Mark all notifications as read, those on other pages too."""
        async with acting(self) as (session, actor):
            await notifications.mark_all_read(session, actor)
        await self._refresh_here()
        return toast_success("All notifications marked as read.")

    async def _refresh_here(self) -> None:
        """Refresh the list and the bell at once. Other tabs follow the commit."""
        frame = await self.get_state(SessionState)
        async with runtime().database.reading() as session:
            await self._refresh_live(session)
            await frame._refresh_live(session)  # noqa: SLF001 -- the hub does the same

    async def _refresh_live(self, session: AsyncSession) -> None:
        if self._actor is None:
            return
        offset, unread_only = (self.page - 1) * PAGE_SIZE, self.show == UNREAD
        found = await notifications.newest(
            session, self._actor, unread_only=unread_only, limit=PAGE_SIZE, offset=offset
        )
        self._found(await notifications.count(session, self._actor, unread_only=unread_only))
        rows = [_row(one, self._actor) for one in found]
        if rows != self.rows:
            self.rows = rows


def _row(notification: Notification, reader: Actor) -> NotificationRow:
    return NotificationRow(
        id=notification.id,
        title=notification.title,
        body=notification.body,
        link=routes.of_notification(notification, reader.role),
        at=notification.created_at.isoformat(),
        is_new=notification.read_at is None,
    )


def notification_list() -> rx.Component:
    """The list with its filter, its states and its pages."""
    state = NotificationList
    nothing = empty_state(
        "bell", "No notifications", "You will see here what happens to your clips and your money."
    )
    listed = rx.el.ul(
        rx.foreach(state.rows, _item), class_name="card notifications", aria_label="Notifications"
    )
    rows = rx.cond(
        rows_var(state.rows).length() > 0, listed, rx.cond(state.loading, skeleton_rows(), nothing)
    )
    tabs = (FilterTab("All", ""), FilterTab("Unread", UNREAD, SessionState.unread))
    return rx.fragment(
        rx.el.div(
            filter_tabs(tabs, state.show, lambda value: f"?show={value}", "Show"),
            button(
                "Mark all as read",
                state.mark_all_read,
                icon="check_check",
                disabled=SessionState.unread == 0,
            ),
            class_name="list-head",
        ),
        rx.cond(state.problem != "", error_state(state.problem, state.load), rows),
        rx.cond(state.pages > 1, _pager()),
    )


def _item(item: Item) -> rx.Component:
    seen = sends(NotificationList.mark_read, item.id)
    return rx.el.li(
        rx.el.div(
            rx.el.div(
                rx.cond(item.is_new, rx.el.span("New: ", class_name="sr-only")),
                rx.cond(
                    item.link != "",
                    rx.el.a(item.title, href=item.link, on_click=seen),
                    rx.el.span(item.title),
                ),
                when(item.at),
                class_name="notification-head",
            ),
            rx.el.p(item.body),
            class_name="notification-words",
        ),
        rx.cond(item.is_new, icon_button("check", f"Mark “{item.title}” as read", seen)),
        class_name=text_if(item.is_new, "notification is-new", "notification"),
        key=item.id,
    )


def _pager() -> rx.Component:
    state = NotificationList
    return pager(
        state.page,
        state.pages,
        state.previous_page,
        state.next_page,
        state.total,
        most=MOST_COUNTED,
    )
