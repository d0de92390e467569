"""What a document is made of: frozen values, no layout."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Align = Literal["LEFT", "RIGHT"]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading below the title."""

    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A text; line breaks stay. `mark` sets it apart: PAID, CANCELLED."""

    text: str
    mark: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """Labels and values, one below the other."""

    pairs: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Columns:
    """Texts side by side, each below its heading: the parties of a contract."""

    parts: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its heading, its share of the width, which side it keeps to."""

    title: str
    width: int = 1
    align: Align = "LEFT"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows below headings that are repeated on each page; `totals` are set off at the end.

    A total is a label and a value; of several the last is the one that counts.
    """

    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    totals: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Bars:
    """A chart with a bar for each value.

    `texts` are the lowest and the highest value in words, `ends` the first and the last label.
    """

    title: str
    values: Sequence[int]
    texts: tuple[str, str]
    ends: tuple[str, str]


Block = Heading | Paragraph | Facts | Columns | Table | Bars


@dataclass(frozen=True, slots=True)
class Document:
    """A document: the same one is the same bytes, however often and wherever it is set.

    `language` is a BCP 47 tag, `made_at` the date in its metadata, `footer` stands on each page.
    """

    title: str
    blocks: Sequence[Block]
    made_at: datetime
    language: str = "en"
    author: str = ""
    footer: str = field(default="")
