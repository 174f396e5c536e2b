"""Fails if a file of the project seems to hold a credential. Needs no network.

Tests and benchmarks are full of made-up passwords, so among them only what has the shape of a real
service's key counts.
"""

import subprocess
import sys
from pathlib import Path

from detect_secrets import SecretsCollection
from detect_secrets.settings import default_settings

NOT_TEXT = (".webp", ".png", ".ico", ".woff2")
GENERATED = (
    "reflex.lock/",
    "swivi/domain/ledger/triggers.py",
    "swivi/reflex_ext/upstream.py",
)
"""Full of checksums."""

NO_SECRETS = ("IPPublicDetector",)
"""An address of the internet is none."""

BY_THEIR_NAME = ("KeywordDetector", "BasicAuthDetector")
"""Finds any value that is called a password or a secret."""

EXAMPLES = (
    r"^password$",
    r"^correct horse battery",
    r"^123456789ABCDEFGHJKLMNPQRSTUVWXYZ",  # the alphabet of base58
    r"^EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v$",  # USDC on Solana, for everybody to see
    r"^DE\d{18,20}$",  # bank accounts
    r"^whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw8kWnGZ8xkY0=$|^MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw8kWnGZ8xkY0=$",
)
"""Made up, for people to read in the documentation."""


def project_files() -> list[str]:
    """What is under version control, or would be with the next commit."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],  # noqa: S607
        check=True,
        capture_output=True,
        text=True,
    )
    return [
        name
        for name in listed.stdout.splitlines()
        if not name.startswith(GENERATED) and not name.endswith(NOT_TEXT) and Path(name).is_file()
    ]


def found_in(names: list[str], *, but: tuple[str, ...] = ()) -> list[str]:
    """`file:line kind` of each find in these files, without what the detectors named in `but`
    find.
    """
    with default_settings() as settings:
        settings.disable_plugins(*NO_SECRETS, *but)
        settings.configure_filters(
            [
                {
                    "path": "detect_secrets.filters.regex.should_exclude_secret",
                    "pattern": list(EXAMPLES),
                }
            ]
        )
        finds = SecretsCollection()
        for name in names:
            finds.scan_file(name)
    return sorted(f"{name}:{find.line_number} {find.type}" for name, find in finds)


def main() -> None:
    """Print what was found; exit 1 if that is anything."""
    names = project_files()
    made_up = [name for name in names if name.startswith(("tests/", "benchmarks/"))]
    found = found_in([name for name in names if name not in made_up]) + found_in(
        made_up, but=BY_THEIR_NAME
    )
    sys.stdout.writelines(f"{find}\n" for find in found)
    sys.stdout.write(f"Secrets: {len(found)} found in {len(names)} files.\n")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
