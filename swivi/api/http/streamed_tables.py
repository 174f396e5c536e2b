"""Stream tables as CSV or JSON, a page of rows at a time, so that a long table needs no memory.

A spreadsheet runs a cell that begins like a formula. Text that people typed (names, reasons,
payment details) must never run, so such cells get an apostrophe in front (OWASP, "CSV Injection").
Spreadsheets skip invisible characters, and in East Asian settings they read full-width signs as the
usual ones.
"""

import csv
import io
import unicodedata
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from swivi.core.money import Cents

FORMULA_STARTS = ("=", "+", "-", "\N{MINUS SIGN}", "@", "\t", "\r", "\n")
INVISIBLE = ("C", "Z")
"""First letters of Unicode's categories for controls, formats (a byte order mark) and spaces."""

Row = TypeVar("Row")
Columns = Mapping[str, Callable[[Row], object]]
"""The columns of a table, in order: heading, and how to read the cell from a row."""
Pages = AsyncIterator[Sequence[Row]]


class Csv(StreamingResponse):
    """A table for spreadsheets."""

    media_type = "text/csv"


class Json(StreamingResponse):
    """A table for programs: one JSON array."""

    media_type = "application/json"


def as_csv(name: str, columns: Columns[Row], pages: Pages[Row]) -> Csv:
    """Return the rows as a download `name`.csv."""
    return Csv(_lines(columns, pages), headers=_headers(f"{name}.csv"))


def as_json(name: str, pages: Pages[Row], view: Callable[[Row], BaseModel]) -> Json:
    """Return the rows as a download `name`.json, each as its view."""
    return Json(_objects(pages, view), headers=_headers(f"{name}.json"))


def listed_as(model: type[BaseModel]) -> dict[int | str, dict[str, Any]]:
    """Describe a JSON table in the OpenAPI document."""
    return {200: {"model": list[model], "description": "The whole list"}}  # type: ignore[valid-type]


def dollars(cents: Cents | None) -> Decimal | None:
    """Return cents as dollars: `123450` -> `1234.50`. None is an empty cell.

    A spreadsheet reads it as a number, even a negative one.
    """
    return None if cents is None else Decimal(cents).scaleb(-2)


def utc(moment: datetime | None) -> str:
    """Return a time as a cell; "" for None."""
    return "" if moment is None else moment.isoformat(timespec="seconds")


def _headers(filename: str) -> dict[str, str]:
    return {
        "Content-Disposition": f'attachment; filename="{filename}"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }


async def _lines(columns: Columns[Row], pages: Pages[Row]) -> AsyncIterator[str]:
    yield f"{','.join(columns)}\r\n"
    async for rows in pages:
        lines = io.StringIO()
        csv.writer(lines).writerows(
            [[_harmless(cell(row)) for cell in columns.values()] for row in rows]
        )
        yield lines.getvalue()


async def _objects(pages: Pages[Row], view: Callable[[Row], BaseModel]) -> AsyncIterator[str]:
    before = "["
    async for rows in pages:
        yield before + ",\n".join(view(row).model_dump_json(by_alias=True) for row in rows)
        before = ",\n"
    yield "[]" if before == "[" else "]"


def _harmless(cell: object) -> object:
    """Return the cell in a form that no spreadsheet runs as a formula."""
    if not isinstance(cell, str):
        return cell
    seen = next((sign for sign in cell if not unicodedata.category(sign).startswith(INVISIBLE)), "")
    # NFKC turns a full-width or small sign into the usual one.
    starts = (cell, unicodedata.normalize("NFKC", seen))
    return f"'{cell}" if any(start.startswith(FORMULA_STARTS) for start in starts) else cell
