"""Ways in which mail and its links refuse."""

from swivi.core.errors import NotFound, Unavailable


class LinkEnded(NotFound):
    """The link was used, is too old, or never was one: deliberately not told apart."""

    code = "link_ended"

    def __init__(self) -> None:
        super().__init__("This link has been used or is too old. Ask for a new one.")


class NoMail(Unavailable):
    """No mail server is set up, so that nothing can be sent."""

    code = "no_mail"

    def __init__(self) -> None:
        super().__init__("This Swivi cannot send mail. Ask the people who run it.")
