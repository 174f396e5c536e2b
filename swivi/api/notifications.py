"""What somebody was told; admins are told things too."""

from typing import Annotated

from fastapi import APIRouter, Depends

from swivi.api.access import SignedIn, signed_in
from swivi.api.schemas import Listed, Paging
from swivi.api.schemas_people import NotificationView
from swivi.notifications import service as notifications
from swivi.runtime import runtime

router = APIRouter(prefix="/clippers/notifications", tags=["clippers"], dependencies=[Depends(signed_in)])


@router.get("")
async def own_notifications(actor: SignedIn, paging: Annotated[Paging, Depends()]) -> Listed[NotificationView]:
    """Newest first."""
    async with runtime().database.reading() as session:
        found = await notifications.newest(session, actor, limit=paging.limit, offset=paging.offset)
        total = await notifications.count(session, actor)
    return paging.listed([NotificationView.model_validate(told) for told in found], total)


@router.post("/read", status_code=204)
async def mark_read(actor: SignedIn) -> None:
    """All of them are seen."""
    async with runtime().database.writing() as session:
        await notifications.mark_all_read(session, actor)
