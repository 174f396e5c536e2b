"""Builds the front end for production into `.web/build/client`, unless its inputs are what they
were.

Runs in the virtual environment. Any number of callers at once: one builds, the others wait for it.
"""

# ruff: noqa: S603, T201 - starts the programs of the virtual environment, and prints

import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
BUILT = ROOT / ".web" / "build"
STAMP = (
    BUILT / "swivi.sha256"
)  # Reflex empties the folder before it builds, so a broken build leaves no stamp
INPUTS = (
    "swivi/**/*.py",
    "assets/**/*",
    "reflex.lock/*",
    "requirements.txt",
    "rxconfig.py",
    "scripts/build.py",
)


def main() -> None:
    with one_at_a_time():
        wanted = fingerprint()
        if not STAMP.exists() or STAMP.read_text() != wanted:
            export()
            STAMP.write_text(wanted)


def fingerprint() -> str:
    """A hash over the names and bytes of all that can end up in the front end.

    That is every Python file: pages compile in words, defaults and choices from any room.
    """
    digest = hashlib.sha256()
    for path in sorted(
        {path for pattern in INPUTS for path in ROOT.glob(pattern) if path.is_file()}
    ):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(ROOT)} {len(content)}\n".encode() + content)
    return digest.hexdigest()


@contextmanager
def one_at_a_time() -> Iterator[None]:
    lock = ROOT / ".build" / "lock"
    lock.parent.mkdir(exist_ok=True)
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def export() -> None:
    print("Building the front end ...", flush=True)
    environment = {
        **os.environ,
        # Reflex would otherwise time two public registries against each other.
        "NPM_CONFIG_REGISTRY": npm_registry(),
        # The build touches neither, and must not depend on whether they answer.
        "DATABASE_URL": "sqlite:///data/swivi.db",
        "REDIS_URL": "",
    }
    done = subprocess.run(
        [BIN / "reflex", "export", "--frontend-only", "--no-zip"], cwd=ROOT, env=environment
    )
    if done.returncode:
        sys.exit(done.returncode)


def npm_registry() -> str:
    """The registry this machine's npm is set to."""
    path = os.pathsep.join((str(BIN), os.environ["PATH"]))
    asked = subprocess.run(
        [BIN / "npm", "config", "get", "registry"],
        env={**os.environ, "PATH": path},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return asked.stdout.strip()


if __name__ == "__main__":
    main()
