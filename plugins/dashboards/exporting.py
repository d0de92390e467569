"""CSV and XLSX, written row by row into a temporary file, off the hub.

A text that a spreadsheet could take for a formula is harmless in both: in CSV an
apostrophe stands before it (OWASP, "CSV Injection"); in XLSX its cell is of the
type text, which is never evaluated.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from tempfile import TemporaryFile
from typing import IO, Any, Final

from kernel import Money, offload
from plugins.dashboards.tables import Cell, Sheet, plain

CSV: Final = "text/csv; charset=utf-8"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CHUNK: Final = 64 * 1024
LONGEST: Final = 32_767
"""Characters an XLSX cell holds."""

_STARTERS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NOT_XML: Final = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF])


def as_csv(sheet: Sheet) -> Iterator[bytes]:
    """Return a table as CSV (RFC 4180, UTF-8), in chunks."""
    return _chunks(offload(_write_csv, sheet, _file()))


def as_xlsx(sheets: Iterable[Sheet]) -> Iterator[bytes]:
    """Return tables as the sheets of a workbook, in chunks."""
    import xlsxwriter  # noqa: PLC0415 - 40 ms that only an export should cost; and never import behind the hub

    return _chunks(offload(_write_xlsx, xlsxwriter.Workbook, list(sheets), _file()))


def harmless(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_STARTERS) else text


def _file() -> IO[bytes]:
    """Return a file that is gone when it is closed; opened on the hub: `tempfile` takes a lock at first."""
    return TemporaryFile()


def _write_csv(sheet: Sheet, file: IO[bytes]) -> IO[bytes]:
    text = io.TextIOWrapper(file, encoding="utf-8", newline="")
    writer = csv.writer(text)
    writer.writerow(sheet.columns)
    writer.writerows([_csv_cell(cell) for cell in row] for row in sheet.rows)
    text.flush()
    text.detach()
    file.seek(0)
    return file


def _csv_cell(cell: Cell) -> Any:
    return harmless(cell) if isinstance(cell, str) else plain(cell)


def _write_xlsx(workbook: Any, sheets: Sequence[Sheet], file: IO[bytes]) -> IO[bytes]:
    book = workbook(file, {"constant_memory": True})
    bold = book.add_format({"bold": True})
    formats: dict[int, Any] = {}
    for sheet in sheets:
        page = book.add_worksheet(sheet.name)
        page.freeze_panes(1, 0)
        page.set_column(0, len(sheet.columns) - 1, 16)
        for column, name in enumerate(sheet.columns):
            page.write_string(0, column, name, bold)
        for number, row in enumerate(sheet.rows, start=1):
            for column, cell in enumerate(row):
                _write_cell(book, page, (number, column), cell, formats)
    book.close()
    file.seek(0)
    return file


def _write_cell(book: Any, page: Any, at: tuple[int, int], cell: Cell, formats: dict[int, Any]) -> None:
    """Write a cell by its type; never `write()`, which would take a text for a formula or a link."""
    if isinstance(cell, str):
        page.write_string(*at, cell.translate(_NOT_XML)[:LONGEST])
    elif isinstance(cell, Money):
        text = cell.format()
        decimals = len(text.partition(".")[2])
        if decimals not in formats:
            formats[decimals] = book.add_format({"num_format": "0." + "0" * decimals if decimals else "0"})
        page.write_number(*at, float(text), formats[decimals])
    else:
        page.write_number(*at, cell)


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while chunk := file.read(CHUNK):
            yield chunk
