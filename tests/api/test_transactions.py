"""How many transactions one call takes, by a browser's session, with the usual limits."""

from collections.abc import AsyncIterator

import httpx
import pytest

from swivi.core.rates import Rate
from swivi.runtime.runtime import Runtime, open_runtime
from tests.api.conftest import Person
from tests.api.test_deeds import by_cookie
from tests.conftest import SettingsFor
from tests.statements import transactions, user_look_ups

OFTEN = Rate(100, 3_600)
NEW_DESTINATION = {"amount": 20, "method": "paypal", "details": "casey@swivi.test"}


@pytest.fixture
async def limited(earned: Person, settings_for: SettingsFor) -> AsyncIterator[Runtime]:
    settings = settings_for(limit_payouts=OFTEN, limit_payouts_address=OFTEN)
    async with open_runtime(settings) as running:
        yield running


async def test_a_payout_request_looks_its_clipper_up_once_in_four_transactions(
    limited: Runtime, guest: httpx.AsyncClient, earned: Person
) -> None:
    headers = await by_cookie(limited, earned, proven=True)
    with transactions(limited.database) as begun:
        answer = await guest.post("/clippers/payout-request", json=NEW_DESTINATION, headers=headers)
    assert answer.status_code == 201, answer.text
    # The caller, the checks, the quota, and the request itself.
    assert len(begun) <= 4, begun
    assert user_look_ups(begun) == 1


async def test_an_approval_looks_its_admin_up_once_in_two_transactions(
    limited: Runtime, guest: httpx.AsyncClient, earned: Person, admin: Person
) -> None:
    asked = await earned.http.post("/clippers/payout-request", json=NEW_DESTINATION)
    process = f"/admin/payout-requests/{asked.json()['id']}/process"
    headers = await by_cookie(limited, admin, proven=True)
    with transactions(limited.database) as begun:
        answer = await guest.post(process, json={"action": "approve"}, headers=headers)
    assert answer.status_code == 200, answer.text
    # The caller with their proof, and the step.
    assert len(begun) <= 2, begun
    assert user_look_ups(begun) == 1
