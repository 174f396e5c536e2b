"""Makes `.venv` and installs what is pinned, unless that is done already. Needs nothing but Python.

python3 scripts/install.py [requirements-dev.txt]
"""

# ruff: noqa: S603, T201, UP036 - starts pip and says so; whoever runs this may have an older Python

import hashlib
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"


def main() -> None:
    if sys.version_info < (3, 11):
        sys.exit("Swivi needs Python 3.11 or newer. Name one: make PYTHON=python3.12 ...")
    requirements = ROOT / (sys.argv[1] if len(sys.argv) > 1 else "requirements.txt")
    stamp = VENV / f".installed-{requirements.stem}"
    wanted = fingerprint()
    if not stamp.exists() or stamp.read_text() != wanted:
        install(requirements)
        stamp.write_text(wanted)


def fingerprint() -> str:
    """A hash over all pins: the development list includes the other one."""
    pins = b"".join(path.read_bytes() for path in sorted(ROOT.glob("requirements*.txt")))
    return hashlib.sha256(pins).hexdigest()


def install(requirements: Path) -> None:
    if not (VENV / "bin" / "pip").exists():
        make_environment()
    print(f"Installing {requirements.name} ...", flush=True)
    pip = [
        str(VENV / "bin" / "python"),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
    ]
    done = subprocess.run([*pip, "-r", str(requirements)])
    if done.returncode:
        sys.exit(done.returncode)


def make_environment() -> None:
    print(f"Making {VENV.name} ...", flush=True)
    try:
        venv.create(VENV, with_pip=True)
    except subprocess.CalledProcessError:
        sys.exit(
            "This Python cannot make virtual environments. On Debian: apt install python3-venv"
        )


if __name__ == "__main__":
    main()
