"""Pieces of Markdown that the pages share."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Sequence
from typing import Any


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table, or nothing when there are no rows; bars in cells are escaped."""
    lines = [_row(row) for row in rows]
    if not lines:
        return ""
    return _row(heads) + "|" + "---|" * len(heads) + "\n" + "".join(lines)


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def first_line(value: Any) -> str:
    """Return what a docstring says in its first paragraph, on one line."""
    paragraph = (inspect.getdoc(value) or "").split("\n\n")[0]
    return " ".join(paragraph.split())
