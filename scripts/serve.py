"""Serves Swivi in production mode: pages, websocket and API on one port, from one worker process.

    .venv/bin/python scripts/serve.py [--demo]

Brings the database up to date first. With `--demo` it serves the demo, unless an Apify key or
SWIVI_DEMO is set. HOST is the address to listen on; unless set, this machine only. SIGTERM and
SIGINT end it with status 0, within SWIVI_STOP_SECONDS.
"""

# ruff: noqa: E402, T201 - finds swivi by itself, and prints where it serves

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from swivi.core.db import Database
from swivi.core.errors import SwiviError
from swivi.core.logs import set_up_logging
from swivi.demo.seeded import is_seeded
from swivi.runtime import private_files, server
from swivi.runtime.database import migrations
from swivi.settings import Settings, settings_or_exit
from swivi.settings import settings as current_settings

Answer = TypeVar("Answer")

LOOPBACK = "127.0.0.1"


def main() -> None:
    os.chdir(ROOT)
    private_files.create_private_files()
    settings = settings_or_exit()
    if settings.demo or ("--demo" in sys.argv[1:] and wants_demo(settings)):
        os.environ["SWIVI_DEMO"] = "1"
        current_settings.cache_clear()
        settings = settings_or_exit()
    bound = bound_or_exit(os.environ.get("HOST") or LOOPBACK, settings.port)
    migrate(settings)
    if settings.demo and not or_exit(is_demo(settings.database_url)):
        seed_demo()
    print(
        f"Swivi{' DEMO' if settings.demo else ''} at http://localhost:{settings.port}", flush=True
    )
    serve(bound, settings)


def wants_demo(settings: Settings) -> bool:
    """Whether there is nothing to read views with and nobody decided about the demo."""
    return settings.apify_api_key is None and "demo" not in settings.model_fields_set


def bound_or_exit(host: str, port: int) -> socket.socket:
    """Take the address now, before minutes of work; the server listens on it later."""
    try:
        return server.bound_socket(host, port)
    except OSError as wrong:
        sys.exit(
            f"swivi: cannot listen on {host} port {port}: {wrong.strerror}. Another one: PORT=8001"
        )


def migrate(settings: Settings) -> None:
    """As `python -m swivi migrate` does, without starting another program: half of all that a start
    imports.
    """
    set_up_logging("plain", settings.env)
    private_files.close_database_files(settings.database_url)
    private_files.warn_of_open_secrets()
    print(or_exit(migrations.bring_up_to_date(settings.database_url)), file=sys.stderr)


def or_exit(work: Coroutine[Any, Any, Answer]) -> Answer:
    """What the work comes to; a refusal ends this program with its sentence."""
    try:
        return asyncio.run(work)
    except SwiviError as refused:
        sys.exit(f"swivi: {refused.sentence}")


async def is_demo(database_url: str) -> bool:
    database = Database(database_url)
    try:
        return await is_seeded(database)
    finally:
        await database.dispose()


def seed_demo() -> None:
    """In a program of its own, whose two weeks of history leave nothing behind."""
    done = subprocess.run([sys.executable, "-m", "swivi", "demo"])
    if done.returncode:
        sys.exit(done.returncode)


def serve(bound: socket.socket, settings: Settings) -> None:
    """Serve until asked to stop, then end the process."""
    os.environ.update(
        REFLEX_ENV_MODE="prod",
        # The front end is built already. Both names are internal to Reflex 0.10.1:
        # tests/e2e/test_serving.py tells when a new version means something else by them.
        __REFLEX_SKIP_COMPILE="true",
        __REFLEX_MOUNT_FRONTEND_COMPILED_APP="true",
    )
    server.serve(bound, settings)


if __name__ == "__main__":
    main()
