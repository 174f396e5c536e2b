"""Requesting a payout: amount and destination, then a confirmation with the fee."""

import uuid
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any

import reflex as rx

from swivi.core.errors import InvalidInput, SwiviError
from swivi.core.money import format_dollars, parse_dollars
from swivi.core.text import parse_all
from swivi.domain.accounts.service import by_id
from swivi.domain.payouts import destinations
from swivi.domain.payouts.methods import parse_destination
from swivi.domain.payouts.requests import PayoutForm, request_payout
from swivi.pages.engine import proof
from swivi.pages.engine.dialog import Dialog, Fields, refusal_notice
from swivi.pages.engine.gate import (
    client_address,
    clippers_only,
    current_actor,
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
from swivi.ui.forms import checkbox_field, form, form_actions, money_field
from swivi.ui.types import Handler
from swivi.ui.vars import text_var


class PayoutDialog(Dialog, DestinationForm, rx.State):
    """The dialog. `amount` (dollars) and the destination are its first values.

    `outcome` says the fee and the net of the amount that was typed.
    """

    amount: str = ""
    terms: str = ""
    outcome: str = ""
    needs_password: bool = False
    _key: str = ""
    """The idempotency key, one per opened dialog: a form that is sent twice makes one request."""
    _sent_method: object = None
    """The method in the form that was sent last. Its errors stand at the fields of that method."""

    @clippers_only
    async def open(self) -> None:
        """Offer the whole available balance, to the saved destination."""
        actor = await current_actor(self)
        async with runtime().database.reading() as session:
            available = (await by_id(session, actor.user_id)).available
            kept = await destinations.kept(session, actor.user_id)
        self._open()
        self._open_with(kept)
        minimum = format_dollars(runtime().payout_terms.minimum)
        self.amount = f"{available // 100}.{available % 100:02d}"
        self.terms = f"{format_dollars(available)} available. The smallest payout is {minimum}."
        self.outcome = outcome_of(self.amount)
        self.needs_password = False
        self._key = uuid.uuid4().hex

    @clippers_only
    async def preview(self, amount: object) -> None:
        """Show fee and net of the amount that was typed."""
        self.outcome = outcome_of(amount)

    @clippers_only
    async def submit(self, form_data: object) -> AsyncIterator[Handler]:
        """Ask for confirmation of amount and destination, then request the payout."""
        async for event in self._submit(form_data, self._ask):
            yield event

    def _refuse(self, refused: SwiviError) -> Sequence[Handler]:
        events = super()._refuse(refused)
        self.errors = form_errors(self.errors, self._sent_method)
        self.needs_password = self.needs_password or proof.FIELD in self.errors
        if proof.FIELD not in self.errors:
            self._fill()
        return events

    async def _ask(self, fields: Fields) -> str:
        """Request the payout and return what to say; "" if it must be confirmed first."""
        method, details = typed_destination(fields)
        self._sent_method = method
        typed: dict[str, Callable[[], Any]] = {
            "amount": lambda: parse_dollars(fields.get("amount")),
            "destination": lambda: parse_destination(method, details),
        }
        parsed = parse_all(typed)
        runtime().payout_terms.must_reach_minimum(parsed["amount"])
        self.outcome = outcome_of(fields.get("amount"))
        if not self._is_confirmed(fields, parsed["destination"], parsed["amount"]):
            return ""
        requested = await self._request(fields, method, details)
        return f"Payout of {requested} requested. You will be notified when it is sent."

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
    """Return the net and the fee of an amount in dollars, in words; "" if it is no amount."""
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
    """Place it once on a page. `PayoutDialog.open` opens it."""
    state = PayoutDialog
    return form_dialog(
        state.is_open,
        state.close,
        "Request payout",
        refusal_notice(state),
        form(
            steps(state, _fields(), _confirmation()),
            on_submit=state.submit,
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
        form_actions(close_button(), submit_button("Continue", pending=state.busy, key="continue")),
    )


def _confirmation() -> rx.Component:
    state = PayoutDialog
    return rx.fragment(
        destination_summary(state),
        rx.el.p(rx.el.strong(state.outcome)),
        proof.password_field(state.needs_password, _error(proof.FIELD)),
        form_actions(
            button("Back", state.back, disabled=state.busy, auto_focus=True, key="back"),
            submit_button("Request payout", pending=state.busy, key="ask"),
        ),
    )


def _error(name: str) -> rx.Var[str]:
    return text_var(PayoutDialog.errors.get(name, ""))
