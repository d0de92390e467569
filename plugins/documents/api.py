"""What other plugins may use of documents."""

from __future__ import annotations

from plugins.documents.blocks import (
    Bars,
    Block,
    Column,
    Columns,
    Document,
    Facts,
    Heading,
    Paragraph,
    Table,
)
from plugins.documents.typesetter import MEDIA_TYPE, typeset

__all__ = [
    "MEDIA_TYPE",
    "Bars",
    "Block",
    "Column",
    "Columns",
    "Document",
    "Facts",
    "Heading",
    "Paragraph",
    "Table",
    "typeset",
]
