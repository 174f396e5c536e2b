"""How Swivi is set up, as the settings page tells it: what is missing, and no value that may hold a
secret.
"""

from datetime import UTC, datetime

import pytest

from swivi.pages.admin.settings.rows import (
    SettingRow,
    limit_rows,
    money_rows,
    service_rows,
    tracking_rows,
)
from swivi.pages.admin.settings.state import next_run
from swivi.settings import Settings

SECRETS = {
    "database_url": "postgresql://swivi:hunter2@db.test:5432/swivi",
    "redis_url": "redis://:hunter2@redis.test:6379/0",
    "apify_api_key": "apify_hunter2",
    "apify_api_url": "https://user:hunter2@scraper.test",
    "cron_secret": "cron_hunter2_cron_hunter2_cron_hunter2",
    "metrics_token": "metrics_hunter2_metrics_hunter2_metrics",
    "public_url": "https://user:hunter2@swivi.test",
}


def said(**changes: object) -> dict[str, SettingRow]:
    settings = Settings.model_validate(changes)
    return {
        item.variable: item
        for item in (
            *service_rows(settings),
            *tracking_rows(settings),
            *money_rows(settings),
            *limit_rows(settings),
        )
    }


def test_what_holds_a_secret_is_said_to_be_set_and_nothing_more() -> None:
    items = said(**SECRETS)
    assert "hunter2" not in repr(items)
    names = (
        "DATABASE_URL",
        "REDIS_URL",
        "APIFY_API_KEY",
        "CRON_SECRET",
        "METRICS_TOKEN",
        "SWIVI_PUBLIC_URL",
    )
    assert {items[name].standing for name in names} == {"set"}
    assert items["DATABASE_URL"].means == "PostgreSQL"


@pytest.mark.parametrize(("demo", "standing"), [(False, "missing"), (True, "unset")])
def test_without_a_key_no_views_are_read_except_in_the_demo(demo: bool, standing: str) -> None:
    items = said(demo=demo)
    assert items["APIFY_API_KEY"].standing == standing
    assert {item.variable for item in items.values() if item.standing == "missing"} <= {
        "APIFY_API_KEY"
    }


@pytest.mark.parametrize(("percent", "words"), [("0", "None"), ("20", "20%"), ("2.50", "2.5%")])
def test_the_fee_reads_as_people_write_it(percent: str, words: str) -> None:
    items = said(platform_fee_percent=percent, min_payout="25")
    assert (items["SWIVI_PLATFORM_FEE_PERCENT"].means, items["SWIVI_MIN_PAYOUT"].means) == (
        words,
        "$25.00",
    )


def test_limits_read_as_people_say_them() -> None:
    items = said(
        limit_sign_in="10/30m", limit_sign_up="1200/1h", limit_payouts="off", trusted_proxy_hops=2
    )
    assert items["SWIVI_LIMIT_SIGN_IN"].means == "10 in 30 minutes"
    assert items["SWIVI_LIMIT_SIGN_UP"].means == "1,200 in an hour"
    assert items["SWIVI_LIMIT_PAYOUTS"].means == "No limit"


@pytest.mark.parametrize(
    ("public_url", "hops", "standing"),
    [
        (None, 0, "unset"),
        ("http://swivi.lan", 0, "unset"),
        ("https://swivi.test", 0, "missing"),
        (None, 1, "set"),
    ],
)
def test_a_proxy_that_hides_everybody_is_missed(
    public_url: str | None, hops: int, standing: str
) -> None:
    items = said(public_url=public_url, trusted_proxy_hops=hops)
    assert items["SWIVI_TRUSTED_PROXY_HOPS"].standing == standing


def test_the_next_run_is_the_schedules_next_tick() -> None:
    settings = Settings.model_validate({"tracking_cron": "0 */4 * * *"})
    assert next_run(settings, after=datetime(2026, 3, 1, 21, 30, tzinfo=UTC)) == datetime(
        2026, 3, 2, tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("changes", "means"),
    [
        ({"demo": True}, "Public addresses only, over https"),
        ({"webhooks_private": True}, "Any address, including private ones and without https"),
    ],
)
def test_where_webhooks_may_lead_is_said(changes: dict[str, object], means: str) -> None:
    assert said(**changes)["SWIVI_WEBHOOKS_PRIVATE"].means == means


def test_the_limit_of_one_admins_word_is_said_in_dollars() -> None:
    means = said(manual_reading_limit="250")["SWIVI_MANUAL_READING_LIMIT"].means
    assert means == "Worth $250.00 in 30 days. Above that, another admin confirms them."
