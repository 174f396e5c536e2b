"""`Idempotency-Key`: everything that creates something or moves money is done once."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from swivi.api.http.idempotency import REPLAYED
from swivi.core import clock
from swivi.domain.accounts.models import ApiToken
from swivi.domain.tracking.models import Trigger
from swivi.runtime.runtime import Runtime
from tests import factories
from tests.api import contract
from tests.api.conftest import ORIGIN, Person, Snapshot, client, refusal
from tests.factories import PASSWORD, tiktok
from tests.simulator import RunningSimulator

KEY = "3c5f0f8e-5d7c-4a63-9f0a-9c2d5c1e7a11"
AT_ONCE = 5
DO_THE_SAME_TWICE = {
    "/auth/proof",
    "/clippers/notifications/read",
    "/clippers/notifications/{notification_id}/read",
    "/test/view-tracking",
    "/cron/view-tracking",
    "/cron/payout-calculation",
}
"""POSTs that may be repeated as they are: they create nothing and move nothing, or, like a run,
only what is due.
"""
TERMS = {
    "title": "Autumn",
    "budget": 100,
    "payoutRate": 2.5,
    "platforms": ["tiktok"],
    "status": "ACTIVE",
}
ASK = {"amount": 20, "method": "paypal", "details": "casey@swivi.test"}
SIGN_UP = {"email": "new@swivi.test", "password": PASSWORD, "name": "New"}


@dataclass
class KeyedCall:
    """A request that does something: who sends it, where to and what; `other` is another body, if
    it has one.
    """

    http: httpx.AsyncClient
    path: str
    body: dict[str, Any] | None
    other: dict[str, Any] | None

    async def send(self, key: str = KEY, body: dict[str, Any] | None = None) -> httpx.Response:
        return await self.http.post(
            self.path, json=body or self.body, headers={"Idempotency-Key": key}
        )


Prepare = Callable[["Swivi"], Awaitable[KeyedCall]]


@dataclass
class Swivi:
    """Everybody who asks for something."""

    running: Runtime
    simulator: RunningSimulator
    guest: httpx.AsyncClient
    clipper: Person
    admin: Person

    async def pending(self) -> str:
        """The id of a submission to decide on."""
        campaign = await factories.a_campaign(self.running.database, self.admin.actor)
        submission = await factories.a_submission(
            self.running.database, self.clipper.actor, campaign, tiktok(7)
        )
        return str(submission.id)

    async def asked(self) -> str:
        """The id of a payout request."""
        return str(
            (await self.clipper.http.post("/clippers/payout-request", json=ASK)).json()["id"]
        )


@pytest.fixture
async def swivi(
    running: Runtime,
    simulator: RunningSimulator,
    guest: httpx.AsyncClient,
    earned: Person,
    admin: Person,
) -> Swivi:
    return Swivi(running, simulator, guest, earned, admin)


async def sign_up(swivi: Swivi) -> KeyedCall:
    return KeyedCall(swivi.guest, "/auth/signup", SIGN_UP, SIGN_UP | {"password": PASSWORD + "!"})


async def sign_in(swivi: Swivi) -> KeyedCall:
    body = {"email": swivi.clipper.actor.email, "password": PASSWORD}
    return KeyedCall(
        swivi.guest, "/auth/token", body, {"email": swivi.admin.actor.email, "password": PASSWORD}
    )


async def make_token(swivi: Swivi) -> KeyedCall:
    return KeyedCall(swivi.clipper.http, "/tokens", {"name": "Nightly"}, {"name": "Weekly"})


async def create_campaign(swivi: Swivi) -> KeyedCall:
    return KeyedCall(swivi.admin.http, "/admin/campaigns", TERMS, TERMS | {"budget": 200})


async def submit(swivi: Swivi) -> KeyedCall:
    campaign = await factories.a_campaign(swivi.running.database, swivi.admin.actor)
    for number in (5, 6):
        swivi.simulator.script(tiktok(number), 100)
    bodies = [
        {"campaignId": str(campaign.id), "clipUrl": tiktok(number).canonical_url}
        for number in (5, 6)
    ]
    return KeyedCall(swivi.clipper.http, "/clippers/submissions", *bodies)


async def approve(swivi: Swivi) -> KeyedCall:
    return KeyedCall(
        swivi.admin.http, f"/admin/submissions/{await swivi.pending()}/approve", None, None
    )


async def reject(swivi: Swivi) -> KeyedCall:
    path = f"/admin/submissions/{await swivi.pending()}/reject"
    return KeyedCall(swivi.admin.http, path, {"reason": "No."}, {"reason": "Never."})


async def revoke(swivi: Swivi) -> KeyedCall:
    return KeyedCall(
        swivi.admin.http, "/admin/clips/1/revoke", {"reason": "Bots."}, {"reason": "Bought."}
    )


async def track_again(swivi: Swivi) -> KeyedCall:
    database, video = swivi.running.database, tiktok(8)
    campaign = await factories.a_campaign(database, swivi.admin.actor)
    clip = await factories.a_clip(database, swivi.clipper.actor, swivi.admin.actor, campaign, video)
    swivi.simulator.script(video, state="private")
    await swivi.running.tracker.run(Trigger.ADMIN, campaign_id=clip.campaign_id)
    path = f"/admin/clips/{clip.id}/track-again"
    return KeyedCall(swivi.admin.http, path, {"reason": "Public again."}, {"reason": "I saw it."})


async def ask(swivi: Swivi) -> KeyedCall:
    return KeyedCall(swivi.clipper.http, "/clippers/payout-request", ASK, ASK | {"amount": 30})


async def cancel(swivi: Swivi) -> KeyedCall:
    return KeyedCall(
        swivi.clipper.http, f"/clippers/payout-requests/{await swivi.asked()}/cancel", None, None
    )


async def process(swivi: Swivi) -> KeyedCall:
    path = f"/admin/payout-requests/{await swivi.asked()}/process"
    return KeyedCall(
        swivi.admin.http, path, {"action": "approve"}, {"action": "reject", "notes": "No."}
    )


DOINGS: Sequence[Prepare] = (
    sign_up,
    sign_in,
    make_token,
    create_campaign,
    submit,
    approve,
    reject,
    revoke,
    track_again,
    ask,
    cancel,
    process,
)


@pytest.fixture(params=DOINGS, ids=lambda prepare: prepare.__name__)
async def doing(swivi: Swivi, request: pytest.FixtureRequest) -> KeyedCall:
    prepare: Prepare = request.param
    return await prepare(swivi)


async def _tokens(running: Runtime) -> int:
    async with running.database.reading() as session:
        return (
            await session.execute(text(f"SELECT COUNT(*) FROM {ApiToken.__tablename__}"))
        ).scalar_one()


def test_every_post_that_does_something_takes_a_key() -> None:
    def takes_key(operation: dict[str, Any]) -> bool:
        return any(
            parameter["name"] == "Idempotency-Key" for parameter in operation.get("parameters", [])
        )

    posts = {
        path: each["post"] for path, each in contract.document()["paths"].items() if "post" in each
    }
    assert len(posts) > 15
    assert {
        path for path, operation in posts.items() if not takes_key(operation)
    } == DO_THE_SAME_TWICE


async def test_sent_again_it_is_answered_the_same_and_does_nothing(
    doing: KeyedCall, running: Runtime, everything: Snapshot
) -> None:
    first = await doing.send()
    assert first.is_success, first.text
    assert REPLAYED not in first.headers
    before = await everything(), await _tokens(running)

    again = await doing.send()
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert again.headers[REPLAYED] == "true"
    if doing.other is not None:
        assert refusal(await doing.send(body=doing.other)) == (409, "idempotency_conflict")
    assert (await everything(), await _tokens(running)) == before


async def test_sent_at_the_same_moment_it_is_done_once(
    doing: KeyedCall, running: Runtime, everything: Snapshot
) -> None:
    answers = await asyncio.gather(*(doing.send() for _ in range(AT_ONCE)))

    done = [answer for answer in answers if answer.is_success]
    others = [refusal(answer) for answer in answers if not answer.is_success]
    assert done
    assert len({(answer.status_code, answer.text) for answer in done}) == 1
    assert set(others) <= {(409, "request_under_way")}
    before = await everything(), await _tokens(running)
    again = await doing.send()
    assert (again.status_code, again.json()) == (done[0].status_code, done[0].json())
    assert (await everything(), await _tokens(running)) == before
    tokens_made = doing.path in ("/auth/token", "/tokens")
    assert before[1] == 2 + tokens_made, "the clipper and the admin have one each"


async def test_what_was_refused_may_be_tried_again_with_its_key(swivi: Swivi) -> None:
    doing = await ask(swivi)
    assert refusal(await doing.send(body=ASK | {"amount": 50.01})) == (409, "insufficient_balance")
    assert (await doing.send()).status_code == 201


async def test_a_key_belongs_to_its_caller_and_to_one_address_of_the_api(
    swivi: Swivi, other_clipper: Person
) -> None:
    mine = await make_token(swivi)
    first = (await mine.send()).json()
    theirs = await KeyedCall(other_clipper.http, mine.path, mine.body, None).send()
    assert theirs.status_code == 201
    assert theirs.json()["token"] != first["token"]
    elsewhere = KeyedCall(swivi.clipper.http, "/clippers/payout-request", ASK, None)
    assert refusal(await elsewhere.send()) == (409, "idempotency_conflict")


async def test_without_a_key_each_request_is_its_own(swivi: Swivi) -> None:
    doing = await create_campaign(swivi)
    made = [(await doing.http.post(doing.path, json=doing.body)).json()["id"] for _ in range(2)]
    assert len(set(made)) == 2


async def _kept(running: Runtime) -> list[Any]:
    async with running.database.reading() as session:
        return list((await session.execute(text("SELECT * FROM idempotent_answers"))).all())


async def test_after_a_day_a_key_is_free_again_and_nothing_is_left_of_it(swivi: Swivi) -> None:
    doing, running = await create_campaign(swivi), swivi.running
    first = (await doing.send()).json()
    await running.schedule.tidy_up()
    assert len(await _kept(running)) == 1

    with clock.standing_at(clock.now() + timedelta(hours=24, seconds=1)):
        again = await doing.send()
        assert (again.status_code, again.json()["id"] == first["id"]) == (201, False)
        assert (await doing.send()).json() == again.json()
    with clock.standing_at(clock.now() + timedelta(hours=48, seconds=2)):
        await running.schedule.tidy_up()
    assert await _kept(running) == []


async def test_the_database_keeps_neither_the_key_nor_what_is_secret(swivi: Swivi) -> None:
    shown = (await (await make_token(swivi)).send()).json()["token"]
    await (await sign_up(swivi)).send()
    kept = repr(await _kept(swivi.running))
    assert len(await _kept(swivi.running)) == 2
    for secret in (KEY, shown, PASSWORD, "new@swivi.test"):
        assert secret not in kept


async def test_while_the_first_waits_for_its_baseline_the_others_are_told(swivi: Swivi) -> None:
    doing = await submit(swivi)
    swivi.simulator.set(run_seconds=1.0)
    taken = asyncio.Event()
    swivi.running.database.listeners.append(lambda _: taken.set())
    first = asyncio.create_task(doing.send())
    await taken.wait()
    assert refusal(await doing.send()) == (409, "request_under_way")

    answer = await first
    assert (answer.status_code, answer.json()["initialViews"]) == (201, 100)
    assert (await doing.send()).json() == answer.json()


@pytest.fixture
async def browser(api: FastAPI, clipper: Person) -> AsyncIterator[httpx.AsyncClient]:
    """The clipper's token in another program."""
    async with client(
        api, headers={"Authorization": f"Bearer {clipper.token}", "Origin": ORIGIN}
    ) as http:
        yield http


async def test_a_key_holds_for_all_of_a_callers_programs(
    swivi: Swivi, browser: httpx.AsyncClient
) -> None:
    doing = await make_token(swivi)
    first = await doing.send()
    assert (await KeyedCall(browser, doing.path, doing.body, None).send()).json() == first.json()
