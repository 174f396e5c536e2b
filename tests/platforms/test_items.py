"""Rows as scrapers really write them, and what becomes of each."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swivi.platforms.actors import ACTORS
from swivi.platforms.items import MAX_DETAIL_LENGTH, parse_views, readings_from
from swivi.platforms.models import MAX_VIEWS, Outcome, Platform, Reading, VideoRef

TIKTOK = VideoRef(Platform.TIKTOK, "7592641437091532062")
INSTAGRAM = VideoRef(Platform.INSTAGRAM, "DTA4abcdEFG")
AT = datetime(2026, 11, 22, tzinfo=UTC)


def read(ref: VideoRef, *items: object) -> Reading:
    [reading] = readings_from(
        ACTORS[ref.platform], items, [ref], read_at=AT, unanswered=Outcome.MISSING, why="not returned"
    )
    return reading


def tiktok(views: object, **more: Any) -> dict[str, Any]:
    return {"id": TIKTOK.external_id, "playCount": views, **more}


def test_instagram_is_paid_by_its_plays_and_never_by_its_other_count() -> None:
    row = {"shortCode": "DTA4abcdEFG", "likesCount": -1, "videoViewCount": 13_185, "videoPlayCount": 24_546}
    assert read(INSTAGRAM, row).views == 24_546
    assert read(INSTAGRAM, row | {"videoPlayCount": None}).outcome is Outcome.ERROR


@pytest.mark.parametrize(
    ("row", "outcome"),
    [
        ({"errorCode": "POST_NOT_FOUND_OR_PRIVATE", "error": "Post not found or private"}, Outcome.NOT_FOUND),
        ({"error": "not_found", "errorDescription": "Post does not exist"}, Outcome.NOT_FOUND),
        ({"error": "Restricted profile"}, Outcome.RESTRICTED),
        ({"error": "private", "errorDescription": "This account is private"}, Outcome.PRIVATE),
        ({"error": "no_items", "errorDescription": "Empty or private data"}, Outcome.MISSING),
        ({"error": "blocked"}, Outcome.ERROR),
        ({"error": {"code": 7}}, Outcome.ERROR),
    ],
)
def test_an_error_row_without_an_id_belongs_to_the_link_it_answers(row: dict[str, Any], outcome: Outcome) -> None:
    for url in (TIKTOK.canonical_url, f"https://www.tiktok.com/@x/video/{TIKTOK.external_id}"):
        reading = read(TIKTOK, {"url": url, **row})
        assert (reading.outcome, reading.views) == (outcome, None)
        assert reading.detail


def test_of_several_rows_for_a_video_the_largest_count_is_kept_whatever_their_order() -> None:
    rows = [tiktok(100), tiktok(250), tiktok(None), {"url": TIKTOK.canonical_url, "error": "not_found"}]
    assert read(TIKTOK, *rows).views == 250
    assert read(TIKTOK, *reversed(rows)).views == 250


def test_a_definite_refusal_weighs_more_than_a_fault() -> None:
    rows = [tiktok(None), {"url": TIKTOK.canonical_url, "error": "not_found"}]
    assert read(TIKTOK, *rows).outcome is Outcome.NOT_FOUND
    assert read(TIKTOK, *reversed(rows)).outcome is Outcome.NOT_FOUND


@pytest.mark.parametrize(
    "row",
    [
        {"id": "7592641437091532063", "playCount": 9},
        {"id": "7592641437091532063", "url": TIKTOK.canonical_url, "playCount": 9},
        {"url": "https://www.tiktok.com/@x", "error": "not_found"},
        {"playCount": 9},
        {},
        None,
        "text",
        [],
    ],
)
def test_rows_about_nothing_that_was_asked_change_nothing(row: object) -> None:
    reading = read(TIKTOK, row)
    assert (reading.outcome, reading.detail) == (Outcome.MISSING, "not returned")


def test_an_id_may_come_as_a_number() -> None:
    assert read(TIKTOK, {"id": int(TIKTOK.external_id), "playCount": 5}).views == 5


def test_an_id_differing_in_case_is_another_video() -> None:
    assert read(INSTAGRAM, {"shortCode": "dta4ABCDefg", "videoPlayCount": 5}).outcome is Outcome.MISSING


def test_what_a_scraper_says_is_kept_but_not_at_any_length() -> None:
    row = {"url": TIKTOK.canonical_url, "error": "x" * 10_000}
    assert len(read(TIKTOK, row).detail) == MAX_DETAIL_LENGTH


@given(st.integers(0, MAX_VIEWS))
def test_a_count_is_read_the_same_from_a_number_or_its_digits(views: int) -> None:
    assert parse_views(views) == parse_views(str(views)) == parse_views(float(views)) == views


@given(st.none() | st.booleans() | st.floats() | st.text() | st.integers() | st.lists(st.integers()))
def test_whatever_stands_in_the_field_is_a_possible_count_or_nothing(value: object) -> None:
    views = parse_views(value)
    assert views is None or (0 <= views <= MAX_VIEWS and views == float(value))  # type: ignore[arg-type]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)
fields = st.sampled_from(
    ["id", "shortCode", "url", "inputUrl", "playCount", "videoPlayCount", "error", "note", "authorMeta"]
)


@given(st.sampled_from([TIKTOK, INSTAGRAM]), st.lists(json_values | st.dictionaries(fields, json_values)))
def test_no_row_however_odd_stops_the_reading(ref: VideoRef, rows: list[object]) -> None:
    assert read(ref, *rows).ref == ref


def test_a_reading_has_views_exactly_when_it_is_ok() -> None:
    for outcome, views in ((Outcome.OK, None), (Outcome.ERROR, 0), (Outcome.OK, -1)):
        with pytest.raises(ValueError, match="views"):
            Reading(TIKTOK, outcome, views, "playCount", "test", None, "", AT)


OTHER = VideoRef(Platform.INSTAGRAM, "DTA4other00")


def reel(ref: VideoRef, asked: VideoRef, plays: int) -> dict[str, Any]:
    return {"shortCode": ref.external_id, "inputUrl": asked.canonical_url, "videoPlayCount": plays}


@pytest.mark.parametrize(
    ("asked", "row"),
    [
        (INSTAGRAM, reel(OTHER, INSTAGRAM, 500)),
        (TIKTOK, tiktok(500, id="7592641437091532063", submittedVideoUrl=TIKTOK.canonical_url)),
        (
            VideoRef(Platform.YOUTUBE, "dQw4w9WgXcQ"),
            {"id": "otherVideo0", "input": "https://youtu.be/dQw4w9WgXcQ", "viewCount": 500},
        ),
    ],
)
def test_an_answer_under_another_id_says_which_video_was_counted(asked: VideoRef, row: dict[str, Any]) -> None:
    reading = read(asked, row)
    other = row.get("shortCode") or row["id"]
    assert (reading.ref, reading.views, reading.answered) == (asked, 500, VideoRef(asked.platform, other))


def test_of_a_batch_each_link_gets_its_own_answer_though_two_name_one_video() -> None:
    items = [reel(OTHER, INSTAGRAM, 500), reel(OTHER, OTHER, 510)]
    for rows in (items, items[::-1]):
        readings = readings_from(
            ACTORS[Platform.INSTAGRAM], rows, [INSTAGRAM, OTHER], read_at=AT, unanswered=Outcome.MISSING, why=""
        )
        assert [(one.ref, one.views, one.answered) for one in readings] == [
            (INSTAGRAM, 500, OTHER),
            (OTHER, 510, None),
        ]


def test_one_row_for_two_links_of_one_video_answers_both() -> None:
    readings = readings_from(
        ACTORS[Platform.INSTAGRAM],
        [reel(OTHER, INSTAGRAM, 500)],
        [INSTAGRAM, OTHER],
        read_at=AT,
        unanswered=Outcome.MISSING,
        why="",
    )
    assert [(one.views, one.answered) for one in readings] == [(500, OTHER), (500, None)]


def test_an_answer_under_the_id_asked_for_counts_before_one_under_another() -> None:
    rows = [reel(OTHER, INSTAGRAM, 900), reel(INSTAGRAM, INSTAGRAM, 100)]
    assert (read(INSTAGRAM, *rows).views, read(INSTAGRAM, *rows).answered) == (100, None)
