"""Rows as scrapers really write them, and what becomes of each."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swivi.domain.platforms.handles import MAX_HANDLE_LENGTH
from swivi.domain.platforms.models import MAX_VIEWS, Outcome, Platform, Reading, VideoRef
from swivi.domain.platforms.readers.items import MAX_DETAIL_LENGTH, parse_views, readings_from
from swivi.domain.platforms.scraper_messages import LONGEST_WORD

TIKTOK = VideoRef(Platform.TIKTOK, "7592641437091532062")
YOUTUBE = VideoRef(Platform.YOUTUBE, "dQw4w9WgXcQ")
INSTAGRAM = VideoRef(Platform.INSTAGRAM, "DTA4abcdEFG")
AT = datetime(2026, 11, 22, tzinfo=UTC)


def read(ref: VideoRef, *items: object) -> Reading:
    [reading] = readings_from(
        ref.platform,
        ref.platform.spec.scraper,
        items,
        [ref],
        read_at=AT,
        unanswered=Outcome.MISSING,
        why="not returned",
    )
    return reading


def tiktok(views: object, **more: Any) -> dict[str, Any]:
    return {"id": TIKTOK.external_id, "playCount": views, **more}


def test_instagram_is_paid_by_its_plays_and_never_by_its_other_count() -> None:
    row = {
        "shortCode": "DTA4abcdEFG",
        "likesCount": -1,
        "videoViewCount": 13_185,
        "videoPlayCount": 24_546,
    }
    assert read(INSTAGRAM, row).views == 24_546
    assert read(INSTAGRAM, row | {"videoPlayCount": None}).outcome is Outcome.ERROR


@pytest.mark.parametrize(
    ("row", "outcome"),
    [
        (
            {"errorCode": "POST_NOT_FOUND_OR_PRIVATE", "error": "Post not found or private"},
            Outcome.PRIVATE,
        ),
        ({"error": "not_found", "errorDescription": "Post does not exist"}, Outcome.NOT_FOUND),
        ({"error": "Restricted profile"}, Outcome.RESTRICTED),
        ({"error": "private", "errorDescription": "This account is private"}, Outcome.PRIVATE),
        ({"error": "no_items", "errorDescription": "Empty or private data"}, Outcome.MISSING),
        ({"error": "blocked"}, Outcome.ERROR),
        ({"error": {"code": 7}}, Outcome.ERROR),
    ],
)
def test_an_error_row_without_an_id_belongs_to_the_link_it_answers(
    row: dict[str, Any], outcome: Outcome
) -> None:
    for url in (TIKTOK.canonical_url, f"https://www.tiktok.com/@x/video/{TIKTOK.external_id}"):
        reading = read(TIKTOK, {"url": url, **row})
        assert (reading.outcome, reading.views) == (outcome, None)
        assert reading.detail


@pytest.mark.parametrize(
    ("ref", "said", "outcome"),
    [
        (YOUTUBE, {"error": "VIDEO_UNAVAILABLE"}, Outcome.PRIVATE),
        (
            YOUTUBE,
            {"error": "NOT_FOUND", "errorDescription": "The video does not exist"},
            Outcome.NOT_FOUND,
        ),
        (TIKTOK, {"errorCode": "POST_SENSITIVE", "error": "Sensitive post"}, Outcome.RESTRICTED),
        (TIKTOK, {"errorCode": "POST_NOT_FOUND_OR_PRIVATE"}, Outcome.PRIVATE),
        (TIKTOK, {"error": "Post not found or private"}, Outcome.PRIVATE),
        (
            INSTAGRAM,
            {"error": "no_items", "errorDescription": "Empty or private data"},
            Outcome.MISSING,
        ),
    ],
)
def test_a_scrapers_known_words_have_one_meaning_each(
    ref: VideoRef, said: dict[str, Any], outcome: Outcome
) -> None:
    reading = read(ref, {"url": ref.canonical_url, **said})
    assert (reading.outcome, reading.views, reading.word) == (outcome, None, None)


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ({"errorCode": "POST_EMBARGOED", "error": "Come back later"}, "POST_EMBARGOED"),
        ({"error": "line one\nline\x00 two\u202e"}, "line one line two"),
        ({"error": "\x00\n"}, "?"),
        ({"error": "W" * 5_000}, "W" * LONGEST_WORD),
        ({"error": {"code": 7}}, "{'code': 7}"),
    ],
)
def test_an_unknown_word_is_kept_as_one_bounded_line(said: dict[str, Any], word: str) -> None:
    reading = read(TIKTOK, {"url": TIKTOK.canonical_url, **said})
    assert (reading.outcome, reading.word) == (Outcome.ERROR, word)


@pytest.mark.parametrize(
    ("ref", "row"),
    [
        (TIKTOK, {"id": TIKTOK.external_id, "playCount": 0, "diggCount": 25_900}),
        (TIKTOK, {"id": TIKTOK.external_id, "playCount": "0", "shareCount": "3"}),
        (TIKTOK, {"id": TIKTOK.external_id, "playCount": 0, "isSlideshow": True}),
        (
            YOUTUBE,
            {"id": YOUTUBE.external_id, "viewCount": 0, "likes": 10_060, "commentsCount": 900},
        ),
        (INSTAGRAM, {"shortCode": "DTA4abcdEFG", "videoPlayCount": 0, "commentsCount": 1}),
        (INSTAGRAM, {"shortCode": "DTA4abcdEFG", "videoPlayCount": 0, "videoViewCount": 13_185}),
        (INSTAGRAM, {"shortCode": "DTA4abcdEFG", "videoPlayCount": 0, "type": "Sidecar"}),
        (
            INSTAGRAM,
            {"shortCode": "DTA4abcdEFG", "videoPlayCount": 0, "productType": "carousel_container"},
        ),
    ],
)
def test_zero_views_beside_likes_comments_or_pictures_are_not_known(
    ref: VideoRef, row: dict[str, Any]
) -> None:
    reading = read(ref, row)
    assert (reading.outcome, reading.views) == (Outcome.ERROR, None)
    assert "is 0 beside" in reading.detail


@pytest.mark.parametrize(
    ("ref", "row"),
    [
        (
            TIKTOK,
            {
                "id": TIKTOK.external_id,
                "playCount": 0,
                "diggCount": 0,
                "commentCount": 0,
                "isSlideshow": False,
            },
        ),
        (YOUTUBE, {"id": YOUTUBE.external_id, "viewCount": 0, "likes": 0, "type": "video"}),
        (
            INSTAGRAM,
            {
                "shortCode": "DTA4abcdEFG",
                "videoPlayCount": 0,
                "likesCount": 0,
                "productType": "clips",
            },
        ),
        (
            INSTAGRAM,
            {
                "shortCode": "DTA4abcdEFG",
                "videoPlayCount": 0,
                "likesCount": 0,
                "videoViewCount": None,
                "type": "Video",
            },
        ),
    ],
)
def test_zero_views_of_a_video_that_nobody_liked_are_zero(
    ref: VideoRef, row: dict[str, Any]
) -> None:
    assert read(ref, row).views == 0


HIDDEN_LIKES: list[dict[str, Any]] = [
    {"likes": -1},
    {"likes": None},
    {},
    {"likes": "25.9K"},
    {"likes": True},
]


@pytest.mark.parametrize("ref", [TIKTOK, YOUTUBE, INSTAGRAM])
@pytest.mark.parametrize("hidden", HIDDEN_LIKES)
def test_zero_views_of_a_video_whose_likes_are_hidden_are_not_known(
    ref: VideoRef, hidden: dict[str, Any]
) -> None:
    scraper = ref.platform.spec.scraper
    said = {scraper.likes_field: hidden["likes"]} if hidden else {}
    row = {scraper.id_field: ref.external_id, scraper.views_field: 0, **said}
    reading = read(ref, row)
    assert (reading.outcome, reading.views) == (Outcome.ERROR, None)
    assert read(ref, row | {scraper.views_field: 1}).views == 1, "it is paid from its first view on"


def test_of_several_rows_for_a_video_the_largest_count_is_kept_whatever_their_order() -> None:
    rows = [
        tiktok(100),
        tiktok(250),
        tiktok(None),
        {"url": TIKTOK.canonical_url, "error": "not_found"},
    ]
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
    assert (
        read(INSTAGRAM, {"shortCode": "dta4ABCDefg", "videoPlayCount": 5}).outcome
        is Outcome.MISSING
    )


@pytest.mark.parametrize("asked", ["DJztXj2GPfk", "DJztXj2GPfn"])
@pytest.mark.parametrize(
    "row",
    [
        {"id": "DJztXj2GPfl", "viewCount": 5},
        {"url": "https://www.youtube.com/shorts/DJztXj2GPfm", "viewCount": 5},
    ],
)
def test_any_id_of_a_video_answers_for_the_one_that_was_asked(
    asked: str, row: dict[str, Any]
) -> None:
    reading = read(VideoRef(Platform.YOUTUBE, asked), row)
    assert (reading.ref.external_id, reading.views) == (asked, 5)


def test_two_ids_of_one_video_that_are_asked_together_get_the_same_answer() -> None:
    refs = [VideoRef(Platform.YOUTUBE, f"DJztXj2GPf{letter}") for letter in "kl"]
    row = {"id": "DJztXj2GPfk", "viewCount": 5}
    readings = readings_from(
        Platform.YOUTUBE,
        Platform.YOUTUBE.spec.scraper,
        [row],
        refs,
        read_at=AT,
        unanswered=Outcome.MISSING,
        why="not returned",
    )
    assert [(reading.ref, reading.views) for reading in readings] == [(ref, 5) for ref in refs]


YOUTUBE = VideoRef(Platform.YOUTUBE, "DJztXj2GPfk")


@pytest.mark.parametrize(
    ("named", "author"),
    [
        ("%ED%96%87%EC%82%B4%ED%81%B4%EB%A6%BD-a12", "햇살클립-a12"),
        ("@Casey.Clips", "Casey.Clips"),
        ("%2541", "%41"),
        ("100%", "100%"),
        ("%ED%96", "%ED%96"),
        ("a%00b", "a%00b"),
        ("a%0Ab", "a%0Ab"),
        ("a\x00b", None),
        ("", None),
        (7, None),
        ("%41" * 100_000, "A" * (MAX_HANDLE_LENGTH // 3) + "%"),
    ],
)
def test_an_author_is_read_as_people_write_it(named: object, author: str | None) -> None:
    assert (
        read(YOUTUBE, {"id": YOUTUBE.external_id, "viewCount": 5, "channelUsername": named}).author
        == author
    )


def test_coauthors_are_read_once_each_and_without_the_author() -> None:
    listed = [{"username": name} for name in ("casey.clips", "Kim", "kim", "", None)] + [
        None,
        7,
        "robin",
    ]
    row = {"shortCode": "DTA4abcdEFG", "videoPlayCount": 5, "ownerUsername": "Casey.Clips"}
    assert read(INSTAGRAM, row | {"coauthorProducers": listed}).coauthors == ("Kim", "robin")
    assert read(INSTAGRAM, row | {"taggedUsers": listed}).coauthors == ()
    assert read(INSTAGRAM, row | {"coauthorProducers": {"username": "kim"}}).coauthors == ()


def test_what_a_scraper_says_is_kept_but_not_at_any_length() -> None:
    row = {"url": TIKTOK.canonical_url, "error": "x" * 10_000}
    assert len(read(TIKTOK, row).detail) == MAX_DETAIL_LENGTH


@given(st.integers(0, MAX_VIEWS))
def test_a_count_is_read_the_same_from_a_number_or_its_digits(views: int) -> None:
    assert parse_views(views) == parse_views(str(views)) == parse_views(float(views)) == views


@given(
    st.none() | st.booleans() | st.floats() | st.text() | st.integers() | st.lists(st.integers())
)
def test_whatever_stands_in_the_field_is_a_possible_count_or_nothing(value: object) -> None:
    views = parse_views(value)
    assert views is None or (0 <= views <= MAX_VIEWS and views == float(value))  # type: ignore[arg-type]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=5,
)
fields = st.sampled_from(
    [
        "id",
        "shortCode",
        "url",
        "inputUrl",
        "playCount",
        "videoPlayCount",
        "error",
        "note",
        "authorMeta",
        "coauthorProducers",
    ]
)


@given(
    st.sampled_from([TIKTOK, INSTAGRAM]),
    st.lists(json_values | st.dictionaries(fields, json_values)),
)
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
def test_an_answer_under_another_id_says_which_video_was_counted(
    asked: VideoRef, row: dict[str, Any]
) -> None:
    reading = read(asked, row)
    other = row.get("shortCode") or row["id"]
    assert (reading.ref, reading.views, reading.answered) == (
        asked,
        500,
        VideoRef(asked.platform, other),
    )


def test_of_a_batch_each_link_gets_its_own_answer_though_two_name_one_video() -> None:
    items = [reel(OTHER, INSTAGRAM, 500), reel(OTHER, OTHER, 510)]
    for rows in (items, items[::-1]):
        readings = readings_from(
            Platform.INSTAGRAM,
            Platform.INSTAGRAM.spec.scraper,
            rows,
            [INSTAGRAM, OTHER],
            read_at=AT,
            unanswered=Outcome.MISSING,
            why="",
        )
        assert [(one.ref, one.views, one.answered) for one in readings] == [
            (INSTAGRAM, 500, OTHER),
            (OTHER, 510, None),
        ]


def test_one_row_for_two_links_of_one_video_answers_both() -> None:
    readings = readings_from(
        Platform.INSTAGRAM,
        Platform.INSTAGRAM.spec.scraper,
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
