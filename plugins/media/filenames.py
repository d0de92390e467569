"""File names as clients send them, made fit to be shown and offered for saving.

A name is never part of a path here; it is text that people read. So what hides
or forges text goes: directories, control and formatting characters (U+202E turns
`gpj.exe` into `exe.jpg` on the screen).
"""

from __future__ import annotations

import unicodedata
from typing import Final

LONGEST: Final = 150
NAMELESS: Final = "file"
_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def clean_filename(given: str) -> str:
    """Return the last segment of a name in NFC without invisible characters, at most 150 long."""
    last = given.replace("\\", "/").rpartition("/")[2]
    visible = "".join(
        one for one in unicodedata.normalize("NFC", last) if unicodedata.category(one) not in _INVISIBLE
    )
    tidy = " ".join(visible.split()).strip(" .")
    if len(tidy) <= LONGEST:
        return tidy or NAMELESS
    stem, dot, ending = tidy.rpartition(".")
    return f"{stem[: LONGEST - len(ending) - 1]}.{ending}" if dot and len(ending) < 10 else tidy[:LONGEST]  # noqa: PLR2004
