"""What a page with an id in its address shows at once.

Such a page cannot be built ahead, so the server sends one that is empty until its scripts have run. `FirstFrame`
fills it with the frame of a page that is coming. Pages without an id are built ahead whole and need none.
"""

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


def with_first_frame(root_jsx: str) -> str:
    """Reflex's root module with the frame; unchanged if it has it already."""
    return root_jsx if FRAME in root_jsx else root_jsx + FRAME
