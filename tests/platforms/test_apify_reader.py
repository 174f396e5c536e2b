"""The reader against the simulator: real HTTP, through the real ApifyClientAsync."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from swivi.core.clock import now
from swivi.core.db import Database
from swivi.demo.simulator.items.base import ODD_WORD
from swivi.demo.simulator.scrapers import mint_id
from swivi.domain.platforms.errors import (
    BadToken,
    QuotaExhausted,
    ReaderRefused,
    ReadingUnavailable,
    RunGone,
    StartUncertain,
)
from swivi.domain.platforms.models import Outcome, Platform, VideoRef
from swivi.domain.platforms.readers.apify import ApifyReader, ApifyReaders
from swivi.domain.tracking.recorded_readers import RecordedReaders
from tests.simulator import RunningSimulator, read, read_one

TIKTOK_SCRAPER = Platform.TIKTOK.spec.scraper


def videos(platform: Platform, count: int) -> list[VideoRef]:
    return [VideoRef(platform, mint_id(platform, now(), serial)) for serial in range(count)]


@pytest.fixture
async def readers(simulator: RunningSimulator) -> AsyncIterator[ApifyReaders]:
    async with ApifyReaders("a-token", simulator.url, timeout=timedelta(seconds=20)) as readers:
        yield readers


@pytest.fixture
def tiktok(readers: ApifyReaders) -> ApifyReader:
    return readers.for_platform(Platform.TIKTOK)


@pytest.mark.parametrize("platform", Platform)
async def test_one_run_reads_a_whole_batch_in_the_order_asked(
    readers: ApifyReaders, simulator: RunningSimulator, platform: Platform
) -> None:
    refs = videos(platform, 120)
    for number, ref in enumerate(refs):
        simulator.script(ref, number)

    collected = await read(readers.for_platform(platform), refs)

    assert [(reading.ref, reading.views) for reading in collected.readings] == [
        (ref, number) for number, ref in enumerate(refs)
    ]
    assert collected.complete
    assert collected.cost_micro_usd == 240_000
    assert sum(simulator.runs_started.values()) == 1


@pytest.mark.parametrize(
    ("platform", "metric"),
    [
        (Platform.TIKTOK, "playCount"),
        (Platform.INSTAGRAM, "videoPlayCount"),
        (Platform.YOUTUBE, "viewCount"),
    ],
)
async def test_a_reading_says_what_was_counted_by_whom_and_whose_video_it_is(
    readers: ApifyReaders, simulator: RunningSimulator, platform: Platform, metric: str
) -> None:
    [ref] = videos(platform, 1)
    simulator.script(ref, 24_546)
    before = now()

    reading = await read_one(readers.for_platform(platform), ref)

    assert (reading.views, reading.metric) == (24_546, metric)
    assert reading.source == f"apify:{platform.spec.scraper.scraper_id}"
    assert reading.author is not None
    assert reading.author.startswith("clipper.")
    assert before <= reading.read_at <= now()


@pytest.mark.parametrize("platform", Platform)
@pytest.mark.parametrize(
    ("state", "outcome"),
    [
        ("not_found", Outcome.NOT_FOUND),
        ("private", Outcome.PRIVATE),
        ("restricted", Outcome.RESTRICTED),
        ("error", Outcome.ERROR),
        ("odd", Outcome.ERROR),
        ("note", Outcome.ERROR),
        ("omitted", Outcome.MISSING),
    ],
)
async def test_a_video_without_a_count_has_an_outcome_and_no_views_while_others_are_read(
    readers: ApifyReaders,
    simulator: RunningSimulator,
    platform: Platform,
    state: str,
    outcome: Outcome,
) -> None:
    broken, fine = videos(platform, 2)
    simulator.script(broken, state=state)  # type: ignore[arg-type]

    readings = (await read(readers.for_platform(platform), [broken, fine])).readings

    if (platform, outcome) == (Platform.TIKTOK, Outcome.NOT_FOUND):
        outcome = Outcome.PRIVATE  # TikTok cannot tell one from the other
    assert (readings[0].outcome, readings[0].views) == (outcome, None)
    assert readings[0].word == (ODD_WORD if state == "odd" else None)
    assert readings[0].detail
    assert readings[1].outcome is Outcome.OK


@pytest.mark.parametrize("views", [None, -1, "n/a", "", True, 1.5, "-3", 10**13])
async def test_views_that_are_no_count_are_an_error_and_never_zero(
    tiktok: ApifyReader, simulator: RunningSimulator, views: object
) -> None:
    [ref] = videos(Platform.TIKTOK, 1)
    simulator.script(ref, views)  # type: ignore[arg-type]

    reading = await read_one(tiktok, ref)

    assert (reading.outcome, reading.views) == (Outcome.ERROR, None)
    assert "playCount" in reading.detail


@pytest.mark.parametrize("views", [12_345, "12345", 12_345.0])
async def test_a_count_may_come_as_text_or_with_a_decimal_point(
    tiktok: ApifyReader, simulator: RunningSimulator, views: object
) -> None:
    [ref] = videos(Platform.TIKTOK, 1)
    simulator.script(ref, views)  # type: ignore[arg-type]
    assert (await read_one(tiktok, ref)).views == 12_345


@pytest.mark.parametrize("status", ["FAILED", "TIMED-OUT", "ABORTED"])
async def test_a_run_that_breaks_off_gives_what_it_wrote_and_calls_the_rest_an_error(
    tiktok: ApifyReader, simulator: RunningSimulator, status: str
) -> None:
    refs = videos(Platform.TIKTOK, 5)
    simulator.set(endings=[{"status": status, "rows": 2}])

    collected = await read(tiktok, refs)

    outcomes = {reading.ref: reading.outcome for reading in collected.readings}
    assert sorted(outcomes.values()) == [Outcome.ERROR] * 3 + [Outcome.OK] * 2
    assert collected.status == status
    assert not collected.complete
    assert collected.successful == 2


async def test_a_run_that_succeeds_without_all_videos_calls_the_rest_missing(
    tiktok: ApifyReader, simulator: RunningSimulator
) -> None:
    simulator.set(endings=[{"rows": 1}])
    collected = await read(tiktok, videos(Platform.TIKTOK, 3))
    assert sorted(reading.outcome for reading in collected.readings) == [
        Outcome.MISSING,
        Outcome.MISSING,
        Outcome.OK,
    ]
    assert collected.status == "SUCCEEDED"
    assert not collected.complete


async def test_collecting_waits_for_a_run_that_takes_its_time(
    tiktok: ApifyReader, simulator: RunningSimulator
) -> None:
    simulator.set(run_seconds=0.3, link_seconds=0.05)
    collected = await read(tiktok, videos(Platform.TIKTOK, 4))
    assert collected.complete


async def test_a_run_that_takes_too_long_is_ended_by_the_service(
    simulator: RunningSimulator,
) -> None:
    simulator.set(run_seconds=600)
    async with ApifyReaders("a-token", simulator.url, timeout=timedelta(seconds=1)) as readers:
        collected = await read(readers.for_platform(Platform.TIKTOK), videos(Platform.TIKTOK, 1))
    assert collected.status == "TIMED-OUT"
    assert collected.readings[0].outcome is Outcome.ERROR


async def test_a_run_can_be_collected_by_a_process_that_did_not_start_it(
    tiktok: ApifyReader, simulator: RunningSimulator
) -> None:
    refs = videos(Platform.TIKTOK, 3)
    started = await tiktok.start(refs)
    async with ApifyReaders("a-token", simulator.url) as others:
        collected = await others.for_platform(Platform.TIKTOK).collect(started.run_id, refs)
    assert collected.complete
    assert simulator.runs_started[TIKTOK_SCRAPER.scraper_id] == 1


@pytest.mark.parametrize("fault", ["500", "drop"])
async def test_a_start_is_sent_once_and_called_uncertain_when_it_may_have_begun_a_run(
    tiktok: ApifyReader, simulator: RunningSimulator, fault: str
) -> None:
    simulator.set(fail_starts=[fault])
    with pytest.raises(StartUncertain):
        await tiktok.start(videos(Platform.TIKTOK, 1))
    assert simulator.runs_started[TIKTOK_SCRAPER.scraper_id] == (1 if fault == "drop" else 0)


@pytest.mark.parametrize("fault", ["429", "busy"])
async def test_a_start_that_was_surely_turned_away_is_no_run_and_may_be_tried_later(
    tiktok: ApifyReader, simulator: RunningSimulator, fault: str
) -> None:
    simulator.set(fail_starts=[fault])
    with pytest.raises(ReadingUnavailable) as refused:
        await tiktok.start(videos(Platform.TIKTOK, 1))
    assert not isinstance(refused.value, StartUncertain)
    assert not simulator.runs_started


async def test_a_run_whose_start_was_cut_off_is_found_and_used_instead_of_paying_twice(
    readers: ApifyReaders, simulator: RunningSimulator, database: Database
) -> None:
    refs = videos(Platform.TIKTOK, 30)
    simulator.set(fail_starts=["drop"])
    collected = await RecordedReaders(database, readers).for_platform(Platform.TIKTOK).read(refs)
    assert collected.complete
    assert simulator.runs_started[TIKTOK_SCRAPER.scraper_id] == 1


async def test_an_uncertain_start_that_began_nothing_stays_uncertain_and_starts_nothing(
    readers: ApifyReaders, simulator: RunningSimulator, database: Database
) -> None:
    simulator.set(fail_starts=["500"])
    recorded = RecordedReaders(database, readers).for_platform(Platform.TIKTOK)
    with pytest.raises(StartUncertain):
        await recorded.read(videos(Platform.TIKTOK, 1))
    assert not simulator.runs_started


async def test_a_run_is_found_by_its_videos_in_any_order_and_no_others(tiktok: ApifyReader) -> None:
    asked_at, refs = now(), videos(Platform.TIKTOK, 3)
    started = await tiktok.start(refs)
    assert await tiktok.find_started(list(reversed(refs)), asked_at) == started
    assert await tiktok.find_started(refs[:2], asked_at) is None
    assert await tiktok.find_started(refs, asked_at, known={started.run_id}) is None
    assert await tiktok.find_started(refs, now() + timedelta(minutes=1)) is None


async def test_of_several_runs_for_the_same_videos_the_newest_is_found(tiktok: ApifyReader) -> None:
    asked_at, refs = now(), videos(Platform.TIKTOK, 1)
    await tiktok.start(refs)
    newest = await tiktok.start(refs)
    assert await tiktok.find_started(refs, asked_at) == newest


async def test_a_run_left_by_an_earlier_attempt_is_found_and_collected(
    tiktok: ApifyReader, simulator: RunningSimulator
) -> None:
    attempted_at, refs = now(), videos(Platform.TIKTOK, 2)
    await tiktok.start(refs)
    left = await tiktok.find_started(refs, attempted_at)
    assert left is not None
    assert (await tiktok.collect(left.run_id, refs)).complete
    assert simulator.runs_started[TIKTOK_SCRAPER.scraper_id] == 1


@pytest.mark.parametrize(
    ("refusal", "error"),
    [("token", BadToken), ("quota", QuotaExhausted), ("credit", QuotaExhausted)],
)
async def test_a_refusal_that_only_an_admin_can_end_is_told_apart_from_a_passing_fault(
    tiktok: ApifyReader, simulator: RunningSimulator, refusal: str, error: type[Exception]
) -> None:
    simulator.set(refuse=refusal)
    with pytest.raises(error):
        await read(tiktok, videos(Platform.TIKTOK, 1))
    assert not simulator.runs_started


async def test_a_wrong_token_is_not_let_in(simulator: RunningSimulator) -> None:
    simulator.set(token="the-right-one")
    async with ApifyReaders("a-wrong-one", simulator.url) as readers:
        with pytest.raises(BadToken, match="APIFY_API_KEY"):
            await read(readers.for_platform(Platform.TIKTOK), videos(Platform.TIKTOK, 1))


async def test_a_scraper_that_does_not_exist_stops_the_reading(simulator: RunningSimulator) -> None:
    scrapers = {Platform.TIKTOK: replace(TIKTOK_SCRAPER, scraper_id="nobody/nothing")}
    async with ApifyReaders("a-token", simulator.url, scrapers=scrapers) as readers:
        with pytest.raises(ReaderRefused, match="nobody/nothing"):
            await read(readers.for_platform(Platform.TIKTOK), videos(Platform.TIKTOK, 1))


async def test_a_look_that_fails_once_is_repeated(
    tiktok: ApifyReader, simulator: RunningSimulator
) -> None:
    refs = videos(Platform.TIKTOK, 1)
    started = await tiktok.start(refs)
    simulator.set(fail_reads=1)
    assert (await tiktok.collect(started.run_id, refs)).complete


async def test_looks_that_keep_failing_are_a_passing_fault(simulator: RunningSimulator) -> None:
    refs = videos(Platform.TIKTOK, 1)
    async with ApifyReaders("a-token", simulator.url, retries=0) as readers:
        tiktok = readers.for_platform(Platform.TIKTOK)
        started = await tiktok.start(refs)
        simulator.set(fail_reads=1)
        with pytest.raises(ReadingUnavailable):
            await tiktok.collect(started.run_id, refs)


async def test_a_run_that_the_service_forgot_is_gone(tiktok: ApifyReader) -> None:
    with pytest.raises(RunGone):
        await tiktok.collect("forgotten", videos(Platform.TIKTOK, 1))


async def test_a_service_that_cannot_be_reached_began_no_run() -> None:
    async with ApifyReaders("a-token", "http://127.0.0.1:9", retries=0) as readers:
        with pytest.raises(ReadingUnavailable) as unreachable:
            await readers.for_platform(Platform.TIKTOK).start(videos(Platform.TIKTOK, 1))
    assert not isinstance(unreachable.value, StartUncertain)


async def test_an_address_that_is_none_stops_the_reading() -> None:
    async with ApifyReaders("a-token", "apify", retries=0) as readers:
        with pytest.raises(ReaderRefused, match="APIFY_API_URL"):
            await readers.for_platform(Platform.TIKTOK).start(videos(Platform.TIKTOK, 1))


async def test_a_batch_is_not_empty_not_too_large_and_of_one_platform(
    readers: ApifyReaders,
) -> None:
    tiktok = readers.for_platform(Platform.TIKTOK)
    for refs in ([], videos(Platform.TIKTOK, tiktok.max_batch + 1), videos(Platform.YOUTUBE, 1)):
        with pytest.raises(ValueError, match=r"batch|only"):
            await tiktok.start(refs)


def test_a_run_without_a_bound_cannot_be_asked_for() -> None:
    with pytest.raises(ValueError, match="no timeout"):
        ApifyReaders("a-token", timeout=timedelta(milliseconds=900))


async def test_growing_views_never_fall_from_one_run_to_the_next(tiktok: ApifyReader) -> None:
    refs = videos(Platform.TIKTOK, 10)
    first, second = await read(tiktok, refs), await read(tiktok, refs)
    assert all(
        later.views >= earlier.views  # type: ignore[operator]
        for earlier, later in zip(first.readings, second.readings, strict=True)
    )
