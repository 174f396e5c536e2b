"""Where Reflex puts the front end that it built."""

from pathlib import Path

from reflex.constants import Dirs
from reflex.utils.prerequisites import get_web_dir


def built_front_end() -> Path:
    """Return the folder of the built pages, scripts and style sheets.

    Reflex serves that folder by itself and exports neither its name nor its place.
    """
    return get_web_dir() / Dirs.STATIC
