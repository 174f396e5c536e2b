"""`python -m swivi <command>`: the command line."""

from swivi.cli import app

app(prog_name="python -m swivi")
