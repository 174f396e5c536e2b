"""Users, as admins see and change them."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query

from swivi.api.http.access import Admin, admin
from swivi.api.http.bodies import ExactRoute
from swivi.api.http.parameters import Paging, Search
from swivi.api.http.refusals import refuses
from swivi.api.http.schemas import AnyCase, RowId
from swivi.api.routes.users_schemas import UserAccount, UserChange, UserDetails, UserPage
from swivi.core.errors import NotFound
from swivi.domain.accounts import service as accounts
from swivi.domain.accounts.models import Role, UserStatus
from swivi.insights.clippers.users import find_user, find_users
from swivi.runtime.runtime import runtime

router = APIRouter(
    prefix="/admin/users", tags=["admin"], route_class=ExactRoute, dependencies=[Depends(admin)]
)


PersonSort = Literal[
    "createdAt",
    "-createdAt",
    "totalEarnings",
    "-totalEarnings",
    "totalViews",
    "-totalViews",
    "available",
    "-available",
]


@router.get("")
async def list_users(
    paging: Annotated[Paging, Depends()],
    q: Search = "",
    role: Annotated[Role | None, AnyCase, Query()] = None,
    status: Annotated[UserStatus | None, AnyCase, Query()] = None,
    sort: PersonSort = "-createdAt",
) -> UserPage:
    """List the users. `q` searches names and email addresses."""
    async with runtime().database.reading() as session:
        found, total = await find_users(
            session,
            search=q,
            role=role,
            status=status,
            sort=sort,
            limit=paging.limit,
            offset=paging.offset,
        )
    return paging.shown(UserPage, [UserDetails.of(row) for row in found], total)


@router.get("/{user_id}")
@refuses(NotFound)
async def get_user(user_id: RowId) -> UserDetails:
    """Return one user."""
    async with runtime().database.reading() as session:
        row = await find_user(session, user_id)
    if row is None:
        raise NotFound("There is no such user.")
    return UserDetails.of(row)


@router.patch("/{user_id}")
@refuses(NotFound)
async def change_user(actor: Admin, user_id: RowId, body: UserChange) -> UserAccount:
    """Change a user's role, status, or both. Nobody can change their own."""
    async with runtime().database.writing() as session:
        user = await accounts.by_id(session, user_id)
        user = await accounts.set_role_and_status(
            session, actor, user_id, role=body.role or user.role, status=body.status or user.status
        )
    return UserAccount.model_validate(user)
