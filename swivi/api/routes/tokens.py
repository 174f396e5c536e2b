"""The caller's own API tokens. The first one comes from the profile page or `/auth/token`."""

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
    """The name of a new token, and its `scope`: `read` (GET only) or `write`, the default."""

    model_config = ConfigDict(json_schema_extra={"required": ["name"], "examples": [EXAMPLE]})

    name: Annotated[object, raw_words(LONGEST_NAME)] = None
    scope: Annotated[object, raw_choice(scope.lower() for scope in TokenScope)] = None
    expires_in_days: Annotated[object, raw_count(1, LONGEST_LIFE_DAYS, may_be_null=True)] = None
    outlives_session: Annotated[bool, Strict()] = False


class TokenSummary(View):
    """A token without its secret. `name` is empty for a token from `/auth/token`."""

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
    """A new token. Its secret is shown only once."""

    token: str

    @classmethod
    def of(cls, made: NewToken) -> Self:
        """Return the view of a new token."""
        shown = {name: getattr(made.row, name) for name in TokenSummary.model_fields}
        return cls(token=made.token, **shown)


@router.get("")
async def list_tokens(actor: SignedIn, paging: Annotated[Paging, Depends()]) -> TokenPage:
    """List the caller's own valid tokens, newest first."""
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
    """Create a token of your own. It is shown only once.

    The token expires after `expiresInDays` (1 to 365), by default after 90 days.

    A token created in a browser's session ends with that session, unless `outlivesSession` is true.
    A token created with another token ends with that token at the latest.
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
    """Revoke one of your own tokens. It ends at once."""
    async with runtime().database.writing() as session:
        await tokens.revoke(session, actor, token_id)


def _view(row: ApiToken) -> TokenSummary:
    return TokenSummary.model_validate(row)
