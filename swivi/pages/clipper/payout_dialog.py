"""Asking for a payout: amount, method and details, with the fee and the net said before it is sent."""

import uuid
from collections.abc import AsyncIterator, Mapping
from typing import Any

import reflex as rx
from reflex.event import EventSpec

from swivi.accounts.service import by_id
from swivi.core import money
from swivi.core.errors import InvalidInput, SwiviError
from swivi.core.money import format_dollars, parse_dollars
from swivi.pages import proof
from swivi.pages.acting import acting, form_fields
from swivi.pages.clipper.rows import METHODS, WHERE_HINT
from swivi.pages.gate import client_address, clippers_only, current_actor, public
from swivi.payouts import destinations
from swivi.payouts import service as payouts
from swivi.runtime import runtime
from swivi.ui.buttons import submit_button
from swivi.ui.dialogs import close_button, form_dialog
from swivi.ui.feedback import notice, toast_success
from swivi.ui.forms import checkbox_field, form, form_actions, money_field, select_field, text_area_field
from swivi.ui.vars import text_var

FIELDS = ("amount", "method", "details", proof.FIELD)


class PayoutDialog(rx.State):
    """The dialog. `amount` (dollars), `method` and `details` are what it opens with.

    `outcome` says fee and net of the amount typed.
    """

    is_open: bool = False
    amount: str = ""
    method: str = METHODS[0][0]
    details: str = ""
    terms: str = ""
    outcome: str = ""
    needs_password: bool = False
    errors: dict[str, str] = {}
    error: str = ""
    """A refusal that belongs to no field."""
    pending: bool = False
    _opened_at: str = ""
    """The path of the page it was opened on; on any other it is closed."""
    _key: str = ""
    """One per opened dialog, so that a form that is sent twice asks once."""

    @clippers_only
    async def open(self) -> None:
        """Offer all that is available, to where it went last time."""
        actor = await current_actor(self)
        async with runtime().database.reading() as session:
            available = (await by_id(session, actor.user_id)).available
            kept = await destinations.kept(session, actor.user_id)
        self.method, self.details = (kept.method, kept.details) if kept else (METHODS[0][0], "")
        minimum = runtime().settings.min_payout_cents
        self.amount = f"{available // 100}.{available % 100:02d}"
        self.terms = f"{format_dollars(available)} available. The smallest payout is {format_dollars(minimum)}."
        self.outcome = outcome_of(self.amount)
        self.errors, self.error, self.needs_password = {}, "", False
        self._key = uuid.uuid4().hex
        self._opened_at = self.router.url.path
        self.is_open = True

    @public
    async def enter(self) -> None:
        """A page opens: a dialog that was left open elsewhere is closed."""
        self.is_open = self.is_open and self._opened_at == self.router.url.path

    @clippers_only
    async def close(self, is_open: object) -> None:
        """Escape, Cancel, or a click outside; a request under way is not interrupted."""
        self.is_open = self.is_open and (is_open is True or self.pending)

    @clippers_only
    async def preview(self, amount: object) -> None:
        """The amount was typed."""
        self.outcome = outcome_of(amount)

    @clippers_only
    async def send(self, form_data: dict[str, Any]) -> AsyncIterator[EventSpec | None]:
        """Ask for the payout."""
        if not self.is_open:  # the second of two quick clicks: the first has been answered
            return
        self.pending = True
        yield None
        try:
            asked = await self._ask(form_fields(form_data))
        except SwiviError as refusal:
            self.errors = {name: text for name, text in refusal.fields.items() if name in FIELDS}
            self.error = "" if self.errors else refusal.sentence
            self.needs_password = self.needs_password or proof.FIELD in self.errors
        else:
            self.is_open = False
            yield toast_success(f"Payout of {asked} requested. You will be told when it is sent.")
        finally:
            self.pending = False

    async def _ask(self, fields: Mapping[str, object]) -> str:
        actor = await current_actor(self)
        await runtime().quotas.payout(actor, client_address(self))
        async with runtime().database.reading() as session:
            is_kept = await destinations.is_kept(
                session, actor.user_id, method=fields.get("method"), details=fields.get("details")
            )
        if not is_kept:  # the money is to go where it never went
            await proof.must_be_given(self, fields)
        async with acting(self) as (session, actor):
            asked = await payouts.request(
                session,
                actor,
                amount=fields.get("amount"),
                method=fields.get("method"),
                details=fields.get("details"),
                minimum=runtime().settings.min_payout_cents,
                fee_percent=runtime().settings.platform_fee_percent,
                idempotency_key=self._key,
                only_verified=runtime().settings.only_verified_are_paid,
            )
            if fields.get("keep"):
                await destinations.keep(session, actor, method=asked.method, details=asked.details)
        return format_dollars(asked.amount)


def outcome_of(amount: object) -> str:
    """What would be sent of an amount in dollars, and what the fee is; "" for what is no amount."""
    try:
        cents = parse_dollars(amount)
    except InvalidInput:
        return ""
    percent = runtime().settings.platform_fee_percent
    fee = money.percentage(cents, percent)
    if fee == 0:
        return f"You receive {format_dollars(cents)}. There is no fee."
    return (
        f"You receive {format_dollars(cents - fee)} after a fee of {format_dollars(fee)} ({percent.normalize():f} %)."
    )


def payout_dialog() -> rx.Component:
    """Place it once on a page; `PayoutDialog.open` opens it."""
    state = PayoutDialog
    return form_dialog(
        state.is_open,
        state.close,
        "Request payout",
        rx.cond(state.error != "", notice("bad", state.error)),
        form(
            money_field(
                "Amount",
                "amount",
                default_value=state.amount,
                on_change=state.preview.debounce(250),  # type: ignore[attr-defined]  # an event handler's, to Reflex
                error=_error("amount"),
            ),
            rx.el.p(state.outcome, role="status"),
            select_field("Method", "method", METHODS, default_value=state.method, error=_error("method")),
            text_area_field(
                "Where to send it",
                "details",
                rows=3,
                default_value=state.details,
                hint=WHERE_HINT,
                error=_error("details"),
            ),
            proof.password_field(state.needs_password, _error(proof.FIELD)),
            checkbox_field("Keep this for next time", "keep", default_checked=True),
            form_actions(close_button(), submit_button("Request payout", pending=state.pending)),
            on_submit=state.send,
        ),
        description=state.terms,
        on_reopen=state.open,
    )


def _error(name: str) -> rx.Var[str]:
    return text_var(PayoutDialog.errors.get(name, ""))
