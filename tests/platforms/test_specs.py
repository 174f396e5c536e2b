"""Every platform is described completely, in its own file and in the simulator."""

from dataclasses import fields
from urllib.parse import urlsplit

import pytest

from swivi.core.clock import now
from swivi.demo.simulator.scrapers import SCRAPERS as SIMULATED
from swivi.demo.simulator.scrapers import mint_id
from swivi.domain.accounts.social import parse_handle
from swivi.domain.platforms.links import recognise
from swivi.domain.platforms.models import Platform, VideoRef
from swivi.domain.platforms.registry import ALL_LABELS, ANY_LABEL, PLAYER_ORIGINS, SPECS

OPTIONAL = {"rounds_from"}
OPTIONAL_OF_SCRAPERS = {"coauthors_field", "coauthor_name_field", "no_video", "messages"}


def hosts_of(platform: Platform) -> set[str]:
    return {host for site in platform.spec.sites for host in site.hosts}


def test_every_platform_has_a_description_and_a_simulated_scraper() -> None:
    assert list(SPECS) == list(Platform)
    assert set(SIMULATED) == set(Platform)


@pytest.mark.parametrize("platform", Platform)
def test_a_description_has_every_part(platform: Platform) -> None:
    spec = platform.spec
    assert {field.name for field in fields(spec) if not getattr(spec, field.name)} <= OPTIONAL
    scraper = spec.scraper
    empty = {field.name for field in fields(scraper) if not getattr(scraper, field.name)}
    assert empty <= OPTIONAL_OF_SCRAPERS
    assert bool(scraper.coauthors_field) is bool(scraper.coauthor_name_field)
    assert platform.label in ANY_LABEL
    assert platform.label in ALL_LABELS


@pytest.mark.parametrize("platform", Platform)
def test_its_own_urls_lead_back_to_the_video(platform: Platform) -> None:
    video = VideoRef(platform, mint_id(platform, now(), 1))
    assert recognise(video.canonical_url) == video
    player = urlsplit(video.embed_url)
    assert player.scheme == "https"
    assert f"{player.scheme}://{player.netloc}" in PLAYER_ORIGINS
    assert video.external_id in player.path


@pytest.mark.parametrize("platform", Platform)
def test_its_hosts_are_its_own_and_take_a_handle_from_a_profile(platform: Platform) -> None:
    others = set().union(*(hosts_of(each) for each in Platform if each is not platform))
    assert hosts_of(platform)
    assert not hosts_of(platform) & others
    assert parse_handle("@Casey.Clips", platform) == "casey.clips"
    assert platform.spec.handles.profile.groups == 1


@pytest.mark.parametrize("platform", Platform)
def test_the_reader_and_the_simulator_mean_the_same_scraper(platform: Platform) -> None:
    scraper = platform.spec.scraper
    video = VideoRef(platform, mint_id(platform, now(), 1))
    simulated = SIMULATED[platform]
    assert simulated.scraper_id == scraper.scraper_id
    assert simulated.links(scraper.build_input([video.canonical_url])) == [video.canonical_url]
