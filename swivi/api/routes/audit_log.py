"""The audit log, for admins."""

from datetime import datetime
from typing import Annotated, Any, Self

from fastapi import APIRouter, Depends, Query

from swivi.api.http.access import admin
from swivi.api.http.parameters import ActorParam, FirstDay, IdParam, LastDay, Paging
from swivi.api.http.schemas import DollarsOrNone, Id, IdOrNone, Page, View
from swivi.insights.operations.audit_log import AuditFilter, AuditLine, audit_lines
from swivi.runtime.runtime import runtime

router = APIRouter(prefix="/admin/audit-log", tags=["admin"], dependencies=[Depends(admin)])

Name = Annotated[str | None, Query(max_length=80, pattern="^[a-z_.]+$")]


class AuditQuery:
    """The filters of the audit log."""

    def __init__(
        self,
        action: Name = None,
        subject: Name = None,
        subject_id: Annotated[
            IdParam | None, Query(alias="id", description="The subject's id.")
        ] = None,
        actor: Annotated[
            ActorParam | None, Query(description="A user's id; 0 is Swivi itself.")
        ] = None,
        since: FirstDay = None,
        until: LastDay = None,
    ) -> None:
        self.wanted = AuditFilter(action or "", subject or "", subject_id, actor, since, until)


class AuditLogEntry(View):
    """One entry: who did what to which subject.

    `before` and `after` are as stored, with money in cents. `actorId` is null if Swivi itself
    acted. `amount` is the money that moved, in dollars.
    """

    id: Id
    at: datetime
    actor: str
    actor_id: IdOrNone
    action: str
    subject: str
    subject_id: Id
    before: dict[str, Any]
    after: dict[str, Any]
    reason: str | None
    amount: DollarsOrNone

    @classmethod
    def of(cls, line: AuditLine) -> Self:
        """Return the view of one entry."""
        entry = line.entry
        stored = {name: getattr(entry, name) for name in cls.model_fields if name != "actor"}
        return cls(actor=line.actor or "Swivi", **stored)


class AuditLogPage(Page[AuditLogEntry]):
    """One page of the audit log."""


@router.get("")
async def list_audit_log(
    query: Annotated[AuditQuery, Depends()], paging: Annotated[Paging, Depends()]
) -> AuditLogPage:
    """List entries of the audit log, newest first. A `total` of 501 means "501 or more"."""
    async with runtime().database.reading() as session:
        found, total = await audit_lines(
            session, query.wanted, limit=paging.limit, offset=paging.offset
        )
    return paging.shown(AuditLogPage, [AuditLogEntry.of(line) for line in found], total)
