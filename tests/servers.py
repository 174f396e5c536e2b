"""PostgreSQL, Redis and whole Swivi servers for the tests: a plain pytest plugin.

Each pytest process has its own. Everything that is started ends with the fixture that started it,
on Ctrl-C as well.
"""

import fcntl
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from swivi.settings import DEFAULT_APIFY_API_URL

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 180
"""The demo lives through two weeks of history before it serves, and the machine may be busy."""
STOP_SECONDS = 20


def free_port() -> int:
    """A TCP port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until(ready: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    """Returns once `ready` holds; RuntimeError with the log when the process ended or took too
    long.
    """
    deadline = time.monotonic() + START_SECONDS
    while not ready():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"{process.args!r} did not start:\n{log.read_text()[-4000:]}")
        time.sleep(0.05)


def end(process: subprocess.Popen[bytes], how: signal.Signals) -> None:
    """Signals a process that leads its own group; what is left of the group after a while is
    killed.
    """
    if process.poll() is None:
        process.send_signal(how)
    try:
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
    finally:
        kill_group(process)


def kill_group(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Postgres:
    """A throwaway PostgreSQL server in `home`; whoever connects from this machine is let in.

    `more` are settings of postgresql.conf.
    """

    def __init__(
        self, programs: Path, home: Path, owner: str | None, more: Mapping[str, str] | None = None
    ) -> None:
        self.programs = programs
        self._more = more or {}
        self.port = free_port()
        self._home = home
        self._owner = owner
        self._process: subprocess.Popen[bytes] | None = None
        self._kept: dict[str, list[str]] = {}
        self._schemas: dict[str, str] = {}

    def start(self) -> None:
        """Returns once it answers; on the port and with the databases that it had before, if it was
        stopped.
        """
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": self._home,
            "max_connections": 200,
            "fsync": "off",
            "full_page_writes": "off",
            **self._more,
        }
        options = [f"--{name}={value}" for name, value in settings.items()]
        log = self._home / "log"
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [str(self.programs / "postgres"), "-D", str(self._home / "data"), *options],
                stdout=output,
                stderr=output,
                cwd=self._home,
                start_new_session=True,
                user=self._owner,
            )
        wait_until(lambda: accepts_connections(self.programs, self.port), self._process, log)

    def stop(self) -> None:
        """PostgreSQL's "immediate" shutdown: every connection is cut, and nothing is written any
        more.
        """
        if self._process is not None:
            end(self._process, signal.SIGQUIT)
            self._process = None

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://swivi@127.0.0.1:{self.port}/{database}"

    def create_database(self, template: str = "template1") -> str:
        """The URL of a new database: empty, or a copy of one to which nobody is connected."""
        name = f"test_{uuid.uuid4().hex}"
        self.sql(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
        return self.url(name)

    def borrow_database(self, template: str) -> str:
        """The URL of a database like the template: one that was given back, or a copy, which takes
        much longer.
        """
        kept = self._kept.setdefault(template, [])
        return kept.pop() if kept else self.create_database(template)

    def give_back(self, url: str, template: str) -> None:
        """Empties a database for the next who borrows one; drops it where its schema is not the
        template's any more.
        """
        if template not in self._schemas:
            self._schemas[template] = self.ask(SCHEMA, self.url(template))
        if self.ask(EMPTIED, url) == self._schemas[template]:
            self._kept[template].append(url)
        else:
            self.drop_database(url)

    def ask(self, statements: str, url: str) -> str:
        """What psql prints of these statements."""
        quietly = ["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1"]
        psql = [str(self.programs / "psql"), *quietly, url]
        return subprocess.run(
            psql, input=statements, stdout=subprocess.PIPE, text=True, check=True
        ).stdout.strip()

    def drop_database(self, url: str) -> None:
        """Ends a database, whoever is still connected to it."""
        self.sql(f'DROP DATABASE "{url.rsplit("/", 1)[1]}" WITH (FORCE)')

    def sql(self, statement: str) -> None:
        psql = [
            str(self.programs / "psql"),
            "--no-psqlrc",
            "--quiet",
            "--set=ON_ERROR_STOP=1",
            self.url(),
        ]
        subprocess.run([*psql, "--command", statement], check=True)


SCHEMA = """
    SELECT md5(string_agg(part, ',' ORDER BY part)) FROM (
        SELECT concat(attrelid::regclass, '.', attname, atttypid, attnotnull) AS part
            FROM pg_attribute
        WHERE attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)
        UNION ALL SELECT concat(tgrelid::regclass, tgenabled, CASE
            WHEN NOT tgisinternal THEN tgname END)
        FROM pg_trigger
        UNION ALL SELECT concat(proname, md5(prosrc)) FROM pg_proc
            WHERE pronamespace = 'public'::regnamespace
        UNION ALL SELECT concat(ev_class::regclass, rulename) FROM pg_rewrite
        UNION ALL SELECT concat(conrelid::regclass, conname) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace
        UNION ALL SELECT version_num FROM alembic_version
    ) parts;
