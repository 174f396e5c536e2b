"""A user's notifications. Admins have them too."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from swivi.api.http.access import SignedIn, signed_in
from swivi.api.http.parameters import Paging, Switch
from swivi.api.http.refusals import refuses
from swivi.api.http.schemas import RowId
from swivi.api.routes.users_schemas import NotificationPage, UserNotification
from swivi.core.errors import NotFound
from swivi.domain.notifications import service as notifications
from swivi.runtime.runtime import runtime

router = APIRouter(
    prefix="/clippers/notifications", tags=["clippers"], dependencies=[Depends(signed_in)]
)


@router.get("")
async def list_notifications(
    actor: SignedIn,
    paging: Annotated[Paging, Depends()],
    unread: Annotated[Switch, Query()] = False,
) -> NotificationPage:
    """List the caller's notifications, newest first. `unread=true` leaves out read ones."""
    async with runtime().database.reading() as session:
        found = await notifications.newest(
            session, actor, unread_only=unread, limit=paging.limit, offset=paging.offset
        )
        total = await notifications.count(session, actor, unread_only=unread)
    return paging.shown(NotificationPage, [UserNotification.of(one, actor) for one in found], total)


@router.post("/read", status_code=204)
async def mark_all_notifications_read(actor: SignedIn) -> None:
    """Mark all of the caller's notifications as read."""
    async with runtime().database.writing() as session:
        await notifications.mark_all_read(session, actor)


@router.post("/{notification_id}/read", status_code=204)
@refuses(NotFound)
async def mark_notification_read(actor: SignedIn, notification_id: RowId) -> None:
    """Mark one notification as read. Another user's notification stays unchanged."""
    if not notification_id:
        raise NotFound("There is no such notification.")
    async with runtime().database.writing() as session:
        await notifications.mark_read(session, actor, notification_id)
