"""audit."""

import json

from sqlalchemy import text

from swivi.core.db import Database
from swivi.domain.ledger.invariants import INVARIANTS
from swivi.domain.seals.sealing import Sealer
from swivi.domain.tracking.models import Trigger
from swivi.runtime.runtime import Runtime
from tests.cli.conftest import Run
from tests.factories import a_campaign, a_clip, a_clipper, an_admin, tiktok
from tests.simulator import RunningSimulator


async def test_audit_is_clean_until_a_cent_is_out_of_place_and_then_names_the_row(
    swivi: Run, database: Database, running: Runtime, simulator: RunningSimulator
) -> None:
    admin, clipper = await an_admin(database), await a_clipper(database)
    campaign = await a_campaign(database, admin)
    await a_clip(database, clipper, admin, campaign, tiktok(1))
    simulator.script(tiktok(1), 10_000)
    await running.tracker.run(Trigger.CLI)

    clean = await swivi("audit")
    assert clean.status == 0
    *rules, last = clean.out.splitlines()
    assert last.startswith("Clean: ")
    assert " checks over 2 transfers in " in last
    assert [rule.split()[:2] for rule in rules] == [
        [f"I{number}", "holds:"] for number in range(1, 1 + len(INVARIANTS))
    ]
    assert "(8 checks, " in rules[0]

    async with database.writing() as session:
        await session.execute(
            text("UPDATE campaigns SET spent = spent + 1 WHERE id = :id"), {"id": campaign.id}
        )

    for_people = await swivi("audit")
    assert for_people.status == 1
    assert (
        f"I1 campaign {campaign.id}: spent is $25.01, its clips earned $25.00"
        in for_people.out.splitlines()
    )

    for_programs = await swivi("audit", "--json")
    report = json.loads(for_programs.out)
    assert (for_programs.status, report["clean"], report["transfers"]) == (1, False, 2)
    assert sum(rule["checks"] for rule in report["invariants"]) == report["checks"]
    assert [rule["findings"] > 0 for rule in report["invariants"]] == [True] + [False] * (
        len(INVARIANTS) - 1
    )
    assert {
        "invariant": "I1",
        "subject": "campaign",
        "subjectId": str(campaign.id),
        "message": f"campaign {campaign.id}: spent is $25.01, its clips earned $25.00",
    } in report["findings"]


async def test_a_seal_kept_outside_proves_what_it_covers(
    swivi: Run, database: Database, running: Runtime
) -> None:
    await a_campaign(database, await an_admin(database))
    await Sealer(database).seal_new()
    answer = json.loads((await swivi("audit", "--json")).out)["seals"]
    kept = answer["newest"]
    assert (kept["id"], kept["transfers"], answer["since"]) == ("1", 1, None)
    assert answer["checkedRows"] == kept["transfers"] + kept["auditEntries"] + kept["readings"]

    await a_campaign(database, await an_admin(database))
    await Sealer(database).seal_new()
    again = await swivi("audit", "--since", kept["digest"])
    assert again.status == 0
    assert " Checked since seal 1. Newest seal: 2, " in again.out.splitlines()[-1]

    unknown = await swivi("audit", "--since", "f" * 64)
    assert unknown.status == 1
    assert f"I19 no seal {'f' * 64} is in the chain: " in unknown.out