"""
"""One number for the tables, columns, constraints, triggers, functions and rules of a database."""

EMPTIED = f"""
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() \\g /dev/null
    SET lock_timeout = '10s';
    SET session_replication_role = replica;  -- or the triggers would refuse to delete history
    DO $$ DECLARE name text; BEGIN
        FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public'
            AND tablename <> 'alembic_version' LOOP
            EXECUTE format('DELETE FROM %I', name);
        END LOOP;
        FOR name IN SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' LOOP
            EXECUTE format('ALTER SEQUENCE %I RESTART', name);
        END LOOP;
    END $$;
    {SCHEMA}"""
"""Everything is deleted, numbers begin at 1 again; the schema's number is told."""


def postgres_programs() -> Path:
    """The folder with initdb and postgres, the newest first; RuntimeError where there is none."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    candidates = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name)
    )
    if shutil.which("pg_config"):
        told = subprocess.run(
            ["pg_config", "--bindir"], stdout=subprocess.PIPE, text=True, check=True
        )
        candidates.append(Path(told.stdout.strip()))
    for programs in reversed(candidates):
        if (programs / "initdb").exists():
            return programs
    raise RuntimeError("PostgreSQL is not installed: see `make test-tools`")


@contextmanager
def running_postgres(more: Mapping[str, str] | None = None) -> Iterator[Postgres]:
    programs = postgres_programs()
    with tempfile.TemporaryDirectory(
        prefix="swivi-postgres-", ignore_cleanup_errors=True
    ) as folder:
        home, data = Path(folder), Path(folder) / "data"
        owner = unprivileged_owner(home)
        initdb = [
            str(programs / "initdb"),
            "--username=swivi",
            "--auth=trust",
            "--no-sync",
            "--encoding=UTF8",
        ]
        subprocess.run(
            [*initdb, "--locale=C", str(data)],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=home,
            user=owner,
        )
        server = Postgres(programs, home, owner, more)
        try:
            server.start()
            yield server
        finally:
            server.stop()


def accepts_connections(programs: Path, port: int) -> bool:
    asked = [str(programs / "pg_isready"), "--quiet", "--host=127.0.0.1", f"--port={port}"]
    return subprocess.run(asked).returncode == 0


def unprivileged_owner(home: Path) -> str | None:
    """Whom to run PostgreSQL as, since it refuses root: the new owner of `home`, None for
    ourselves.
    """
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            shutil.chown(home, name)
        except LookupError:
            continue
        return name
    raise RuntimeError("root needs a user `postgres` or `nobody` to run PostgreSQL as")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_url(postgres: Postgres) -> str:
    """The URL of the server's own database, for what needs any database at all."""
    return postgres.url()


@pytest.fixture
def create_database(postgres: Postgres) -> Callable[..., str]:
    """`create_database()` is the URL of a new empty database; see `Postgres.create_database`."""
    return postgres.create_database


