"""Asking for a payout: amount and destination, then both repeated with the fee before it is
sent.
"""

import uuid
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import reflex as rx
from reflex.event import EventSpec

from swivi.core.errors import InvalidInput, SwiviError
from swivi.core.money import format_dollars, parse_dollars
from swivi.core.text import parse_all
from swivi.domain.accounts.service import by_id
from swivi.domain.payouts import destinations
from swivi.domain.payouts.methods import parse_destination
from swivi.domain.payouts.requests import PayoutForm, request_payout
from swivi.pages.engine import proof
from swivi.pages.engine.acting import form_fields
from swivi.pages.engine.gate import (
    client_address,
    clippers_only,
    current_actor,
    public,
    session_hash,
)
from swivi.pages.shared.destination_form import (
    DestinationForm,
    destination_fields,
    destination_summary,
    form_errors,
    steps,
    typed_destination,
)
from swivi.runtime.runtime import runtime
from swivi.ui.buttons import button, submit_button
from swivi.ui.dialogs import close_button, form_dialog
from swivi.ui.feedback import notice, toast_success
from swivi.ui.forms import checkbox_field, form, form_actions, money_field
from swivi.ui.vars import text_var


class PayoutDialog(DestinationForm, rx.State):
    """The dialog. `amount` (dollars) and the destination are what it opens with.

    `outcome` says fee and net of the amount typed.
    """

    is_open: bool = False
    amount: str = ""
    terms: str = ""
    outcome: str = ""
    needs_password: bool = False
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
        self._open_with(kept)
        minimum = runtime().payout_terms.minimum
        self.amount = f"{available // 100}.{available % 100:02d}"
        self.terms = (
            f"{format_dollars(available)} available. The smallest payout is "
            f"{format_dollars(minimum)}."
        )
        self.outcome = outcome_of(self.amount)
        self.error, self.needs_password = "", False
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
        """Repeat amount and destination; ask for the payout once they were confirmed."""
        if not self.is_open:  # the second of two quick clicks: the first has been answered
            return
        fields = form_fields(form_data)
        self.pending = True
        yield None
        try:
            asked = await self._ask(fields)
        except SwiviError as refusal:
            self._refuse(refusal, fields)
        else:
            if asked:
                self.is_open = False
                yield toast_success(
                    f"Payout of {asked} requested. You will be told when it is sent."
                )
        finally:
            self.pending = False

    def _refuse(self, refusal: SwiviError, fields: Mapping[str, object]) -> None:
        self.errors = form_errors(refusal.fields, fields.get("method"))
        self.error = "" if self.errors else refusal.sentence
        self.needs_password = self.needs_password or proof.FIELD in self.errors
        if proof.FIELD not in self.errors:
            self._fill()

    async def _ask(self, fields: Mapping[str, object]) -> str:
        """Return the amount that was asked for; "" if it is to be confirmed first."""
        method, details = typed_destination(fields)
        typed: dict[str, Callable[[], Any]] = {
            "amount": lambda: parse_dollars(fields.get("amount")),
            "destination": lambda: parse_destination(method, details),
        }
        parsed = parse_all(typed)
        runtime().payout_terms.must_reach_minimum(parsed["amount"])
        self.error, self.outcome = "", outcome_of(fields.get("amount"))
        if not self._is_confirmed(fields, parsed["destination"], parsed["amount"]):
            return ""
        return await self._request(fields, method, details)

    async def _request(self, fields: Mapping[str, object], method: object, details: object) -> str:
        process, actor = runtime(), await current_actor(self)
        form = PayoutForm(
            amount=fields.get("amount"),
            method=method,
            details=details,
            idempotency_key=self._key,
            saves_destination=bool(fields.get("keep")),
        )
        async with request_payout(
            process.database,
            actor,
            form,
            process.payout_terms,
            quota=process.quotas.payout(actor, client_address(self)),
            proof=proof.PasswordField(actor, session_hash(self), fields.get(proof.FIELD)),
        ) as (_, asked):
            return format_dollars(asked.amount)


def outcome_of(amount: object) -> str:
    """What would be sent of an amount in dollars, and what the fee is; "" for what is no amount."""
    try:
        cents = parse_dollars(amount)
    except InvalidInput:
        return ""
    terms = runtime().payout_terms
    fee = terms.fee(cents)
    if fee == 0:
        return f"You receive {format_dollars(cents)}. There is no fee."
    return (
        f"You receive {format_dollars(cents - fee)} after a fee of {format_dollars(fee)} "
        f"({terms.fee_percent.normalize():f} %)."
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
            steps(state, _fields(), _confirmation()),
            on_submit=state.send,
        ),
        description=state.terms,
        on_reopen=state.open,
    )


def _fields() -> rx.Component:
    state = PayoutDialog
    return rx.fragment(
        money_field(
            "Amount",
            "amount",
            default_value=state.amount,
            on_change=state.preview.debounce(250),  # type: ignore[attr-defined]  # an event handler's, to Reflex
            error=_error("amount"),
        ),
        rx.el.p(state.outcome, role="status"),
        destination_fields(state),
        checkbox_field("Save as my payout details", "keep", default_checked=True),
        form_actions(
            close_button(), submit_button("Continue", pending=state.pending, key="continue")
        ),
    )


def _confirmation() -> rx.Component:
    state = PayoutDialog
    return rx.fragment(
        destination_summary(state),
        rx.el.p(rx.el.strong(state.outcome)),
        proof.password_field(state.needs_password, _error(proof.FIELD)),
        form_actions(
            button("Back", state.back, disabled=state.pending, auto_focus=True, key="back"),
            submit_button("Request payout", pending=state.pending, key="ask"),
        ),
    )


def _error(name: str) -> rx.Var[str]:
    return text_var(PayoutDialog.errors.get(name, ""))
