"""The postman: one per process.

Woken by commits and by the clock, it sends what is due and records how that went.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Literal
from uuid import uuid4

import aiosmtplib

from swivi.core.changes import ChangeSet
from swivi.core.db import Database
from swivi.core.outages import Outage
from swivi.domain.mail import outbox, words
from swivi.domain.mail.models import MailKind
from swivi.domain.mail.outbox import ClaimedMail

log = logging.getLogger("swivi.mail")

ATTEMPT_SECONDS = 20.0
"""How long the mail server may take for each of its answers."""
LOOK_SECONDS = 5.0
"""How often mails are looked for that became due, or that another process wrote."""
MOST_AT_ONCE = 5
REFUSED = range(500, 600)
"""What an SMTP server answers for ever. https://www.rfc-editor.org/rfc/rfc5321#section-4.2.1"""


LinkTo = Callable[[MailKind, str], str]
"""Return the URL that a mail of this kind leads to, with its token."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed in."""

    host: str
    port: int
    user: str | None
    password: str | None = field(repr=False)
    encryption: Literal["starttls", "tls", "off"]


class Postman:
    """Sends the mails of a database.

    Without a server they are printed to the log, for developers to follow.
    """

    def __init__(
        self, database: Database, server: MailServer | None, *, sender: str, link_to: LinkTo
    ) -> None:
        self._database = database
        self._server = server
        self._sender = sender
        self._link_to = link_to
        self._something = asyncio.Event()

    def notice(self, changed: ChangeSet) -> None:
        """A commit changed this. Called in the event loop; returns at once."""
        if changed.mail:
            self._something.set()

    async def run(self) -> None:
        """Send what is due, until cancelled."""
        while True:
            self._something.clear()
            with suppress(Outage):  # which is in the log; the database is asked again soon
                await self.send_due()
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._something.wait()

    async def send_due(self) -> None:
        """Send what is due now, and return when that is done."""
        while letters := await self._claim():
            await asyncio.gather(*(self._send(letter) for letter in letters))

    async def _claim(self) -> Sequence[ClaimedMail]:
        async with self._database.reading() as session:
            if not await outbox.is_any_due(session):
                return []
        async with self._database.writing() as session:
            return await outbox.claim(session, uuid4().hex, limit=MOST_AT_ONCE)

    async def _send(self, letter: ClaimedMail) -> None:
        link = self._link_to(letter.kind, letter.token)
        mail = words.message(
            letter.kind, sender=self._sender, recipient=letter.recipient, link=link
        )
        error, is_final = None, False
        try:
            await self._hand_in(mail)
        except (aiosmtplib.SMTPException, OSError) as problem:
            error, is_final = _in_words(problem), _is_for_ever(problem)
        async with self._database.writing() as session:
            await outbox.record(session, letter, error, is_final=is_final)
        # Neither the link nor the address: the log is no place for either.
        log.info("Mail %d (%s): %s", letter.mail_id, letter.kind, error or "sent")

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
    """What went wrong, without the server's words: they often repeat the address."""
    codes = sorted(_codes(problem))
    return f"{type(problem).__name__}{' ' if codes else ''}{', '.join(map(str, codes))}"


def _is_for_ever(problem: Exception) -> bool:
    """Whether the server refused this recipient for good."""
    codes = _codes(problem) if isinstance(problem, aiosmtplib.SMTPRecipientsRefused) else set()
    return bool(codes) and all(code in REFUSED for code in codes)


def _codes(problem: Exception) -> set[int]:
    if isinstance(problem, aiosmtplib.SMTPRecipientsRefused):
        return {refused.code for refused in problem.recipients}
    return {problem.code} if isinstance(problem, aiosmtplib.SMTPResponseException) else set()
