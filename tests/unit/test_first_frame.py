"""A built page paints before its scripts run, and its scripts are few files."""

import pytest

from swivi.reflex_ext.first_frame import (
    GROUPS,
    GROUPS_LINE,
    ONCE_PAINTED,
    in_few_files,
    paints_first,
)

BUILT = """\
<link rel="modulepreload" href="/assets/root-1.js"/>\
<script>first();</script>\
<script type="module" async="">import "/assets/manifest-1.js";
import * as route0 from "/assets/root-1.js";
  window.modules = {"root":route0};
import("/assets/entry-1.js");</script>"""

PATIENT = f"""\
<link fetchpriority="low" rel="modulepreload" href="/assets/root-1.js"/>\
<script>first();</script>\
<script type="module">{ONCE_PAINTED}await import("/assets/manifest-1.js");
const route0 = await import("/assets/root-1.js");
  window.modules = {{"root":route0}};
import("/assets/entry-1.js");</script>"""


def test_a_built_pages_scripts_wait_for_the_first_paint_in_their_order() -> None:
    assert paints_first(BUILT) == PATIENT


def test_a_page_that_waits_already_is_left_as_it_is() -> None:
    assert paints_first(PATIENT).count(ONCE_PAINTED) == 1


def test_scripts_are_put_together_once_however_often_the_front_end_is_compiled() -> None:
    once = in_few_files(f"before\n{GROUPS_LINE}after\n")
    assert once.count(GROUPS) == 1
    assert in_few_files(once) == once


def test_a_reflex_that_groups_them_differently_stops_the_build() -> None:
    with pytest.raises(RuntimeError, match="Reflex changed"):
        in_few_files("output: {}\n")
