"""The app must run on requirements.txt alone, though here the tests' tools are installed beside
it.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions, requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]

WITHOUT = """
import runpy, sys
hidden = set(sys.argv[1].split())

class Hides:
    def find_spec(self, name, path=None, target=None):
        if name in hidden:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Hides())
import swivi.swivi
sys.argv = ["swivi", "migrate"]
runpy.run_module("swivi", run_name="__main__")
"""
"""Imports the whole app and uses the database once, since drivers are imported only then."""


def brought_by(requirement: Requirement) -> Iterator[str]:
    """The distributions that come with a requirement: its own, and those it needs on this
    machine.
    """
    asked = [(requirement.name, extra) for extra in ("", *requirement.extras)]
    seen = set()
    while asked:
        name, extra = asked.pop()
        if (canonicalize_name(name), extra) in seen:
            continue
        seen.add((canonicalize_name(name), extra))
        yield canonicalize_name(name)
        for needed in map(Requirement, requires(name) or ()):
            if needed.marker is None or needed.marker.evaluate({"extra": extra}):
                asked += [(needed.name, of) for of in ("", *needed.extras)]


def test_the_app_runs_on_its_requirements_alone(tmp_path: Path) -> None:
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    pins = [Requirement(line) for line in lines if line and not line.startswith("#")]
    brought = {name for pin in pins for name in brought_by(pin)}
    owners = packages_distributions()
    hidden = [
        name
        for name, of in owners.items()
        if not brought & {canonicalize_name(owner) for owner in of}
    ]
    assert {"pytest", "playwright"} <= set(hidden)
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{tmp_path}/swivi.db"}
    command = [sys.executable, "-c", WITHOUT, " ".join(hidden)]
    done = subprocess.run(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 0, done.stderr
