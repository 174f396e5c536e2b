"""A caller's own API tokens.

The first one is got by signing in: on the profile page, or at `/auth/token`.
"""

from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Depends
from pydantic import ConfigDict, Strict
from pydantic.config import JsonDict

from swivi.api.http.access import Called, SignedIn, signed_in
from swivi.api.http.bodies import ExactRoute
from swivi.api.http.idempotency import OnceForUser
from swivi.api.http.parameters import Paging
from swivi.api.http.refusals import refuses
from swivi.api.http.schemas import (
    Id,
    Page,
    RowId,
    StrictBody,
    View,
    raw_choice,
    raw_count,
    raw_words,
)
from swivi.core.errors import NotFound
from swivi.domain.accounts import tokens
from swivi.domain.accounts.errors import TooManyTokens
from swivi.domain.accounts.models import ApiToken, TokenScope
from swivi.domain.accounts.tokens import LONGEST_LIFE_DAYS, LONGEST_NAME, NewToken
from swivi.runtime.runtime import runtime

router = APIRouter(
    prefix="/tokens", tags=["auth"], route_class=ExactRoute, dependencies=[Depends(signed_in)]
)


EXAMPLE: JsonDict = {"name": "Nightly report", "scope": "read", "expiresInDays": 30}


class TokenRequest(StrictBody):
    """What a new token is called and may do: `scope` is `read` (GET only) or `write`, which is the
    default.
    """

    model_config = ConfigDict(json_schema_extra={"required": ["name"], "examples": [EXAMPLE]})

    name: Annotated[object, raw_words(LONGEST_NAME)] = None
    scope: Annotated[object, raw_choice(scope.lower() for scope in TokenScope)] = None
    expires_in_days: Annotated[object, raw_count(1, LONGEST_LIFE_DAYS, may_be_null=True)] = None
    outlives_session: Annotated[bool, Strict()] = False


class TokenSummary(View):
    """A token without its secret. `name` is empty for one that was got at `/auth/token`."""

    id: Id
    name: str
    scope: TokenScope
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    ends_with_session: bool


class TokenPage(Page[TokenSummary]):
    """One page of the caller's API tokens."""


class CreatedToken(TokenSummary):
    """A new token, whose secret is shown this once."""

    token: str

    @classmethod
    def of(cls, made: NewToken) -> Self:
        """What was made."""
        shown = {name: getattr(made.row, name) for name in TokenSummary.model_fields}
        return cls(token=made.token, **shown)


@router.get("")
async def list_tokens(actor: SignedIn, paging: Annotated[Paging, Depends()]) -> TokenPage:
    """The caller's own tokens that have neither expired nor been revoked, newest first."""
    async with runtime().database.reading() as session:
        found, total = await tokens.living(
            session, actor.user_id, limit=paging.limit, offset=paging.offset
        )
    return paging.shown(TokenPage, [_view(row) for row in found], total)


@router.post("", status_code=201)
@refuses(TooManyTokens)
async def make_token(
    actor: SignedIn, called: Called, body: TokenRequest, once: OnceForUser
) -> CreatedToken:
    """A new token of one's own, shown this once.

    It lives 90 days unless `expiresInDays` (1 to 365) says otherwise.

    A token that is made in a browser's session ends with that session, unless `outlivesSession` is
    true. One that is made with another token ends with that token at the latest.
    """
    origin = tokens.Origin(called.session_hash, called.token_id, body.outlives_session)
    async with once.writing() as session:
        made = await tokens.create(
            session,
            actor.user_id,
            name=body.name,
            scope=body.scope,
            days=body.expires_in_days,
            made_by=actor.user_id,
            origin=origin,
        )
        view = CreatedToken.of(made)
        await once.keep(session, view)
    return view


@router.delete("/{token_id}", status_code=204)
@refuses(NotFound)
async def revoke_token(actor: SignedIn, token_id: RowId) -> None:
    """End one of one's own tokens at once."""
    async with runtime().database.writing() as session:
        await tokens.revoke(session, actor, token_id)


def _view(row: ApiToken) -> TokenSummary:
    return TokenSummary.model_validate(row)
