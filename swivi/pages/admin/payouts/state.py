"""The payout requests' state: which are shown, and the one step that the dialog asks about."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core.errors import SwiviError
from swivi.core.money import format_dollars
from swivi.domain.accounts.models import Role
from swivi.domain.payouts import service as payouts
from swivi.domain.payouts.methods import method_label
from swivi.domain.payouts.models import PayoutStatus
from swivi.domain.payouts.rules import EDGES, PayoutAction
from swivi.insights.money.payouts import PayoutRow, payout_queue, payout_totals
from swivi.pages.admin.shared.times import iso
from swivi.pages.engine import proof
from swivi.pages.engine.acting import acting, form_fields, some_id
from swivi.pages.engine.gate import admins_only, public
from swivi.pages.engine.listing import PAGE_SIZE, Listing, asked_option
from swivi.pages.engine.loading import loading
from swivi.pages.engine.session import visitor
from swivi.runtime.live import hub
from swivi.ui.feedback import toast_error, toast_success
from swivi.ui.types import Handler

_CONSEQUENCES = {
    PayoutAction.APPROVE: "{name} is told that {amount} will be sent soon. Nothing is paid yet.",
    PayoutAction.COMPLETE: (
        "You have sent {net} to {name} by {method}. {amount} leaves their balance for good."
    ),
    PayoutAction.REJECT: "{amount} becomes available to {name} again, who will read the reason.",
    PayoutAction.FAIL: "{amount} becomes available to {name} again, who will read the reason.",
    PayoutAction.REVERSE: "The bank sent {net} back: {amount} becomes available to {name} again.",
}
_DONE = {
    PayoutAction.APPROVE: "approved",
    PayoutAction.COMPLETE: "completed",
    PayoutAction.REJECT: "rejected",
    PayoutAction.FAIL: "marked as failed",
    PayoutAction.REVERSE: "reversed",
}


@dataclass(frozen=True)
class RequestRow:
    """A payout request as its row shows it.

    Cents; `actions` are what an admin may do with it now.
    """

    id: int
    clipper: str
    clipper_id: int
    email: str
    amount: int
    fee: int
    net: int
    method: str
    lines: list[list[str]]
    """Where to pay: label, text as read, text as copied."""
    status: str
    reason: str
    transaction_id: str
    requested_at: str
    decided_at: str
    decided_by: str
    actions: list[str]


def _row(row: PayoutRow) -> RequestRow:
    return RequestRow(
        id=row.request_id,
        clipper=row.clipper_name,
        clipper_id=row.clipper_id,
        email=row.clipper_email,
        amount=row.amount,
        fee=row.fee,
        net=row.net,
        method=method_label(row.method),
        lines=[[line.label, line.shown, line.copied] for line in row.destination.lines],
        status=row.status,
        reason=row.reason or "",
        transaction_id=row.transaction_id or "",
        requested_at=iso(row.requested_at),
        decided_at=iso(row.paid_at or row.decided_at),
        decided_by=row.decided_by or "",
        actions=[action.value for action in _CONSEQUENCES if row.status in EDGES[action].sources],
    )


class PayoutsState(Listing, rx.State):
    """One page of payout requests, live.

    `action` is the step that the dialog asks about, "" while it is closed.

    `owed` and `to_send` are the cents that PENDING and APPROVED requests ask for.
    """

    rows: list[RequestRow] = []
    status: str = ""
    counts: dict[str, int] = {}
    owed: int = 0
    to_send: int = 0
    export: str = ""
    action: str = ""
    title: str = ""
    text: str = ""
    clipper: str = ""
    lines: list[list[str]] = []
    needs_reason: bool = False
    needs_password: bool = False
    errors: dict[str, str] = {}
    busy: bool = False
    _request_id: int = 0

    @public
    async def load(self) -> None:
        """Read what the address asks for."""
        actor = await visitor(self, Role.ADMIN)
        if actor is None:
            return
        self.status = asked_option(self, "status", PayoutStatus) or ""
        self.export = "/api/admin/exports/payouts.csv" + (
            f"?status={self.status}" if self.status else ""
        )
        self.action, self.busy = "", False
        self._read_place()
        # Admins are told of every request that is made; that is heard here.
        hub.watch(self, users={actor.user_id})
        await self._read()

    async def _read(self) -> None:
        async with loading(self, "The payout requests") as session:
            await self._refresh_live(session)

    async def _refresh_live(self, session: AsyncSession) -> None:
        status = PayoutStatus(self.status) if self.status else None
        offset = (self.page - 1) * PAGE_SIZE
        rows, total = await payout_queue(session, status=status, limit=PAGE_SIZE, offset=offset)
        totals = await payout_totals(session)
        counts = {status.value: total.requests for status, total in totals.items()}
        self.counts = {"": sum(counts.values())} | counts
        self.owed, self.to_send = (
            totals[PayoutStatus.PENDING].amount,
            totals[PayoutStatus.APPROVED].amount,
        )
        self.rows = [_row(row) for row in rows]
        self._found(total)

    @admins_only
    async def ask(self, request_id: object, action: object) -> None:
        """Open the dialog for one step of one request, with the amount and the name."""
        number = some_id(request_id)
        row = next((row for row in self.rows if row.id == number and action in row.actions), None)
        if row is None:
            return
        step = PayoutAction(str(action))
        amounts = {"amount": format_dollars(row.amount), "net": format_dollars(row.net)}
        self._request_id, self.action, self.errors = row.id, step, {}
        self.title = f"{step.capitalize()} {amounts['amount']} for {row.clipper}?"
        self.text = _CONSEQUENCES[step].format(name=row.clipper, method=row.method, **amounts)
        self.clipper, self.lines = row.clipper, row.lines
        self.needs_reason = EDGES[step].needs_reason
        self.needs_password = await proof.is_needed(self)

    @admins_only
    async def close(self, is_open: object) -> None:
        """The dialog was dismissed."""
        if is_open is not True and not self.busy:
            self.action, self._request_id = "", 0

    @admins_only
    async def answer(self, form_data: object) -> AsyncIterator[Handler]:
        """Take the step that the dialog asked about; what is wrong is said beside the fields."""
        if self.busy or not self.action:
            return
        self.busy, self.errors = True, {}
        yield None
        fields, step = form_fields(form_data), PayoutAction(self.action)
        try:
            await proof.must_be_given(self, fields)
            async with acting(self) as (session, actor):
                asked = await payouts.process(
                    session,
                    actor,
                    self._request_id,
                    step,
                    transaction_id=fields.get("transaction_id"),
                    notes=fields.get("notes"),
                )
        except SwiviError as wrong:
            self.busy, self.errors = False, wrong.fields
            self.needs_password = self.needs_password or proof.FIELD in wrong.fields
            if not wrong.fields:
                self.action = ""
                await self._read()
                yield toast_error(wrong.sentence)
            return
        self.busy, self.action = False, ""
        await self._read()
        yield toast_success(f"Payout of {format_dollars(asked.amount)} {_DONE[step]}")
