"""Starlette's mounts, made to pass every path on."""

import re

from starlette.routing import Mount


def match_every_path(mount: Mount) -> None:
    """Let the mount match paths that contain line breaks.

    Starlette compiles a mount's pattern without DOTALL and has no setting for it. A path with a
    line break then gets Starlette's own 404 instead of an answer of the mounted app.
    """
    mount.path_regex = re.compile(mount.path_regex.pattern, re.DOTALL)
