"""Serves Swivi in production mode: pages, websocket and API on one port, from one worker process.

    .venv/bin/python scripts/serve.py [--demo]

Brings the database up to date first. With `--demo` it serves the demo, unless an Apify key or SWIVI_DEMO is
set. HOST is the address to listen on; unless set, the demo listens on this machine only, for anyone may sign
in there, and the real thing on all addresses. SIGTERM and SIGINT stop it cleanly.
"""

# ruff: noqa: E402, S104, S606, T201 - finds swivi by itself, starts the programs of the virtual environment and says so

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
sys.path.insert(0, str(ROOT))

from swivi import migrations
from swivi.core.db import Database
from swivi.core.errors import SwiviError
from swivi.demo.seeded import is_seeded
from swivi.logs import set_up_logging
from swivi.settings import Settings, settings_or_exit

Answer = TypeVar("Answer")


def main() -> None:
    os.chdir(ROOT)
    settings = settings_or_exit()
    demo = settings.demo or ("--demo" in sys.argv[1:] and wants_demo(settings))
    host = os.environ.get("HOST") or ("127.0.0.1" if demo else "0.0.0.0")
    refuse_taken(host, settings.port)
    if demo:
        os.environ["SWIVI_DEMO"] = "1"
    migrate(settings)
    if demo and not or_exit(is_demo(settings.database_url)):
        seed_demo()
    print(f"Swivi{' DEMO' if demo else ''} at http://localhost:{settings.port}", flush=True)
    serve(host, settings.port)


def wants_demo(settings: Settings) -> bool:
    """Whether there is nothing to read views with and nobody decided about the demo."""
    return settings.apify_api_key is None and "demo" not in settings.model_fields_set


def refuse_taken(host: str, port: int) -> None:
    """Granian would share a taken port with whoever has it, and each would get half of the connections."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as wrong:
        sys.exit(f"swivi: cannot listen on {host} port {port}: {wrong.strerror}. Another one: PORT=8001")


def migrate(settings: Settings) -> None:
    """As `python -m swivi migrate` does, without starting another program: half of all that a start imports."""
    set_up_logging("plain", settings.env)
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


def serve(host: str, port: int) -> None:
    """Becomes granian, so that this process id is the server's."""
    os.environ.update(
        REFLEX_ENV_MODE="prod",
        # The front end is built already. Both names are internal to Reflex 0.10.1: tests/e2e/test_serving.py
        # tells when a new version means something else by them.
        __REFLEX_SKIP_COMPILE="true",
        __REFLEX_MOUNT_FRONTEND_COMPILED_APP="true",
    )
    granian = [str(BIN / "granian"), "--interface", "asgi", "--workers", "1", "--factory", "swivi.swivi:app"]
    os.execv(granian[0], [*granian, "--host", host, "--port", str(port)])


if __name__ == "__main__":
    main()