class Redis:
    """A throwaway Redis server in `home`, which keeps nothing over a restart."""

    def __init__(self, home: Path) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._home = home
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns once it listens; on the port that it had before, if it was stopped."""
        settings = {
            "port": str(self.port),
            "bind": "127.0.0.1",
            "save": "",
            "appendonly": "no",
            "dir": str(self._home),
        }
        options = [part for name, value in settings.items() for part in (f"--{name}", value)]
        log = self._home / "log"
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                ["redis-server", *options], stdout=output, stderr=output, start_new_session=True
            )
        wait_until(lambda: listens(self.port), self._process, log)

    def stop(self) -> None:
        """As a crash does it: every connection is cut, and all that it knew is gone."""
        if self._process is not None:
            kill_group(self._process)
            self._process = None


@contextmanager
def running_redis() -> Iterator[Redis]:
    with tempfile.TemporaryDirectory(prefix="swivi-redis-") as folder:
        server = Redis(Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.stop()


NOTHING_OUTSIDE = {
    "APIFY_API_KEY": "",
    "APIFY_API_URL": "http://127.0.0.1:9",
    "CRON_SECRET": "",
    "REDIS_URL": "",
    "SMTP_HOST": "",
    "SWIVI_DEMO": "0",
    "SWIVI_PUBLIC_URL": "",
}
"""What a developer's own `.env` may set: a server under test has none of it unless the test says
so.
"""

UNLIMITED = {
    f"SWIVI_LIMIT_{name}": "off"
    for name in (
        "SIGN_IN",
        "SIGN_IN_ACCOUNT",
        "SIGN_IN_ADDRESS",
        "SIGN_UP",
        "MAILS",
        "MAILS_ADDRESS",
        "SUBMISSIONS",
        "SUBMISSIONS_ADDRESS",
        "PAYOUTS",
        "PAYOUTS_ADDRESS",
        "MESSAGES",
        "MESSAGES_ADDRESS",
        "SOCKETS_ADDRESS",
    )
}
"""Everybody in the tests comes from one address, and does much in little time."""


class AppServer:
    """The production server, started as `make serve` starts it, on a port of its own.

    `environment` needs a DATABASE_URL and overrides NOTHING_OUTSIDE and UNLIMITED. The log holds
    all output.
    """

    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self.log = log
        address = {"HOST": "127.0.0.1", "PORT": str(self.port)}
        self.environment = {**os.environ, **NOTHING_OUTSIDE, **UNLIMITED, **environment, **address}
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "AppServer":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Returns once the API answers; RuntimeError with the log when it does not come up."""
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, ROOT / "scripts" / "serve.py"],
                cwd=ROOT,
                env=self.environment,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        try:
            wait_until(self._answers, self._process, self.log)
        except BaseException:
            self.kill()
            raise

    @property
    def group(self) -> int:
        """The process group of everything that was started."""
        assert self._process is not None
        return self._process.pid

    def stop(self) -> int | None:
        """Ends the server as an operator does; its exit status, None if it was not running."""
        if self._process is None:
            return None
        end(self._process, signal.SIGTERM)
        status, self._process = self._process.returncode, None
        return status

    def kill(self) -> None:
        """Ends the server as a power cut does: SIGKILL to all of its processes."""
        if self._process is not None:
            kill_group(self._process)
            self._process = None

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/api/health", timeout=5).is_success
        except httpx.TransportError:
            return False


@pytest.fixture(scope="session")
def front_end() -> None:
    """The production build that every AppServer serves; quick when nothing changed."""
    subprocess.run([sys.executable, ROOT / "scripts" / "build.py"], check=True)


@pytest.fixture
def start_server(front_end: None, tmp_path: Path) -> Iterator[Callable[..., AppServer]]:
    """`start_server(DATABASE_URL=...)` is a running AppServer; all of them end with the test.

    Without a DATABASE_URL each has a new SQLite file.
    """
    servers: list[AppServer] = []

    def start(**environment: str) -> AppServer:
        number = len(servers)
        database = {"DATABASE_URL": f"sqlite:///{tmp_path}/swivi-{number}.db"}
        server = AppServer({**database, **environment}, tmp_path / f"server-{number}.log")
        servers.append(server)
        server.start()
        return server

    yield start
    for server in servers:
        server.stop()


NEVER = "0 0 29 2 *"
"""As near to it as a cron expression comes: the 29th of February."""


@pytest.fixture(scope="session")
def seeded_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the demo's two weeks of history, to copy from: made by the first pytest
    process that asks.
    """
    home = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        home = home.parent
    seeded = home / "demo.db"
    with (home / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not seeded.exists():
            seed_demo(seeded)
    return seeded


def seed_demo(seeded: Path) -> None:
    """Makes that file."""
    growing = seeded.with_name("growing.db")
    environment = (
        os.environ | NOTHING_OUTSIDE | {"DATABASE_URL": f"sqlite:///{growing}", "SWIVI_DEMO": "1"}
    )
    for command in ("migrate", "demo"):
        subprocess.run(
            [sys.executable, "-m", "swivi", command], cwd=ROOT, env=environment, check=True
        )
    with closing(sqlite3.connect(growing)) as connection:
        connection.execute("VACUUM INTO ?", [str(seeded)])


def demo_environment(home: Path, seeded: Path) -> dict[str, str]:
    """For an AppServer: the demo with two weeks of history, standing still, for no tracking run
    starts by itself.
    """
    shutil.copy(seeded, home / "swivi.db")
    return {
        "DATABASE_URL": f"sqlite:///{home}/swivi.db",
        "SWIVI_DEMO": "1",
        "SWIVI_TRACKING_CRON": NEVER,
        # As unset: so the demo reads from its own simulator, never from there.
        "APIFY_API_URL": DEFAULT_APIFY_API_URL,
    }


@pytest.fixture(scope="session")
def demo_server(
    front_end: None, seeded_demo: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[AppServer]:
    """The seeded demo; see `demo_environment`."""
    home = tmp_path_factory.mktemp("demo")
    with AppServer(demo_environment(home, seeded_demo), home / "log") as server:
        yield server
