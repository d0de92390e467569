"""How a settings dataclass describes one of its fields.

    @dataclass(frozen=True, slots=True)
    class NotesSettings:
        page_size: int = setting(20, help="Notes on a page.", minimum=1, maximum=100)

Thin over `dataclasses.field`: what `kernel.settings` needs to check a value, and
what the generated reference prints, stands in the field's metadata. A secret is
left out of `repr()`.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import MISSING, Field, dataclass, field
from typing import Any

METADATA_KEY = "stoa"


@dataclass(frozen=True, slots=True)
class SettingInfo:
    """What a field says about itself beyond its name, type and default."""

    help: str
    secret: bool = False
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[Any, ...] = ()


def setting(
    default: Any = MISSING,
    *,
    help: str,
    secret: bool = False,
    minimum: float | None = None,
    maximum: float | None = None,
    choices: Sequence[Any] = (),
) -> Any:
    """Return a dataclass field that is a setting; without a default it is required.

    `minimum` and `maximum` bound a number (inclusive) or the length of a list.
    Name the unit in `help` ("seconds", "bytes"). A mutable default is copied.
    """
    metadata = {METADATA_KEY: SettingInfo(help, secret, minimum, maximum, tuple(choices))}
    if isinstance(default, list | dict):
        return field(default_factory=lambda: copy.deepcopy(default), repr=not secret, metadata=metadata)
    return field(default=default, repr=not secret, metadata=metadata)


def info_of(declared: Field[Any]) -> SettingInfo:
    """Return what the field says about itself; empty for a plain dataclass field."""
    found = declared.metadata.get(METADATA_KEY)
    return found if isinstance(found, SettingInfo) else SettingInfo("")
