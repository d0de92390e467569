"""Where the files of media lie in the blob store.

What clients write and what is served never share a key: a signed upload URL
works until it expires, and its bearer could otherwise replace a file after it
was checked.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

ROOT: Final = "media/"
INCOMING: Final = "media/incoming/"


def incoming(id: UUID) -> str:
    """Return where an upload is written; never served."""
    return f"{INCOMING}{id}"


def folder(id: UUID) -> str:
    """Return the prefix of all files made of a medium."""
    return f"{ROOT}{id}/"


def variant(id: UUID, name: str) -> str:
    """Return where one file made of a medium lies."""
    return f"{folder(id)}{name}"


def owner_of(key: str) -> UUID | None:
    """Return the medium or upload a key belongs to; None for a key of nobody's."""
    name = (
        key.removeprefix(INCOMING) if key.startswith(INCOMING) else key.removeprefix(ROOT).partition("/")[0]
    )
    try:
        return UUID(name)
    except ValueError:
        return None
