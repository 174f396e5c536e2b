"""Whatever people do in whatever order, every invariant holds after every step: see `machine` and
`checker`.
"""

import os
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from swivi.domain.accounts import passwords
from swivi.domain.tracking import retry_schedule
from tests.property.events import OPENINGS, Opening
from tests.property.ground import Ground, copies_of
from tests.property.machine import MoneyMachine

LONG = int(os.environ.get("SWIVI_PROOF", "1"))
"""How many times as much is tried: see CONTRIBUTING.md."""
SHARDS, RUNS_OF_A_SHARD, STEPS = 2, 25, 50
RUNS_ON_POSTGRESQL, STEPS_ON_POSTGRESQL = 3, 25
SECONDS_TO_SHRINK = 1_200
"""An order of events that breaks something is made as short as it can be before it is told."""


@pytest.fixture
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    # Hashes are slow on purpose; here nobody guesses.
    monkeypatch.setattr(
        passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    )


@pytest.fixture
def short_days(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let days pass between any two runs, for clips that are gone: removed by the second "not
    found", read by each.
    """
    for days in ("REMOVED_AFTER", "DAILY", "SELDOM"):
        monkeypatch.setattr(retry_schedule, days, timedelta(0))


@pytest.fixture
def on_sqlite(
    migrated_sqlite: Path, tmp_path: Path, cheap_passwords: None, short_days: None
) -> Iterator[Ground]:
    template = Path(shutil.copy(migrated_sqlite, tmp_path / "people.db"))
    ground = Ground(f"sqlite:///{template}", copies_of(template, tmp_path))
    yield ground
    ground.close()


@pytest.fixture
def on_postgresql(
    request: pytest.FixtureRequest, cheap_passwords: None, short_days: None
) -> Iterator[Ground]:
    postgres = request.getfixturevalue("postgres")
    url = postgres.create_database(request.getfixturevalue("migrated_postgres"))
    ground = Ground(url, lambda: postgres.create_database(url.rsplit("/", 1)[1]))
    yield ground
    ground.close()


FROM_EACH_OPENING = pytest.mark.parametrize(
    "opening", OPENINGS, ids=lambda opening: opening.reaches[0]
)
REACHED_FROM_ALL = ("deaths", "refusals", "clips that came back")


def play(ground: Ground, opening: Opening, runs: int, steps: int) -> Counter[str]:
    """Let the machine run; what it came to, for the test to look at and `pytest -rP` to print."""
    seen: Counter[str] = Counter()
    run_state_machine_as_test(
        lambda: MoneyMachine(ground, opening, seen),
        settings=settings(
            max_examples=runs * LONG,
            stateful_step_count=steps,
            deadline=None,
            # Hypothesis's own would follow each run by five that repeat it but for a step: of 200,
            # 60 were new.
            backend="hypothesis-urandom",
            suppress_health_check=list(HealthCheck),
        ),
    )
    print("\n".join(f"{number:>8} {name}" for name, number in sorted(seen.items())))  # noqa: T201
    return seen


@pytest.mark.timeout(SECONDS_TO_SHRINK * LONG)
@pytest.mark.parametrize("shard", range(SHARDS))
@FROM_EACH_OPENING
def test_no_order_of_events_breaks_an_invariant(
    on_sqlite: Ground, opening: Opening, shard: int
) -> None:
    seen = play(on_sqlite, opening, RUNS_OF_A_SHARD, STEPS)
    assert [name for name in (*opening.reaches, *REACHED_FROM_ALL) if not seen[name]] == []


@FROM_EACH_OPENING
def test_no_order_of_events_breaks_an_invariant_on_postgresql(
    on_postgresql: Ground, opening: Opening
) -> None:
    assert play(on_postgresql, opening, RUNS_ON_POSTGRESQL, STEPS_ON_POSTGRESQL)["looks"] > 0
