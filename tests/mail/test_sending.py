"""What is posted is sent, once it is committed and as often as that takes, and its secret is kept
by nobody.
"""

import asyncio
import logging
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from swivi.core import clock
from swivi.core.db import Database
from swivi.core.outbox import LOOK_SECONDS
from swivi.domain.mail import outbox
from swivi.domain.mail.models import Mail, MailKind
from swivi.domain.mail.outbox import CLAIMED_FOR, KEPT, PAUSES
from swivi.domain.mail.postman import Postman
from tests.certificates import certificate
from tests.mail.conftest import BASE_URL, LINK_TO, SENDER, PostmanFor
from tests.mailbox import Mailbox
from tests.world import World


async def post(world: World, kind: MailKind = MailKind.RESET) -> None:
    async with world.database.writing() as session:
        await outbox.post(session, world.clipper.user_id, kind)


async def mails(world: World) -> list[Mail]:
    return sorted(await world.all(Mail), key=lambda mail: mail.id)


@pytest.mark.parametrize("kind", [MailKind.VERIFY, MailKind.RESET])
async def test_a_mail_arrives_with_a_link_whose_secret_is_kept_nowhere(
    world: World,
    postman: Postman,
    delivered: Mailbox,
    kind: MailKind,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    await post(world, kind)
    await postman.send_due()
    await postman.send_due()

    [mail] = delivered.got
    assert (mail["To"], mail["From"], mail["Auto-Submitted"]) == (
        world.clipper.email,
        SENDER,
        "auto-generated",
    )
    token = delivered.token()
    assert f"{BASE_URL}/{kind.lower()}#{token}" in mail.get_content()
    [row] = await mails(world)
    assert (row.attempts, row.error, row.next_attempt_at) == (1, None, None)
    assert row.sent_at
    async with world.database.reading() as session:
        kept = str((await session.execute(text("SELECT * FROM mails"))).all())
        owner = await outbox.owner(session, kind, token)
    assert token not in kept
    assert owner is not None
    assert owner.id == world.clipper.user_id
    told = "".join(
        record.getMessage() for record in caplog.records if record.name.startswith("swivi")
    )
    assert token not in told
    assert world.clipper.email not in told


async def test_what_is_rolled_back_is_never_sent(
    world: World, postman: Postman, delivered: Mailbox
) -> None:
    async with world.database.writing() as session:
        await outbox.post(session, world.clipper.user_id, MailKind.RESET)
        await session.rollback()
    await postman.send_due()
    assert delivered.got == []


async def test_a_server_that_is_away_is_tried_again_after_growing_pauses_and_in_the_end_given_up(
    world: World, postman: Postman
) -> None:
    await post(world)
    moment = clock.now()
    for attempt, pause in enumerate(PAUSES, start=1):
        with clock.standing_at(moment):
            await postman.send_due()
            await postman.send_due()
            [row] = await mails(world)
            assert (row.attempts, row.sent_at, row.next_attempt_at) == (
                attempt,
                None,
                moment + pause,
            )
            assert row.error
            assert "127.0.0.1" not in row.error, "the server's words are not repeated"
        moment += pause
    with clock.standing_at(moment):
        await postman.send_due()
    [row] = await mails(world)
    assert (row.attempts, row.sent_at, row.next_attempt_at) == (len(PAUSES) + 1, None, None)


async def test_the_link_of_an_attempt_that_failed_ends_with_the_next_one(
    world: World, postman: Postman, mailbox: Mailbox
) -> None:
    await post(world)
    async with world.database.writing() as session:
        [lost] = await outbox.claim(session, "a postman who died", limit=1)
    controller = mailbox.served()
    controller.start()
    try:
        await postman.send_due()
        assert mailbox.got == [], "somebody has it in hand"
        with clock.standing_at(clock.now() + CLAIMED_FOR + timedelta(seconds=1)):
            await postman.send_due()
    finally:
        controller.stop()
    assert len(mailbox.got) == 1
    async with world.database.reading() as session:
        assert await outbox.owner(session, MailKind.RESET, lost.token) is None
        assert await outbox.owner(session, MailKind.RESET, mailbox.token()) is not None


async def test_an_address_that_the_server_refuses_for_good_is_not_tried_again(
    world: World, postman: Postman, delivered: Mailbox
) -> None:
    delivered.refuses = f"550 {world.clipper.email} is nobody here"
    await post(world)
    await postman.send_due()
    [row] = await mails(world)
    assert (row.attempts, row.next_attempt_at, row.error) == (1, None, "SMTPRecipientsRefused 550")


async def test_an_address_that_the_server_puts_off_is_tried_again(
    world: World, postman: Postman, delivered: Mailbox
) -> None:
    delivered.refuses = "450 later"
    await post(world)
    await postman.send_due()
    [row] = await mails(world)
    assert row.next_attempt_at


async def test_two_postmen_send_each_mail_once(
    world: World, database_url: str, postman_for: PostmanFor, delivered: Mailbox
) -> None:
    for _ in range(12):
        await post(world)
    others = [Database(database_url) for _ in range(2)]
    postmen = [postman_for() for _ in others]
    for one, database in zip(postmen, others, strict=True):
        one._database = database
    await asyncio.gather(*(one.send_due() for one in postmen))
    for database in others:
        await database.dispose()
    assert len(delivered.got) == 12
    assert {mail.attempts for mail in await mails(world)} == {1}


async def test_a_commit_wakes_the_postman(
    world: World, postman: Postman, delivered: Mailbox
) -> None:
    world.database.listeners.append(postman.notice)
    at_work = asyncio.create_task(postman.run())
    try:
        await post(world)
        # Without the commit, it would look after LOOK_SECONDS.
        assert await asyncio.to_thread(delivered.arrived.wait, LOOK_SECONDS - 1)
    finally:
        at_work.cancel()


async def test_the_password_goes_to_an_encrypted_server_that_is_who_it_says(
    world: World,
    mailbox: Mailbox,
    postman_for: PostmanFor,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    serving, _ = certificate("localhost", tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "both.pem"))
    controller = mailbox.served_with_tls(serving)
    controller.start()
    try:
        known = {"user": "swivi", "password": "mail-secret", "encryption": "starttls"}
        await post(world)
        await postman_for(**known).send_due()
        [stopped] = await mails(world)
        assert stopped.error, "127.0.0.1 is not what the certificate says"
        assert mailbox.seen == []

        await post(world)
        await postman_for(host="localhost", **known).send_due()
    finally:
        controller.stop()
    assert mailbox.seen == ["LOGIN encrypted True"] or mailbox.seen == ["PLAIN encrypted True"]
    assert len(mailbox.got) == 1


async def test_a_server_without_encryption_gets_nothing_unless_that_was_said(
    world: World, delivered: Mailbox, postman_for: PostmanFor
) -> None:
    await post(world)
    await postman_for(encryption="starttls").send_due()
    [row] = await mails(world)
    assert row.error
    assert delivered.got == []


async def test_without_a_server_developers_read_the_mail_in_the_log(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    await post(world, MailKind.VERIFY)
    await Postman(world.database, None, sender=SENDER, link_to=LINK_TO).send_due()
    assert f"{BASE_URL}/verify#" in caplog.text
    assert world.clipper.email in caplog.text
    [row] = await mails(world)
    assert row.sent_at


async def test_old_mails_are_forgotten(world: World) -> None:
    await post(world)
    later = clock.now() + KEPT + timedelta(seconds=1)
    with clock.standing_at(later):
        await post(world)
        async with world.database.writing() as session:
            await outbox.forget_old(session)
    assert [mail.created_at for mail in await mails(world)] == [later]
