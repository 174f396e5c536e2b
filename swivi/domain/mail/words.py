"""The texts of the mails.

They hold no text from a user. Otherwise anybody could send a message to a stranger's address.
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
"""How long a link is valid after it was sent."""

SUBJECT = {
    MailKind.VERIFY: "Verify your email address",
    MailKind.RESET: "Choose a new password",
    MailKind.TAKEN: "You already have an account",
}

_TEXT = {
    MailKind.VERIFY: """\
Someone signed up to Swivi with this email address. If it was you, verify it here:

{link}

Enter the password that you chose when you signed up. The link works once, for 3 days.
If it was not you, ignore this mail. No account is opened without that password.
""",
    MailKind.RESET: """\
Someone asked for a new password for your Swivi account. If it was you, choose one here:

{link}

The link works once, for 30 minutes. A new password signs you out everywhere and revokes your
API tokens.
If it was not you, ignore this mail. Your password stays as it is.
""",
    MailKind.TAKEN: """\
Someone signed up to Swivi with this email address, which already has an account.
If it was you, sign in here:

{link}

If you forgot your password, you can choose a new one there.
If it was not you, ignore this mail. Your account stays as it is.
""",
}


def message(kind: MailKind, *, sender: str, recipient: str, link: str) -> EmailMessage:
    """Return the mail."""
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = recipient
    mail["Subject"] = SUBJECT[kind]
    mail["Date"] = formatdate()
    mail["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2].rstrip(">"))
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(_TEXT[kind].format(link=link))
    return mail
