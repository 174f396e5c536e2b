"""What a page shows at once, before its scripts have run.

A page with an id in its address cannot be built ahead, so the server sends one that is empty until
then; `FirstFrame` fills it with the frame of a page that is coming. Pages without an id are built
ahead whole, but their scripts would be twenty files that compete with their style sheet, and run
before the first paint.
"""

import re
from pathlib import Path
from typing import Any

from reflex_base.plugins import Plugin

from swivi.reflex_ext.generated import insert

ROOT_MODULE = "app/root.jsx"

FRAME = """
export function HydrateFallback() {
  return jsx("div", {className: "shell"},
    jsx("header", {className: "topbar"},
      jsx("span", {className: "brand"}, jsx("img", {src: "/favicon.svg", alt: ""}), "Swivi")),
    jsx("div", {className: "nav"}),
    jsx("main", {id: "main", className: "main", "aria-busy": true},
      jsx("div", {className: "skeleton-rows", role: "status"},
        jsx("span", {className: "sr-only"}, "Loading"),
        ...Array.from({length: 6}, (_, row) => jsx("div", {key: row, className: "skeleton skeleton-row"})))));
}
"""
"""React Router shows this until it has the page:
https://reactrouter.com/start/framework/route-module#hydratefallback
"""


GROUPS_LINE = "          groups: [\n"
"""Where Reflex 0.10.1 says which modules share a file (`.web/vite.config.js`)."""

GROUPS = """\
            { test: /lucide-react/, name: "icons" },
            { name: "everywhere", minShareCount: 30 },
"""
"""The icons, which are a file each otherwise, and what nearly all pages need.

https://rolldown.rs/reference/OutputOptions.codeSplitting
"""

STARTS = re.compile(r'<script type="module" async="">(.*?)</script>', re.DOTALL)
"""What starts a built page's scripts."""

ONCE_PAINTED = (
    "if (!document.hidden) await new Promise((go) => requestAnimationFrame(() => setTimeout(go)));"
)
"""A hidden tab is not painted, and need not wait for it."""


class FirstFrame(Plugin):
    """Builds a front end that paints before its scripts have run, whatever the address."""

    def pre_compile(self, **context: Any) -> None:
        """Registers the change with the compiler."""
        context["add_modify_task"](ROOT_MODULE, with_first_frame)
        context["add_modify_task"]("vite.config.js", in_few_files)

    def post_build(self, **context: Any) -> None:
        """Changes the pages that were built ahead, before they are compressed."""
        for page in Path(context["static_dir"]).rglob("*.html"):
            page.write_text(paints_first(page.read_text()))


def with_first_frame(root_jsx: str) -> str:
    """Reflex's root module with the frame; unchanged if it has it already."""
    return root_jsx if FRAME in root_jsx else root_jsx + FRAME


def in_few_files(vite_config: str) -> str:
    """Reflex's `vite.config.js` that makes a dozen files of a page's scripts: each costs a request
    of its own.
    """
    return insert(GROUPS, vite_config, after=GROUPS_LINE)


def paints_first(html: str) -> str:
    """A built page whose scripts come after what it is painted with, and run when it has been.

    Preloads are as urgent as style sheets otherwise: https://web.dev/articles/fetch-priority
    """
    patient = html.replace(
        '<link rel="modulepreload"', '<link fetchpriority="low" rel="modulepreload"'
    )
    return STARTS.sub(
        lambda start: f'<script type="module">{_once_painted(start[1])}</script>', patient
    )


def _once_painted(script: str) -> str:
    """With imports that wait, as all else does: the usual ones come before all else, wherever they
    stand.
    """
    named = re.sub(
        r"^import \* as (\w+) from (.+?);",
        r"const \1 = await import(\2);",
        script,
        flags=re.MULTILINE,
    )
    return ONCE_PAINTED + re.sub(
        r'^import (".+?");', r"await import(\1);", named, flags=re.MULTILINE
    )
