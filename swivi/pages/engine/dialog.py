"""The dialog mixin: one form over a page, from opening to the answer.

A state names what opens it and what its form does:

    class TopUp(Dialog, rx.State):
        @admins_only
        async def open(self) -> None:
            self._open()

        @admins_only
        async def submit(self, form_data: object) -> AsyncIterator[Handler]:
            async for event in self._submit(form_data, self._save):
                yield event

        async def _save(self, fields: Fields) -> str:
            async with acting(self) as (session, actor):
                ...
            return "The budget is $500.00 now"
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeAlias

import reflex as rx

from swivi.core import logs
from swivi.core.errors import SwiviError
from swivi.pages.engine.acting import form_fields, refusal
from swivi.pages.engine.gate import public, signed_in
from swivi.ui.feedback import notice, toast_success
from swivi.ui.types import Handler

Fields: TypeAlias = Mapping[str, Any]
"""What a form sent: names and values, unchecked."""

Work: TypeAlias = Callable[[Fields], Awaitable[str]]
"""What a form does. Returns the sentence of the toast; "" leaves the dialog open, without one."""


class Dialog(rx.State, mixin=True):
    """A dialog with a form. `errors` stand beside their fields, `error` above the form.

    While `busy`, a second click does nothing and the dialog cannot be dismissed.
    """

    is_open: bool = False
    busy: bool = False
    errors: dict[str, str] = {}
    error: str = ""
    """A refusal that belongs to no field; "" if there is none."""
    _opened_at: str = ""
    """The path of the page that opened it."""

    @public
    async def enter(self) -> None:
        """Close a dialog that was left open on another page. For `on_load`."""
        self._close_if_left()

    @signed_in
    async def close(self, is_open: object) -> None:
        """Dismiss the dialog, by Escape, Cancel or a click outside."""
        if is_open is not True and not self.busy:
            self._reset()

    def _open(self) -> None:
        """Open with no errors."""
        self._reset()
        self.is_open = True
        self._opened_at = self.router.url.path

    def _close_if_left(self) -> None:
        """Close a dialog of another page. One of this page stays, with what was typed."""
        if not self.is_open:
            return
        if self._opened_at != self.router.url.path:
            self._reset()
        self.busy = False  # an event that was cut off can no longer say so

    def _reset(self) -> None:
        """Be closed, with nothing under way. Extend to forget what the dialog was about."""
        self.is_open = self.busy = False
        self.errors = {}
        self.error = ""

    async def _submit(
        self, form_data: object, work: Work, *, then: Sequence[Handler] = ()
    ) -> AsyncIterator[Handler]:
        """Do `work` once for two quick clicks, and close with its toast and the events of `then`.

        A refusal keeps the dialog open: see `_refuse`.
        """
        if not self._begin():
            return
        yield None  # sends `busy` before the work starts
        try:
            events = self._finish(await work(form_fields(form_data)), then)
        except SwiviError as refused:
            events = self._refuse(refused)
        finally:
            self.busy = False
        for event in events:
            yield event

    async def _submit_in_background(
        self, form_data: object, work: Work, *, then: Sequence[Handler] = ()
    ) -> AsyncIterator[Handler]:
        """Do the same in a background event, which holds the state only to change it."""
        async with self:
            if not self._begin():
                return
        try:
            said = await work(form_fields(form_data))
            async with self:
                events = self._finish(said, then)
        except SwiviError as refused:
            async with self:
                events = self._refuse(refused)
        finally:
            async with self:
                self.busy = False
        for event in events:
            yield event

    def _begin(self) -> bool:
        """Take the form, unless one is under way or the first of two clicks was answered."""
        if self.busy or not self.is_open:
            return False
        self.busy = True
        self.errors = {}
        self.error = ""
        return True

    def _finish(self, said: str, then: Sequence[Handler]) -> Sequence[Handler]:
        if not said:
            return ()
        self._reset()
        return (toast_success(said), *then)

    def _refuse(self, refused: SwiviError) -> Sequence[Handler]:
        """Show a refusal beside its fields, or above the form if it names none."""
        self.errors = dict(refused.fields)
        if not self.errors:
            logs.note_refusal(refused.code)
            self.error = refused.sentence
        return ()


class SubjectDialog(Dialog, rx.State, mixin=True):
    """A dialog about one row, which somebody else may have changed in the meantime.

    A refusal that names no field closes it and becomes a toast: the row is not what was asked
    about.
    """

    def _refuse(self, refused: SwiviError) -> Sequence[Handler]:
        if refused.fields:
            self.errors = dict(refused.fields)
            return ()
        self._reset()
        return (refusal(refused),)


def refusal_notice(state: type[Any]) -> rx.Component:
    """Show `Dialog.error` above the form."""
    return rx.fragment(rx.cond(state.error != "", notice("bad", state.error)))
