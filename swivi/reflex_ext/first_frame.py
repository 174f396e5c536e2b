"""What a page shows before its scripts have run.

A page with an id in its address cannot be built ahead, so the server sends an empty one.
`FirstFrame` gives that one the frame of a loading page. Pages without an id are built ahead
completely. But without this plugin their scripts are twenty files that compete with the style sheet
and run before the first paint.
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
"""  # noqa: E501
"""React Router shows this until it has loaded the page.

https://reactrouter.com/start/framework/route-module#hydratefallback
"""

GROUPS_LINE = "          groups: [\n"
"""The line of `.web/vite.config.js` that starts the groups of modules in one file (0.10.1)."""

GROUPS = """\
            { test: /lucide-react/, name: "icons" },
            { name: "everywhere", minShareCount: 30 },
"""
"""One file for the icons, which would be a file each, and one for what most pages share.

https://rolldown.rs/reference/OutputOptions.codeSplitting
"""

STARTS = re.compile(r'<script type="module" async="">(.*?)</script>', re.DOTALL)
"""The element of a built page that starts its scripts."""

ONCE_PAINTED = (
    "if (!document.hidden) await new Promise((go) => requestAnimationFrame(() => setTimeout(go)));"
)
"""A hidden tab is never painted, so it must not wait for that."""


class FirstFrame(Plugin):
    """Builds a front end that paints before its scripts run, at every address."""

    def pre_compile(self, **context: Any) -> None:
        """Register the edits with the compiler. Raise RuntimeError as `insert` does."""
        context["add_modify_task"](ROOT_MODULE, with_first_frame)
        context["add_modify_task"]("vite.config.js", in_few_files)

    def post_build(self, **context: Any) -> None:
        """Edit the pages that were built ahead, before they are compressed."""
        for page in Path(context["static_dir"]).rglob("*.html"):
            page.write_text(paints_first(page.read_text()))


def with_first_frame(root_jsx: str) -> str:
    """Return Reflex's root module with the frame; unchanged if it has the frame already."""
    return root_jsx if FRAME in root_jsx else root_jsx + FRAME


def in_few_files(vite_config: str) -> str:
    """Return Reflex's `vite.config.js` with fewer, larger script files: each costs a request."""
    return insert(GROUPS, vite_config, after=GROUPS_LINE)


def paints_first(html: str) -> str:
    """Return a built page that loads its scripts after its styles and runs them after the paint.

    Preloads have the same priority as style sheets: https://web.dev/articles/fetch-priority
    """
    patient = html.replace(
        '<link rel="modulepreload"', '<link fetchpriority="low" rel="modulepreload"'
    )
    return STARTS.sub(
        lambda start: f'<script type="module">{_once_painted(start[1])}</script>', patient
    )


def _once_painted(script: str) -> str:
    """Return the script with dynamic imports, which wait for the paint.

    Static imports run before everything else in a script, wherever they are written.
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
