"""The postman sends the mails of the outbox. One runs in each process."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Literal

import aiosmtplib
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core.changes import ChangeSet
from swivi.core.db import Database
from swivi.core.outbox import Dispatcher
from swivi.domain.mail import outbox, words
from swivi.domain.mail.models import MailKind
from swivi.domain.mail.outbox import ClaimedMail

log = logging.getLogger("swivi.mail")

ATTEMPT_SECONDS = 20.0
"""How long the mail server may take for each of its answers."""
MOST_AT_ONCE = 5
REFUSED = range(500, 600)
"""Permanent SMTP errors. https://www.rfc-editor.org/rfc/rfc5321#section-4.2.1"""


LinkTo = Callable[[MailKind, str], str]
"""Return the URL that a mail of this kind leads to, with its token."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """The SMTP server that takes our mail."""

    host: str
    port: int
    user: str | None
    password: str | None = field(repr=False)
    encryption: Literal["starttls", "tls", "off"]


class Postman(Dispatcher[ClaimedMail]):
    """Sends the mails of a database. Without a server it prints them to the log, for developers."""

    def __init__(
        self, database: Database, server: MailServer | None, *, sender: str, link_to: LinkTo
    ) -> None:
        super().__init__(database, most_at_once=MOST_AT_ONCE)
        self._server = server
        self._sender = sender
        self._link_to = link_to

    def notice(self, changed: ChangeSet) -> None:
        """Look for mails if a commit wrote some. Call it in the event loop; it returns at once."""
        if changed.mail:
            self.wake()

    async def _is_any_due(self, session: AsyncSession) -> bool:
        return await outbox.is_any_due(session)

    async def _claim(self, session: AsyncSession, claim: str, limit: int) -> Sequence[ClaimedMail]:
        return await outbox.claim(session, claim, limit=limit)

    def _label(self, item: ClaimedMail) -> str:
        return f"Mail {item.mail_id}"

    async def _send(self, item: ClaimedMail) -> None:
        link = self._link_to(item.kind, item.token)
        mail = words.message(item.kind, sender=self._sender, recipient=item.recipient, link=link)
        error, is_final = None, False
        try:
            await self._hand_in(mail)
        except (aiosmtplib.SMTPException, OSError) as problem:
            error, is_final = _in_words(problem), _is_permanent(problem)
        async with self._database.writing() as session:
            await outbox.record(session, item, error, is_final=is_final)
        # Neither the link nor the address may be in the log.
        log.info("Mail %d (%s): %s", item.mail_id, item.kind, error or "sent")

    async def _hand_in(self, mail: EmailMessage) -> None:
        if self._server is None:
            log.info(
                "No mail server is set up. This mail would be sent to %s:\n%s",
                mail["To"],
                mail.get_content(),
            )
            return
        await aiosmtplib.send(
            mail,
            hostname=self._server.host,
            port=self._server.port,
            username=self._server.user,
            password=self._server.password,
            use_tls=self._server.encryption == "tls",
            start_tls=self._server.encryption == "starttls",
            timeout=ATTEMPT_SECONDS,
        )


def _in_words(problem: Exception) -> str:
    """Return the kind and code of an error. The server's own words often hold the address."""
    codes = sorted(_codes(problem))
    return f"{type(problem).__name__}{' ' if codes else ''}{', '.join(map(str, codes))}"


def _is_permanent(problem: Exception) -> bool:
    """Return whether the server refused the recipient permanently."""
    codes = _codes(problem) if isinstance(problem, aiosmtplib.SMTPRecipientsRefused) else set()
    return bool(codes) and all(code in REFUSED for code in codes)


def _codes(problem: Exception) -> set[int]:
    if isinstance(problem, aiosmtplib.SMTPRecipientsRefused):
        return {refused.code for refused in problem.recipients}
    return {problem.code} if isinstance(problem, aiosmtplib.SMTPResponseException) else set()
