"""GET /admin/analytics: views and spending in the API's shape."""

from datetime import timedelta

import pytest

from swivi.core import clock
from swivi.domain.tracking.models import Trigger
from swivi.runtime.runtime import Runtime
from tests import factories
from tests.api.conftest import Person, refusal, wrong_fields
from tests.simulator import RunningSimulator

PATH = "/admin/analytics"
NOTHING = {"views": 0, "spent": 0.0, "effectiveCpm": None}
EARNED = {"views": 20_000, "spent": 50.0, "effectiveCpm": 2.5}


async def test_views_spending_and_cpm_of_the_days_beside_the_days_before(
    earned: Person, admin: Person
) -> None:
    answer = await admin.http.get(PATH, params={"days": 7})

    assert answer.status_code == 200, answer.text
    body = answer.json()
    today = clock.now().date()
    assert body["days"] == 7
    assert body["total"] == {"now": EARNED, "before": NOTHING}
    assert [day["day"] for day in body["series"]] == [
        str(today - timedelta(days=back)) for back in range(6, -1, -1)
    ]
    assert body["series"][-1] == EARNED | {"day": str(today)}
    assert body["series"][0] == NOTHING | {"day": str(today - timedelta(days=6))}
    assert body["platforms"] == [{"platform": "tiktok", "now": EARNED, "before": NOTHING}]
    [campaign] = body["campaigns"]
    assert (type(campaign["id"]), campaign["now"], campaign["before"]) == (str, EARNED, NOTHING)


async def test_the_days_before_are_as_many_and_end_where_these_begin(
    running: Runtime, simulator: RunningSimulator, clipper: Person, admin: Person
) -> None:
    with clock.standing_at(clock.now() - timedelta(days=30)):
        campaign = await factories.a_campaign(running.database, admin.actor)
        await factories.a_clip(
            running.database, clipper.actor, admin.actor, campaign, factories.tiktok(1)
        )
        simulator.script(factories.tiktok(1), 20_000)
        await running.tracker.run(Trigger.CLI)

    assert (await admin.http.get(PATH)).json()["total"] == {"now": NOTHING, "before": EARNED}
    assert (await admin.http.get(PATH, params={"days": 31})).json()["total"] == {
        "now": EARNED,
        "before": NOTHING,
    }
    assert (await admin.http.get(PATH, params={"days": 15})).json()["total"] == {
        "now": NOTHING,
        "before": NOTHING,
    }


async def test_one_campaign_or_one_platform_alone(earned: Person, admin: Person) -> None:
    [campaign] = (await admin.http.get(PATH)).json()["campaigns"]
    for filters, seen in (
        ({"campaignId": campaign["id"]}, EARNED),
        ({"campaignId": "999"}, NOTHING),
        ({"platform": "tiktok"}, EARNED),
        ({"platform": "youtube"}, NOTHING),
    ):
        assert (await admin.http.get(PATH, params=filters)).json()["total"]["now"] == seen, filters


@pytest.mark.parametrize(
    ("name", "value"), [("days", "0"), ("days", "367"), ("days", "x"), ("platform", "vine")]
)
async def test_what_cannot_be_answered_is_refused_by_name(
    admin: Person, name: str, value: str
) -> None:
    answer = await admin.http.get(PATH, params={name: value})
    assert refusal(answer) == (422, "invalid_input")
    assert wrong_fields(answer) == {name}
