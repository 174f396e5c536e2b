"""A real mail server on loopback, and a Swivi that sends its mails there."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from swivi import routes
from swivi.domain.mail.postman import MailServer, Postman
from tests.mailbox import Mailbox
from tests.servers import free_port
from tests.world import World
from tests.world import open_world as open_world
from tests.world import world as world

SENDER = "Swivi <hello@swivi.test>"
BASE_URL = "https://swivi.test"
LINK_TO = partial(routes.of_mail, BASE_URL)

PostmanFor = Callable[..., Postman]


@pytest.fixture
def mailbox() -> Mailbox:
    """A mailbox whose server does not run yet."""
    return Mailbox(free_port())


@pytest.fixture
def delivered(mailbox: Mailbox) -> Iterator[Mailbox]:
    """A mailbox whose server runs."""
    controller = mailbox.served()
    controller.start()
    yield mailbox
    controller.stop()


@pytest.fixture
def postman_for(world: World, mailbox: Mailbox) -> PostmanFor:
    """A postman that hands in at the mailbox."""

    def make(**changes: Any) -> Postman:
        known = {
            "host": "127.0.0.1",
            "port": mailbox.port,
            "user": None,
            "password": None,
            "encryption": "off",
        }
        server = MailServer(**(known | changes))
        return Postman(world.database, server, sender=SENDER, link_to=LINK_TO)

    return make


@pytest.fixture
def postman(postman_for: PostmanFor) -> Postman:
    return postman_for()
