"""The state of the payouts page: the requests, and the dialog for one step of one request."""

from collections.abc import AsyncIterator, Sequence
from typing import ClassVar

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core.errors import SwiviError
from swivi.core.money import format_dollars
from swivi.domain.payouts import service as payouts
from swivi.domain.payouts.models import PayoutStatus
from swivi.domain.payouts.rules import EDGES, PayoutAction
from swivi.insights.money.payouts import payout_queue, payout_totals
from swivi.pages.admin.payouts.rows import RequestRow, request_row
from swivi.pages.engine import proof
from swivi.pages.engine.acting import acting, some_id
from swivi.pages.engine.dialog import Fields, SubjectDialog
from swivi.pages.engine.gate import admins_only
from swivi.pages.engine.listing import PAGE_SIZE, Listing, asked_option
from swivi.pages.engine.live import AdminLive
from swivi.runtime.live import hub
from swivi.ui.types import Handler

_CONSEQUENCES = {
    PayoutAction.APPROVE: "{name} learns that {amount} will be sent soon. Nothing is paid yet.",
    PayoutAction.COMPLETE: (
        "You sent {net} to {name} by {method}. {amount} leaves their balance for good."
    ),
    PayoutAction.REJECT: "{amount} becomes available to {name} again. {name} reads the reason.",
    PayoutAction.FAIL: "{amount} becomes available to {name} again. {name} reads the reason.",
    PayoutAction.REVERSE: "The bank returned {net}. {amount} becomes available to {name} again.",
}
_DONE = {
    PayoutAction.APPROVE: "approved",
    PayoutAction.COMPLETE: "completed",
    PayoutAction.REJECT: "rejected",
    PayoutAction.FAIL: "marked as failed",
    PayoutAction.REVERSE: "reversed",
}


class PayoutsState(AdminLive, Listing, SubjectDialog, rx.State):
    """One page of payout requests, live. `action` is the step that the dialog asks about.

    `pending` and `to_send` are the cents of PENDING and of APPROVED requests.
    """

    _content: ClassVar[str] = "The payout requests"
    rows: list[RequestRow] = []
    status: str = ""
    counts: dict[str, int] = {}
    pending: int = 0
    to_send: int = 0
    export: str = ""
    action: str = ""
    title: str = ""
    text: str = ""
    clipper: str = ""
    lines: list[list[str]] = []
    needs_reason: bool = False
    needs_password: bool = False
    _request_id: int = 0

    async def _arrive(self) -> None:
        self._close_if_left()
        self.status = asked_option(self, "status", PayoutStatus) or ""
        query = f"?status={self.status}" if self.status else ""
        self.export = f"/api/admin/exports/payouts.csv{query}"
        self._read_place()
        # Every new request notifies all admins, which is a change of theirs.
        hub.watch(self, users={self._user_id})

    async def _refresh_live(self, session: AsyncSession) -> None:
        status = PayoutStatus(self.status) if self.status else None
        offset = (self.page - 1) * PAGE_SIZE
        rows, total = await payout_queue(session, status=status, limit=PAGE_SIZE, offset=offset)
        totals = await payout_totals(session)
        counts = {status.value: total.requests for status, total in totals.items()}
        self.counts = {"": sum(counts.values())} | counts
        self.pending = totals[PayoutStatus.PENDING].amount
        self.to_send = totals[PayoutStatus.APPROVED].amount
        self.rows = [request_row(row) for row in rows]
        self._found(total)

    @admins_only
    async def open(self, request_id: object, action: object) -> None:
        """Ask about one step of one request."""
        number = some_id(request_id)
        row = next((row for row in self.rows if row.id == number and action in row.actions), None)
        if row is None:
            return
        self._open()
        self._ask(row, PayoutAction(str(action)))
        self.needs_password = await proof.is_needed(self)

    def _ask(self, row: RequestRow, step: PayoutAction) -> None:
        amount = format_dollars(row.amount)
        self._request_id = row.id
        self.action = step
        self.title = f"{step.capitalize()} {amount} for {row.clipper}?"
        self.text = _CONSEQUENCES[step].format(
            name=row.clipper, method=row.method, amount=amount, net=format_dollars(row.net)
        )
        self.clipper = row.clipper
        self.lines = row.lines
        self.needs_reason = EDGES[step].needs_reason

    @admins_only
    async def submit(self, form_data: object) -> AsyncIterator[Handler]:
        """Take the step that the dialog asks about."""
        async for event in self._submit(form_data, self._process):
            yield event
        if not self.is_open:  # done, or refused because the request changed
            await self._read()

    async def _process(self, fields: Fields) -> str:
        step = PayoutAction(self.action)
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
        return f"Payout of {format_dollars(asked.amount)} {_DONE[step]}"

    def _refuse(self, refused: SwiviError) -> Sequence[Handler]:
        self.needs_password = self.needs_password or proof.FIELD in refused.fields
        return super()._refuse(refused)
