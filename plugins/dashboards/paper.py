"""A report as a document: the rows of the spreadsheets, with a chart for each currency."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from kernel import Money, app
from plugins.dashboards.tables import Cell, Row, Sheet, plain
from plugins.documents.api import Bars, Block, Column, Document, Facts, Heading, Table

_DAY, _CURRENCY, _SALES, _NET = 0, 1, 2, 5
_WIDE: Final = {"title": 5, "number": 3, "placed_at": 3}


def document(sheets: Sequence[Sheet], title: str, days: int) -> Document:
    """Return a report as a document; of the days, those on which nothing happened are in the chart only."""
    now = app.clock.now()
    blocks: list[Block] = [Facts([("Days", f"{days}, until {now:%Y-%m-%d} (UTC)")])]
    for sheet in sheets:
        rows: Sequence[Row] = sheet.rows
        if sheet.name == "revenue":
            blocks += _charts(rows)
            rows = [row for row in rows if _happened(row)]
        elif sheet.name == "products":
            rows = [row[1:] for row in rows]  # without the ref, which is for machines
        elif sheet.name == "orders":
            rows = [(*row[:2], str(row[2])[:16].replace("T", " "), *row[3:]) for row in rows]
        if rows:
            columns = sheet.columns[-len(rows[0]) :]
            blocks += [Heading(_word(sheet.name)), _table(columns, rows)]
    return Document(title, blocks, now, footer=f"{title} · {now:%Y-%m-%d %H:%M} UTC")


def _charts(rows: Sequence[Row]) -> Iterator[Block]:
    """Yield a chart of what came in for each currency in which anything did."""
    for currency in dict.fromkeys(row[_CURRENCY] for row in rows):
        mine = [row for row in rows if row[_CURRENCY] == currency]
        values = [_amount(row[_NET]) for row in mine]
        if any(values):
            lowest, highest = (Money(each, str(currency)) for each in (min(0, *values), max(0, *values)))
            ends = (str(mine[0][_DAY]), str(mine[-1][_DAY]))
            yield Bars(f"Net by day, {currency}", values, (lowest.format(), str(highest)), ends)


def _table(columns: Sequence[str], rows: Sequence[Row]) -> Table:
    numbers = [not isinstance(cell, str) for cell in rows[0]]
    heads = [
        Column(_word(name), _WIDE.get(name, 2), "RIGHT" if number else "LEFT")
        for name, number in zip(columns, numbers, strict=True)
    ]
    return Table(heads, [[_text(cell) for cell in row] for row in rows])


def _happened(row: Row) -> bool:
    return any(cell.amount if isinstance(cell, Money) else cell for cell in row[_SALES:])


def _amount(cell: Any) -> int:
    return int(cell.amount)


def _text(cell: Cell) -> str:
    return str(plain(cell))


def _word(name: str) -> str:
    return name.replace("_", " ").capitalize()
