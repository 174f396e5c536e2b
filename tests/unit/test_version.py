"""The version that Swivi shows is the one it is released under."""

import tomllib

import swivi
from tests.servers import ROOT


def test_there_is_one_version() -> None:
    released = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert swivi.__version__ == released["project"]["version"]
