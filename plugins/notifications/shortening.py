"""Cutting a text to what a service takes."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable


def shortened(text: str, fits: Callable[[str], bool]) -> str:
    """Return the text, or as much of its beginning as `fits`, with an ellipsis; empty when nothing does.

    `fits` is asked for about log2 of the length; what holds for a text must hold for a shorter one.
    """
    if fits(text):
        return text
    too_long = bisect_left(range(len(text)), True, key=lambda length: not fits(_cut(text, length)))
    return _cut(text, too_long - 1) if too_long else ""


def _cut(text: str, length: int) -> str:
    return text[:length].rstrip() + "…"
