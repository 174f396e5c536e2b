"""What the mails say.

No word of them comes from a user: whoever signs up somebody else cannot speak to them.
"""

from datetime import timedelta
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from swivi.domain.mail.models import MailKind

LIFE = {
    MailKind.VERIFY: timedelta(days=3),
    MailKind.RESET: timedelta(minutes=30),
    MailKind.TAKEN: timedelta(0),
}
"""How long a link opens something, from when it was sent."""

SUBJECT = {
    MailKind.VERIFY: "Verify your email address",
    MailKind.RESET: "Choose a new password",
    MailKind.TAKEN: "You have an account already",
}

_TEXT = {
    MailKind.VERIFY: """\
Somebody signed up to Swivi with this email address. If it was you, verify it here:

{link}

Enter the password that you chose when you signed up. The link works once, for 3 days.
If it was not you, there is nothing to do: without that password nothing is opened in your name.
""",
    MailKind.RESET: """\
Somebody asked for a new password for your Swivi account. If it was you, choose one here:

{link}

The link works once, for 30 minutes. A new password signs you out everywhere and ends your API tokens.
If it was not you, there is nothing to do: your password stays as it is.
""",
    MailKind.TAKEN: """\
Somebody signed up to Swivi with this email address, which has an account already. If it was you, sign in here:

{link}

If you forgot your password, you can choose a new one there. If it was not you, there is nothing to do:
your account stays as it is.
""",
}


def message(kind: MailKind, *, sender: str, recipient: str, link: str) -> EmailMessage:
    """The mail, as it is sent."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, recipient, SUBJECT[kind]
    mail["Date"], mail["Message-ID"] = (
        formatdate(),
        make_msgid(domain=sender.rpartition("@")[2].rstrip(">")),
    )
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(_TEXT[kind].format(link=link))
    return mail
