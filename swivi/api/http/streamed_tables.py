"""Tables that are written while they are sent, as CSV or as JSON, so that their length costs no
memory.

A spreadsheet takes a cell that begins like a formula for one and runs it; what people typed (names,
reasons, payment details) must not become one. Such cells get an apostrophe in front (OWASP, "CSV
Injection"). Spreadsheets skip what is invisible, and in East Asian settings they take full-width
signs for the usual ones.
"""

import csv
import io
import unicodedata
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from swivi.core.money import Cents

FORMULA_STARTS = ("=", "+", "-", "\N{MINUS SIGN}", "@", "\t", "\r", "\n")
INVISIBLE = ("C", "Z")
"""The first letter of Unicode's categories of controls, formats (such as a byte order mark) and
spaces.
"""

Row = TypeVar("Row")
Cells = Sequence[object]
Pages = AsyncIterator[Sequence[Row]]


class Csv(StreamingResponse):
    """A table for spreadsheets."""

    media_type = "text/csv"


class Json(StreamingResponse):
    """A table for programs: one list."""

    media_type = "application/json"


def as_csv(name: str, head: str, pages: Pages[Row], cells: Callable[[Row], Cells]) -> Csv:
    """These rows as a file to keep."""
    return Csv(_lines(head, pages, cells), headers=_headers(f"{name}.csv"))


def as_json(name: str, pages: Pages[Row], view: Callable[[Row], BaseModel]) -> Json:
    """These rows as a file to keep."""
    return Json(_objects(pages, view), headers=_headers(f"{name}.json"))


def listed_as(model: type[BaseModel]) -> dict[int | str, dict[str, Any]]:
    """What the document says of a table in JSON."""
    return {200: {"model": list[model], "description": "The whole list"}}  # type: ignore[valid-type]


def dollars(cents: Cents | None) -> Decimal | None:
    """`123450` -> `1234.50`, which spreadsheets read as a number; so also less than nothing.

    None is an empty cell.
    """
    return None if cents is None else Decimal(cents).scaleb(-2)


def utc(moment: datetime | None) -> str:
    """A moment for a cell; "" for none."""
    return "" if moment is None else moment.isoformat(timespec="seconds")


def _headers(filename: str) -> dict[str, str]:
    return {
        "Content-Disposition": f'attachment; filename="{filename}"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }


async def _lines(head: str, pages: Pages[Row], cells: Callable[[Row], Cells]) -> AsyncIterator[str]:
    yield f"{head}\r\n"
    async for rows in pages:
        lines = io.StringIO()
        csv.writer(lines).writerows([[_harmless(cell) for cell in cells(row)] for row in rows])
        yield lines.getvalue()


async def _objects(pages: Pages[Row], view: Callable[[Row], BaseModel]) -> AsyncIterator[str]:
    before = "["
    async for rows in pages:
        yield before + ",\n".join(view(row).model_dump_json(by_alias=True) for row in rows)
        before = ",\n"
    yield "[]" if before == "[" else "]"


def _harmless(cell: object) -> object:
    """A cell that no spreadsheet takes for a formula."""
    if not isinstance(cell, str):
        return cell
    seen = next((sign for sign in cell if not unicodedata.category(sign).startswith(INVISIBLE)), "")
    # NFKC makes the usual sign of a full-width or a small one.
    starts = (cell, unicodedata.normalize("NFKC", seen))
    return f"'{cell}" if any(start.startswith(FORMULA_STARTS) for start in starts) else cell
