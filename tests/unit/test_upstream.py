"""An upgrade of Reflex or Socket.IO fails here first, with what to look at."""

from importlib.metadata import version

import pytest

from swivi.reflex_ext.upstream import SOURCES, VERSIONS, Source, installed_digest


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_upstream_source_is_what_swivi_was_written_for(source: Source) -> None:
    assert installed_digest(source) == source.digest, (
        f"{source.name} is not what it was. Check this: {source.check}. Then write the new digest "
        "into swivi/reflex_ext/upstream.py."
    )


def test_the_versions_that_were_read_are_the_installed_ones() -> None:
    assert {name: version(name) for name in VERSIONS} == VERSIONS, (
        "Look at every reason in swivi/reflex_ext/upstream.py, and at Reflex's changelog for what "
        "made it unnecessary. Then write the new version there."
    )
