"""Small parts of several admin pages."""

import reflex as rx

from swivi import routes
from swivi.ui.buttons import link_button
from swivi.ui.feedback import empty_state
from swivi.ui.layout import cluster
from swivi.ui.numbers import count, count_text, money, percent_bar, percent_text
from swivi.ui.types import Node
from swivi.ui.vars import number_var, text_if


def budget_spent(spent: int, budget: int) -> rx.Component:
    """Show the spent cents of a budget: the amount, the percentage, and a bar."""
    return rx.el.div(
        cluster(money(spent), rx.el.span(percent_text(spent, budget), class_name="num quiet")),
        percent_bar(spent, budget, "Budget spent"),
    )


def clip_link(url: str, words: str) -> rx.Component:
    """Link to the video, in a new tab."""
    return rx.el.a(words, href=url, target="_blank", rel="noopener noreferrer", title=url)


def two_lines(first: Node, *second: Node) -> rx.Component:
    """Lay out a cell with a main line and a quiet line below."""
    return rx.el.div(
        rx.el.div(first), rx.el.div(*second, class_name="quiet"), style={"min_width": "140px"}
    )


def side_by_side(*parts: Node) -> rx.Component:
    """Lay out a cell whose parts stay on one line on narrow screens, too."""
    return rx.el.div(*parts, style={"display": "flex", "align_items": "center", "gap": "8px"})


def known_count(number: int | None) -> rx.Component:
    """Show a count; a dash for None."""
    return count(rx.Var.create(number).to(int))


def counted(number: int, one: str, several: str) -> rx.Component:
    """Show a number with its noun: "1 clip", "12 clips"."""
    return rx.fragment(count(number), " ", text_if(number_var(number) == 1, one, several))


def row_actions(*buttons: Node) -> rx.Component:
    """Lay out a row's buttons at its right end."""
    return rx.el.div(*buttons, class_name="row-actions")


def progress_bar(done: int, total: int, label: str) -> rx.Component:
    """Show how much of a total is done, as a bar."""
    return rx.el.progress(
        value=done,
        max=rx.cond(number_var(total) > 0, total, 1),
        class_name="percent-bar",
        aria_label=label,
        aria_valuetext=f"{count_text(done)} of {count_text(total)}",
    )


def no_such_campaign() -> rx.Component:
    """Say that the address names no campaign."""
    return empty_state(
        "megaphone",
        "There is no such campaign",
        "Check the address.",
        link_button("All campaigns", routes.ADMIN_CAMPAIGNS),
    )
