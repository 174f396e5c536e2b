"""`python -m swivi <command>`: the command line."""

import os
import sys

from swivi.cli.app import app
from swivi.runtime import private_files


def main() -> None:
    """Run the command and exit at once, without the interpreter's teardown.

    Threads of the Apify client's native half may still be about to call back into Python. Caught in
    the middle of the interpreter's end they abort the process: one command in twenty ended with
    status 134 on a busy machine.
    """
    private_files.create_private_files()
    try:
        app(prog_name="python -m swivi")
    except SystemExit as end:
        if isinstance(end.code, str):  # to be printed, before anything was opened
            raise
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(end.code or 0)


main()
