"""A real mail server on loopback, which keeps what it is handed."""

import re
import ssl
import threading
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

LINK = re.compile(r"https?://\S+/(reset|verify)#(\S+)")


@dataclass
class Mailbox:
    """What the mail server took, and what it answers: `refuses` is an SMTP answer for every
    recipient.
    """

    port: int
    got: list[EmailMessage] = field(default_factory=list)
    refuses: str = ""
    arrived: threading.Event = field(default_factory=threading.Event)
    seen: list[str] = field(default_factory=list)
    """Users that signed in, and whether the connection was encrypted."""

    def token(self, number: int = -1) -> str:
        """The secret in a mail's link."""
        found = LINK.search(self.got[number].get_content())
        assert found
        return found[2]

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.refuses:
            return self.refuses
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        assert mail["To"] == ", ".join(envelope.rcpt_tos)
        self.got.append(mail)
        self.arrived.set()
        return "250 Kept"

    def authenticator(
        self, server: SMTP, session: Session, envelope: Envelope, how: str, given: Any
    ) -> AuthResult:
        is_right = isinstance(given, LoginPassword) and (given.login, given.password) == (
            b"swivi",
            b"mail-secret",
        )
        self.seen.append(f"{how} {'encrypted' if session.ssl else 'in the clear'} {is_right}")
        return AuthResult(success=is_right)

    def served(self, **settings: Any) -> Controller:
        return Controller(self, hostname="127.0.0.1", port=self.port, **settings)

    def served_with_tls(self, context: ssl.SSLContext) -> Controller:
        return self.served(
            tls_context=context,
            require_starttls=True,
            auth_required=True,
            authenticator=self.authenticator,
        )
