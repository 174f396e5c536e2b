"""One server for all tests of this folder. Tests that change rows use rows of their own."""

import asyncio
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from swivi.settings import Settings
from tests.doors.house import House, furnish
from tests.servers import NEVER, AppServer
from tests.simulator import RunningSimulator

CRON_SECRET = "cron-secret-of-the-doors-with-32-characters"
METRICS_TOKEN = "metrics-token-of-the-doors-with-32-characters"
APIFY_KEY = "apify-key-of-the-doors"


@pytest.fixture(scope="session")
def house(
    front_end: None,
    migrated_sqlite: Path,
    _simulator_server: RunningSimulator,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[House]:
    """Serve a database with the users and rows of `tests.doors.house.furnish`."""
    home = tmp_path_factory.mktemp("doors")
    path = home / "swivi.db"
    shutil.copy(migrated_sqlite, path)
    known = {
        "database_url": f"sqlite:///{path}",
        "apify_api_key": APIFY_KEY,
        "apify_api_url": _simulator_server.url,
    }
    settings = Settings.model_validate(known | {"env": "test", "tracking_batch_pause_seconds": 0.0})
    people, ids = asyncio.run(furnish(settings, _simulator_server))
    _simulator_server.reset()
    environment = {
        "DATABASE_URL": f"sqlite:///{path}",
        "APIFY_API_KEY": APIFY_KEY,
        "APIFY_API_URL": _simulator_server.url,
        "CRON_SECRET": CRON_SECRET,
        "METRICS_TOKEN": METRICS_TOKEN,
        "SWIVI_TRACKING_CRON": NEVER,
    }
    with AppServer(environment, home / "log") as server:
        yield House(server, path, people, ids, _secrets(path))


def _secrets(path: Path) -> dict[str, str]:
    """Return the secrets of database and settings, by description."""
    with sqlite3.connect(path) as database:
        hashes = {
            f"password hash of {who}": it
            for who, it in database.execute("SELECT id, password_hash FROM users")
        }
        hashes |= {
            f"session hash {row}": it
            for row, it in database.execute("SELECT id, token_hash FROM sessions")
        }
        hashes |= {
            f"token hash {row}": it
            for row, it in database.execute("SELECT id, token_hash FROM api_tokens")
        }
        hashes |= {
            f"authenticator's key {row}": it
            for row, it in database.execute("SELECT id, key FROM authenticators")
        }
    return hashes | {
        "cron secret": CRON_SECRET,
        "metrics token": METRICS_TOKEN,
        "scraper's key": APIFY_KEY,
    }
