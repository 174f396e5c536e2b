"""The platform accounts that clippers name as theirs.

Nobody proves them. They help an admin judge a clip.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import partial
from urllib.parse import unquote

from sqlalchemy import delete, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import clock
from swivi.core.db import refused_as
from swivi.core.errors import InvalidInput, NotFound
from swivi.domain.accounts.actor import Actor
from swivi.domain.accounts.errors import HandleLinked, TooManyHandles
from swivi.domain.accounts.models import SocialAccount, User
from swivi.domain.ledger import audit_log
from swivi.domain.platforms.handles import comparable
from swivi.domain.platforms.links import MAX_LINK_LENGTH
from swivi.domain.platforms.models import Platform
from swivi.domain.platforms.registry import ANY_LABEL

__all__ = ["comparable", "handles_of", "link", "linked", "parse_handle", "parse_platform", "unlink"]

MOST_HANDLES = 20
"""Linked accounts of one clipper."""

_MARKS = ("Mn", "Mc")
"""Unicode categories of the vowel signs of many scripts, which `\\w` does not match."""


def parse_platform(value: object) -> Platform:
    """Return a platform by its name. Raises InvalidInput."""
    if value not in list(Platform):
        raise InvalidInput.of("platform", f"Choose {ANY_LABEL}.")
    return Platform(str(value))


def parse_handle(value: object, platform: Platform) -> str:
    """Return a handle in its only spelling, from `@Name`, `Name` or a profile link.

    Raises InvalidInput.
    """
    handle = comparable(_out_of_link(value, platform)) if isinstance(value, str) else ""
    if not platform.spec.handles.allowed.fullmatch(_without_marks(handle, platform)):
        raise InvalidInput.of(
            "handle", f"Enter your {platform.label} name, like @you, or the link of your profile."
        )
    return handle


def _without_marks(handle: str, platform: Platform) -> str:
    """Replace each vowel sign with a letter, for the platform that permits them."""
    if not platform.spec.handles.combining_marks:
        return handle
    return "".join("x" if unicodedata.category(sign) in _MARKS else sign for sign in handle)


def _out_of_link(text: str, platform: Platform) -> str:
    """Return the name in a profile link, or other text unchanged.

    Drop text that is too long for either.
    """
    if len(text) > MAX_LINK_LENGTH:
        return ""
    address = unquote(re.sub(r"https?://|[?#].*", "", text.strip(), flags=re.IGNORECASE))
    profile = platform.spec.handles.profile.fullmatch(address.lower())
    return profile[1] if profile else text


async def link(
    session: AsyncSession, actor: Actor, *, platform: object, handle: object
) -> SocialAccount:
    """Add one of the actor's own accounts.

    Raises ClippersOnly, InvalidInput, HandleLinked, TooManyHandles.
    """
    actor.must_be_clipper()
    where = parse_platform(platform)
    account = SocialAccount(
        user_id=actor.user_id,
        platform=where,
        handle=parse_handle(handle, where),
        created_at=clock.now(),
    )
    await _must_have_room(session, actor)
    session.add(account)
    # The constraint also refuses the second of two concurrent clicks.
    with refused_as(
        "uq_social_accounts_user_id_platform_handle", partial(HandleLinked, account.handle)
    ):
        await session.flush()
    _record(session, actor, "linked", account)
    return account


async def _must_have_room(session: AsyncSession, actor: Actor) -> None:
    # Concurrent additions wait for each other here. Otherwise both could take the last free place.
    await session.exec(select(User.id).where(User.id == actor.user_id).with_for_update())
    mine = (
        select(func.count())
        .select_from(SocialAccount)
        .where(col(SocialAccount.user_id) == actor.user_id)
    )
    if (await session.exec(mine)).one() >= MOST_HANDLES:
        raise TooManyHandles(MOST_HANDLES)


async def unlink(session: AsyncSession, actor: Actor, account_id: int) -> SocialAccount:
    """Remove one of the actor's own accounts. Raises NotFound."""
    found = await session.exec(
        select(SocialAccount).where(
            SocialAccount.id == account_id, SocialAccount.user_id == actor.user_id
        )
    )
    account = found.one_or_none()
    if account is None:
        raise NotFound("There is no such linked account.")
    await session.execute(delete(SocialAccount).where(col(SocialAccount.id) == account_id))
    _record(session, actor, "unlinked", account)
    return account


def _record(session: AsyncSession, actor: Actor, what: str, account: SocialAccount) -> None:
    named = {"platform": account.platform, "handle": account.handle}
    audit_log.record(
        session,
        audit_log.entry(
            f"social_account.{what}", "user", actor.user_id, actor_id=actor.user_id, after=named
        ),
    )


async def linked(session: AsyncSession, user_id: int) -> list[SocialAccount]:
    """Return a clipper's accounts, by platform and name."""
    found = await session.exec(
        select(SocialAccount)
        .where(SocialAccount.user_id == user_id)
        .order_by(col(SocialAccount.platform), col(SocialAccount.handle))
    )
    return list(found.all())


async def handles_of(
    session: AsyncSession, user_ids: Iterable[int]
) -> dict[int, list[tuple[Platform, str]]]:
    """Return the accounts of these users: (platform, handle) by user id.

    Handles are in `comparable` spelling, also those that an earlier release stored differently.
    """
    wanted = col(SocialAccount.user_id).in_(list(user_ids))
    found = await session.exec(
        select(SocialAccount.user_id, SocialAccount.platform, SocialAccount.handle)
        .where(wanted)
        .order_by(col(SocialAccount.id))
    )
    handles: dict[int, list[tuple[Platform, str]]] = {}
    for user_id, platform, handle in found.all():
        handles.setdefault(user_id, []).append((Platform(platform), comparable(handle)))
    return handles
