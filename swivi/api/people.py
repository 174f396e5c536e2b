"""People, as admins see and change them."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from swivi.accounts import service as accounts
from swivi.accounts.models import Role, UserStatus
from swivi.api.access import Admin, admin
from swivi.api.bodies import ExactRoute
from swivi.api.refusals import refuses
from swivi.api.schemas import AnyCase, Listed, Paging, RowId
from swivi.api.schemas_people import PersonChange, PersonLine, PersonView
from swivi.core.errors import NotFound
from swivi.core.text import is_storable
from swivi.insights.people import people
from swivi.runtime import runtime

router = APIRouter(prefix="/admin/users", tags=["admin"], route_class=ExactRoute, dependencies=[Depends(admin)])


@router.get("")
async def list_people(
    paging: Annotated[Paging, Depends()],
    search: Annotated[str, Query(max_length=200)] = "",
    role: Annotated[Role | None, AnyCase, Query()] = None,
    status: Annotated[UserStatus | None, AnyCase, Query()] = None,
) -> Listed[PersonLine]:
    """Users, newest first; `search` looks into names and addresses."""
    if not is_storable(search):
        return paging.listed([], 0)
    async with runtime().database.reading() as session:
        found, total = await people(
            session, search=search, role=role, status=status, limit=paging.limit, offset=paging.offset
        )
    return paging.listed([PersonLine.of(row) for row in found], total)


@router.patch("/{user_id}")
@refuses(NotFound)
async def change_person(actor: Admin, user_id: RowId, body: PersonChange) -> PersonView:
    """Change somebody's role, status, or both; nobody can change their own."""
    async with runtime().database.writing() as session:
        user = await accounts.by_id(session, user_id)
        user = await accounts.set_role_and_status(
            session, actor, user_id, role=body.role or user.role, status=body.status or user.status
        )
    return PersonView.model_validate(user)
