"""A notice for users whose email address is not verified, with a button to send the link again."""

import reflex as rx
from reflex.event import EventSpec

from swivi.core.errors import SwiviError
from swivi.domain.mail import outbox
from swivi.domain.mail import service as mail
from swivi.domain.mail.errors import NoMail
from swivi.domain.mail.models import MailKind
from swivi.pages.engine.acting import acting
from swivi.pages.engine.gate import client_address, current_actor, public, signed_in
from swivi.pages.engine.session import viewer
from swivi.runtime.runtime import runtime
from swivi.ui.buttons import button
from swivi.ui.feedback import notice, toast_error, toast_success


class AddressState(rx.State):
    """`unverified` is false where no mail can be sent."""

    unverified: bool = False

    @public
    async def load(self) -> None:
        """Read whether the address is verified."""
        actor = await viewer(self)
        if actor is None or runtime().postman is None:
            self.unverified = False
            return
        async with runtime().database.reading() as session:
            self.unverified = not await mail.is_verified(session, actor)

    @signed_in
    async def send_link(self) -> EventSpec | None:
        """Send the verification mail again."""
        actor = await current_actor(self)
        try:
            await runtime().quotas.verification(actor, client_address(self))
            async with acting(self) as (session, actor):
                if runtime().postman is None:
                    raise NoMail
                await outbox.post(session, actor.user_id, MailKind.VERIFY)
        except SwiviError as refusal:
            return toast_error(refusal.sentence)
        return toast_success(f"We sent a link to {actor.email}. It works for 3 days.")


def address_part() -> rx.Component:
    """The notice. Empty if the address is verified."""
    again = button("Send the link again", on_click=AddressState.send_link)
    words = rx.el.div(
        rx.el.p(
            "Verify your email address before your first payout. Open the link in the mail that we "
            "sent you."
        ),
        again,
    )
    return rx.cond(AddressState.unverified, notice("waiting", words))
