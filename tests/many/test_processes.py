"""What several processes promise: whatever is killed or restarted, runs end, no cent differs,
dashboards are right.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest
from playwright.async_api import Page, expect
from sqlmodel import select

from swivi.core.money import format_dollars
from swivi.domain.accounts.sessions import SESSION_COOKIE
from swivi.domain.payouts.models import PayoutStatus
from swivi.domain.tracking.models import RunSlice, RunStatus, SliceStatus
from tests.e2e.people import SLOW
from tests.many.conftest import CAMPAIGNS, CLIPS, Many
from tests.world import findings

pytestmark = pytest.mark.asyncio(loop_scope="session")

SECONDS = 60
"""How long a run may take that lost somebody: a lease's 15 seconds, and the work."""


async def until(holds: Callable[[], Awaitable[object]]) -> None:
    async with asyncio.timeout(SECONDS):
        while True:
            if await holds():
                return
            await asyncio.sleep(0.02)


async def slices_done(many: Many, run_id: int) -> int:
    async with many.database.reading() as session:
        done = await session.exec(
            select(RunSlice.id).where(
                RunSlice.run_id == run_id, RunSlice.status == SliceStatus.DONE
            )
        )
        return len(done.all())


async def in_the_middle(many: Many) -> int:
    """The id of the run that has just begun, once some of its slices are done and others are
    not.
    """
    await until(many.running)
    run = await many.newest_run()
    await until(lambda: slices_done(many, run.id))
    assert await slices_done(many, run.id) < CAMPAIGNS
    return run.id


async def ends_well(many: Many, run_id: int) -> None:
    """The run completes, each clip was read and credited once, each dashboard shows it, the books
    agree.
    """
    await until(many.at_rest)
    run = await many.newest_run()
    assert (run.id, run.status, run.problem) == (run_id, RunStatus.COMPLETED, None)
    assert (run.clips_read, run.clips_failed) == (CAMPAIGNS * CLIPS, 0)
    assert (run.campaigns_settled, run.earnings_added) == (CAMPAIGNS, CAMPAIGNS * CLIPS * 100)
    await many.all_show_the_truth()
    assert await findings(many.database) == []


class Customer:
    """Asks for a payout of a dollar and cancels it, again and again; each POST is sent until it is
    answered.
    """

    def __init__(self, url: str, token: str) -> None:
        self._url = url
        self._headers = {"Authorization": f"Bearer {token}"}
        self.requests: list[int] = []
        self.has_enough = False

    async def asks_and_cancels(self) -> None:
        payout = {"amount": 1, "method": "paypal", "details": "casey@swivi.test"}
        while not self.has_enough:
            asked = await self._post("payout-request", payout)
            self.requests.append(int(asked["id"]))
            await self._post(f"payout-requests/{asked['id']}/cancel", {})

    async def _post(self, path: str, body: dict[str, Any]) -> Any:
        headers = self._headers | {"Idempotency-Key": uuid4().hex}
        while True:
            try:
                # A connection of its own for each try, which may go to another process.
                async with httpx.AsyncClient(timeout=10, headers=headers) as http:
                    answer = await http.post(f"{self._url}/api/clippers/{path}", json=body)
            except httpx.TransportError:
                continue
            if answer.status_code < 500:
                assert answer.is_success, answer.text
                return answer.json()


async def test_a_run_is_shared_and_every_dashboard_hears_of_it_whichever_process_it_is_connected_to(
    many: Many,
) -> None:
    await many.next_round(run_seconds=0.5)
    answer = await many.track(many.servers[0])
    assert answer is not None
    assert answer.json()["earningsAdded"] == CAMPAIGNS * CLIPS
    await ends_well(many, int(answer.json()["runId"]))
    helped = [server for server in many.servers[1:] if "Processing slice" in server.log.read_text()]
    assert helped, "one process did it all"


async def test_the_process_that_conducts_a_run_is_killed(many: Many) -> None:
    await many.next_round(run_seconds=1.0)
    tracking = asyncio.create_task(many.track(many.servers[0]))
    run_id = await in_the_middle(many)
    many.servers[0].kill()
    assert await tracking is None
    await ends_well(many, run_id)
    await asyncio.to_thread(many.servers[0].start)


@pytest.mark.parametrize("foundation", ["postgres", "redis"])
async def test_what_the_processes_stand_on_is_restarted_in_the_middle_of_a_run(
    many: Many, foundation: str
) -> None:
    await many.next_round(run_seconds=1.0)
    tracking = asyncio.create_task(many.track(many.servers[1]))
    run_id = await in_the_middle(many)
    restarted = getattr(many, foundation)
    await asyncio.to_thread(restarted.stop)
    await asyncio.to_thread(restarted.start)
    await tracking
    await ends_well(many, run_id)


async def test_an_open_page_goes_on_being_live_after_redis_was_restarted(
    many: Many, page: Page
) -> None:
    await many.next_round(run_seconds=0)
    await page.context.add_cookies(
        [{"name": SESSION_COOKIE, "value": many.cookies[0], "url": many.url}]
    )
    await page.goto(f"{many.url}/clippers/dashboard")
    shown = page.locator(".live-money")
    await expect(shown).to_contain_text(
        format_dollars(many.truth_for(0, many.rounds - 1)), timeout=SLOW
    )
    await asyncio.to_thread(many.redis.stop)
    await asyncio.to_thread(many.redis.start)
    await many.track(many.servers[1])
    await expect(shown).to_contain_text(
        format_dollars(many.truth_for(0, many.rounds)), timeout=SLOW
    )


async def test_an_open_dialog_and_what_was_typed_stay_when_redis_is_restarted(
    many: Many, page: Page
) -> None:
    await many.next_round(run_seconds=0)
    await page.context.add_cookies(
        [{"name": SESSION_COOKIE, "value": many.cookies[0], "url": many.url}]
    )
    await page.goto(f"{many.url}/clippers/dashboard")
    await page.get_by_role("button", name="Submit a clip").first.click()
    link = page.get_by_role("dialog").get_by_label("Link to your clip")
    await link.fill("https://vm.tiktok.com/ZMabc/")
    await asyncio.to_thread(many.redis.stop)
    await asyncio.to_thread(many.redis.start)
    await many.track(many.servers[1])
    balance = page.locator(".live-money")
    await expect(balance).to_contain_text(
        format_dollars(many.truth_for(0, many.rounds)), timeout=SLOW
    )
    await expect(link).to_have_value("https://vm.tiktok.com/ZMabc/", timeout=SLOW)


async def test_all_processes_are_restarted_one_after_the_other_in_the_middle_of_a_run(
    many: Many,
) -> None:
    await many.next_round(run_seconds=1.0)
    tracking = asyncio.create_task(many.track(many.servers[0]))
    run_id = await in_the_middle(many)
    customer = Customer(many.url, await many.token_of(0))
    asking = asyncio.create_task(customer.asks_and_cancels())
    for server in many.servers:
        await asyncio.to_thread(server.stop)
        await asyncio.to_thread(server.start)
    await tracking
    customer.has_enough = True
    await asking
    await ends_well(many, run_id)
    asked = await many.requests_of(0)
    assert [(one.id, one.status) for one in asked] == [
        (known, PayoutStatus.CANCELLED) for known in customer.requests
    ]
    assert customer.requests
