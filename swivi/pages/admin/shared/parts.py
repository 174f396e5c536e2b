"""Small parts that several admin pages show alike."""

import reflex as rx

from swivi.ui.layout import cluster
from swivi.ui.numbers import count, count_text, money, percent_bar, percent_text
from swivi.ui.types import Node
from swivi.ui.vars import number_var, text_if


def budget_spent(spent: int, budget: int) -> rx.Component:
    """How far a budget is used up, both in cents: the amount, the part, and a bar."""
    return rx.el.div(
        cluster(money(spent), rx.el.span(percent_text(spent, budget), class_name="num quiet")),
        percent_bar(spent, budget, "Budget spent"),
    )


def clip_link(url: str, words: str) -> rx.Component:
    """A link to the video itself, in a tab of its own."""
    return rx.el.a(words, href=url, target="_blank", rel="noopener noreferrer", title=url)


def two_lines(first: Node, *second: Node) -> rx.Component:
    """A cell with what matters above and what explains it below."""
    return rx.el.div(
        rx.el.div(first), rx.el.div(*second, class_name="quiet"), style={"min_width": "140px"}
    )


def side_by_side(*parts: Node) -> rx.Component:
    """A cell whose parts stay in one line, however narrow it gets."""
    return rx.el.div(*parts, style={"display": "flex", "align_items": "center", "gap": "8px"})


def known_count(number: int | None) -> rx.Component:
    """A count, or a dash while it is not known."""
    return count(rx.Var.create(number).to(int))


def counted(number: int, one: str, several: str) -> rx.Component:
    """How many of something: "1 clip", "12 clips"."""
    return rx.fragment(count(number), " ", text_if(number_var(number) == 1, one, several))


def row_actions(*buttons: Node) -> rx.Component:
    """A row's own buttons, at its right end."""
    return rx.el.div(*buttons, class_name="row-actions")


def progress_bar(done: int, total: int, label: str) -> rx.Component:
    """How many of how many, as a bar."""
    return rx.el.progress(
        value=done,
        max=rx.cond(number_var(total) > 0, total, 1),
        class_name="percent-bar",
        aria_label=label,
        aria_valuetext=f"{count_text(done)} of {count_text(total)}",
    )
