"""What a reviewer is told about a clip's counts, and what is nothing to be told of."""

from datetime import UTC, datetime, timedelta

import pytest

from swivi.domain.platforms.models import Platform
from swivi.insights.submissions.signs import Count, rounded_to, signs_of

AT = datetime(2026, 12, 1, 8, tzinfo=UTC)


def counts(*views: int | tuple[int, str]) -> list[Count]:
    """Counts four hours apart; a pair names the metric."""
    pairs = [each if isinstance(each, tuple) else (each, "playCount") for each in views]
    return [
        Count(AT + number * timedelta(hours=4), count, metric)
        for number, (count, metric) in enumerate(pairs)
    ]


@pytest.mark.parametrize(
    ("platform", "views", "step"),
    [
        (Platform.TIKTOK, 573_900, 100),
        (Platform.TIKTOK, 10_000, 100),
        (Platform.TIKTOK, 1_200_000, 100_000),
        (Platform.TIKTOK, 9_900, None),
        (Platform.TIKTOK, 573_901, None),
        (Platform.TIKTOK, 1_234_500, None),
        (Platform.YOUTUBE, 573_900, None),
        (Platform.INSTAGRAM, 10_000, None),
    ],
)
def test_a_count_that_the_platform_rounds_is_known_by_its_zeros(
    platform: Platform, views: int, step: int | None
) -> None:
    assert rounded_to(platform, views) == step


def test_a_rounded_count_is_told_of_as_what_platforms_do() -> None:
    [sign] = signs_of(Platform.TIKTOK, counts(50_000, 573_900))
    assert sign == (
        "573,900 views is rounded by the platform to a multiple of 100. TikTok rounds counts from "
        "about 10,000 on, so growth comes in steps."
    )


def test_a_jump_after_a_small_first_count_is_told_of_with_both_counts_and_times() -> None:
    [sign] = signs_of(Platform.YOUTUBE, counts(0, 573_901))
    assert sign == (
        "The first count was 0 (2026-12-01 08:00 UTC), the next one 573,901 (2026-12-01 12:00 "
        "UTC): more than 10 times as many. Check whether the first count was right."
    )


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        (0, 1_001, True),
        (0, 1_000, False),
        (999, 9_991, True),
        (999, 9_990, False),
        (1_000, 500_001, False),
    ],
)
def test_only_more_than_tenfold_after_a_small_first_count_is_a_jump(
    first: int, second: int, told: bool
) -> None:
    assert bool(signs_of(Platform.YOUTUBE, counts(first, second))) is told


def test_later_growth_is_no_jump() -> None:
    assert signs_of(Platform.YOUTUBE, counts(500, 600, 90_001)) == []


def test_a_count_of_something_else_is_told_of_with_both_counts() -> None:
    [sign] = signs_of(
        Platform.INSTAGRAM,
        counts((9_000, "videoViewCount"), (8_000, ""), (20_001, "videoPlayCount")),
    )
    assert sign == (
        "The counts are of different things: videoViewCount was 9,000 (2026-12-01 08:00 UTC), "
        "videoPlayCount is 20,001 (2026-12-01 16:00 UTC)."
    )


@pytest.mark.parametrize("platform", Platform)
def test_of_no_counts_and_of_ordinary_ones_nothing_is_told(platform: Platform) -> None:
    assert signs_of(platform, []) == []
    assert signs_of(platform, counts(5)) == []
    assert signs_of(platform, counts(1_203, 1_400, 4_711, 12_345)) == []
