"""A clipper's statement: every movement of the balance, and how each cent was earned. Live."""

import reflex as rx

from swivi import routes
from swivi.pages.clipper.statement.state import OwnStatement
from swivi.pages.shared.frame import clipper_page
from swivi.pages.shared.statement import exports, statement_parts


def statement_page() -> rx.Component:
    """The page at /clippers/statement."""
    return clipper_page(
        "Statement",
        statement_parts(
            OwnStatement,
            "You will see here what your clips earn and what you withdraw, cent by cent.",
        ),
        current=routes.CLIPPER_PAYOUTS,
        subtitle=rx.el.span(
            "Every movement of your available balance, and how each cent was earned."
        ),
        actions=exports(OwnStatement),
    )
