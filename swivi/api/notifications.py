"""What somebody was told; admins are told things too."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from swivi.api.access import SignedIn, signed_in
from swivi.api.schemas import Listed, Paging, RowId
from swivi.api.schemas_people import NotificationView
from swivi.notifications import service as notifications
from swivi.runtime import runtime

router = APIRouter(prefix="/clippers/notifications", tags=["clippers"], dependencies=[Depends(signed_in)])


@router.get("")
async def list_notifications(
    actor: SignedIn, paging: Annotated[Paging, Depends()], unread: Annotated[bool, Query()] = False
) -> Listed[NotificationView]:
    """What the caller was told, newest first; with `unread=true` only what they have not seen."""
    async with runtime().database.reading() as session:
        found = await notifications.newest(session, actor, unread_only=unread, limit=paging.limit, offset=paging.offset)
        total = await notifications.count(session, actor, unread_only=unread)
    return paging.listed([NotificationView.model_validate(told) for told in found], total)


@router.post("/read", status_code=204)
async def mark_all_notifications_read(actor: SignedIn) -> None:
    """All of them are seen."""
    async with runtime().database.writing() as session:
        await notifications.mark_all_read(session, actor)


@router.post("/{notification_id}/read", status_code=204)
async def mark_notification_read(actor: SignedIn, notification_id: RowId) -> None:
    """This one is seen. One that is not the caller's stays as it is."""
    async with runtime().database.writing() as session:
        await notifications.mark_read(session, actor, notification_id)
