"""What a page shows at once, before its scripts have run.

A page with an id in its address cannot be built ahead, so the server sends one that is empty until then;
`FirstFrame` fills it with the frame of a page that is coming. Pages without an id are built ahead whole, but
their twenty scripts would compete with their style sheet and start before the first paint.
"""

from pathlib import Path
from typing import Any

from reflex_base.plugins import Plugin

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
"""React Router shows this until it has the page: https://reactrouter.com/start/framework/route-module#hydratefallback"""


class FirstFrame(Plugin):
    """Builds a front end that paints before its scripts have run, whatever the address."""

    def pre_compile(self, **context: Any) -> None:
        """Registers the change with the compiler."""
        context["add_modify_task"](ROOT_MODULE, with_first_frame)

    def post_build(self, **context: Any) -> None:
        """Changes the pages that were built ahead, before they are compressed."""
        for page in Path(context["static_dir"]).rglob("*.html"):
            page.write_text(styles_before_scripts(page.read_text()))


def with_first_frame(root_jsx: str) -> str:
    """Reflex's root module with the frame; unchanged if it has it already."""
    return root_jsx if FRAME in root_jsx else root_jsx + FRAME


def styles_before_scripts(html: str) -> str:
    """A built page whose scripts come after what it is painted with, and run when it has been read.

    Preloads are as urgent as style sheets otherwise: https://web.dev/articles/fetch-priority
    """
    patient = html.replace('<link rel="modulepreload"', '<link fetchpriority="low" rel="modulepreload"')
    return patient.replace('<script type="module" async="">', '<script type="module">')
