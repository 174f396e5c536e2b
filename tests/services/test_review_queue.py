"""What the review queue says beside a clip: whose account it is on, and how its clipper did so
far.
"""

from dataclasses import replace

import pytest

from swivi.domain.accounts import social
from swivi.domain.clips import review, service
from swivi.domain.clips.models import ClipSubmission
from swivi.domain.platforms.models import Platform
from swivi.insights.submissions.review_queue import (
    AuthorCheck,
    Record,
    background,
    review_queue,
    review_row,
    review_rows,
)
from swivi.pages.admin.submissions.rows import submission_row
from tests.factories import a_reading, tiktok, youtube
from tests.world import World

AUTHOR = "clipper.one"
"""The author that `factories.a_reading` names."""


async def link(world: World, platform: Platform, *handles: str) -> None:
    for handle in handles:
        async with world.database.writing() as session:
            await social.link(session, world.clipper, platform=platform, handle=handle)


async def check(world: World, submission: ClipSubmission) -> AuthorCheck:
    async with world.database.reading() as session:
        return (await review_row(session, submission.id)).author_check


@pytest.mark.parametrize(
    ("handles", "expected"),
    [
        ((), AuthorCheck.UNKNOWN),
        (("@Clipper.One",), AuthorCheck.MATCH),
        (("somebody.else", AUTHOR), AuthorCheck.MATCH),
        (("somebody.else",), AuthorCheck.DIFFERS),
    ],
)
async def test_the_author_is_held_against_the_clippers_own_accounts(
    world: World, handles: tuple[str, ...], expected: AuthorCheck
) -> None:
    sent = await world.submission(await world.campaign(), tiktok(1))
    await link(world, Platform.TIKTOK, *handles)

    assert await check(world, sent) is expected


@pytest.mark.parametrize(
    ("author", "coauthors", "linked", "expected"),
    [
        ("%ED%96%87%EC%82%B4%ED%81%B4%EB%A6%BD-a12", (), "햇살클립-a12", AuthorCheck.MATCH),
        (
            "햇살클립-a12",
            (),
            "https://www.youtube.com/@%ED%96%87%EC%82%B4%ED%81%B4%EB%A6%BD-A12",
            AuthorCheck.MATCH,
        ),
        (
            "cafe\N{COMBINING ACUTE ACCENT}-tv",
            (),
            "Caf\N{LATIN SMALL LETTER E WITH ACUTE}-TV",
            AuthorCheck.MATCH,
        ),
        ("हिन्दी-क्लिप", (), "@हिन्दी-क्लिप", AuthorCheck.MATCH),
        ("brand", ("somebody", "Casey.Cuts"), "casey.cuts", AuthorCheck.MATCH),
        (None, ("casey.cuts",), "casey.cuts", AuthorCheck.MATCH),
        ("brand", ("somebody",), "casey.cuts", AuthorCheck.DIFFERS),
    ],
)
async def test_any_author_counts_in_whatever_spelling_a_scraper_names_it(
    world: World, author: str | None, coauthors: tuple[str, ...], linked: str, expected: AuthorCheck
) -> None:
    await link(world, Platform.YOUTUBE, linked)
    sent = await world.submission(await world.campaign(), youtube(1), baseline=None)
    async with world.database.writing() as session:
        reading = replace(a_reading(youtube(1), 5), author=author, coauthors=coauthors)
        await service.record_baseline(session, sent.id, reading)

    assert await check(world, sent) is expected
    async with world.database.reading() as session:
        words = submission_row(await review_row(session, sent.id)).author_words
    if expected is AuthorCheck.DIFFERS:
        assert words == "Casey Clipper has linked @casey.cuts, not @brand or @somebody"
    else:
        assert words.endswith(" is linked by Casey Clipper")
        assert "brand" not in words


async def test_an_account_on_another_platform_says_nothing(world: World) -> None:
    sent = await world.submission(await world.campaign(), youtube(1))
    await link(world, Platform.TIKTOK, AUTHOR)

    assert await check(world, sent) is AuthorCheck.UNKNOWN


async def test_without_an_author_nothing_can_be_said(world: World) -> None:
    sent = await world.submission(await world.campaign(), tiktok(1), baseline=None)
    await link(world, Platform.TIKTOK, AUTHOR)

    assert await check(world, sent) is AuthorCheck.UNKNOWN


async def test_the_clippers_record_counts_each_submission_once(world: World) -> None:
    campaign = await world.campaign(requirements="Show the can.")
    await world.clip(campaign, tiktok(1))
    revoked = await world.clip(campaign, tiktok(2))
    rejected = await world.submission(campaign, tiktok(3))
    waiting = await world.submission(campaign, tiktok(4))
    async with world.database.writing() as session:
        await review.revoke(session, world.admin, revoked.id, "Bought views.")
        await review.reject(session, world.admin, rejected.id, "Off the brief.")

    async with world.database.reading() as session:
        behind = await background(session, await review_row(session, waiting.id))
        assert (behind.record, behind.requirements) == (Record(1, 1, 1), "Show the can.")


async def test_rows_by_id_are_the_rows_of_the_queue(world: World) -> None:
    campaign = await world.campaign()
    sent = [await world.submission(campaign, tiktok(number)) for number in range(3)]
    async with world.database.reading() as session:
        queue, total = await review_queue(session, limit=10, status=sent[0].status)
        assert await review_rows(session, {one.id for one in sent}) == queue
        assert (total, await review_rows(session, ())) == (3, [])
