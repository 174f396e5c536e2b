"""Errors of mails and their links."""

from swivi.core.errors import NotFound, Unavailable


class LinkEnded(NotFound):
    """The link was used, has expired or never existed. The answer is the same for all three."""

    code = "link_ended"

    def __init__(self) -> None:
        super().__init__("This link has been used or is too old. Ask for a new one.")


class NoMail(Unavailable):
    """No mail server is configured."""

    code = "no_mail"

    def __init__(self) -> None:
        super().__init__("This Swivi server cannot send mail. Contact its operator.")
