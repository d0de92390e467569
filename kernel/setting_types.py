"""The types a setting may have, and how a raw value becomes one.

bool, int, float, str, Path, Literal, `X | None`, lists, tuples and tables of these.
Text is parsed, because the environment has nothing else; any other mismatch is
refused: a profile's `"1"` is no integer and its `true` no number.
"""

from __future__ import annotations

import json
import types
from pathlib import Path
from typing import Any, Literal, Union, cast, get_args, get_origin

_WORDS = {
    "true": True,
    "1": True,
    "yes": True,
    "on": True,
    "false": False,
    "0": False,
    "no": False,
    "off": False,
}


def is_table(kind: Any) -> bool:
    """Tell whether the type is a table."""
    return (get_origin(kind) or kind) is dict


def convert(raw: Any, kind: Any) -> Any:
    """Return `raw` as `kind`; text (from the environment) is parsed. Raises ValueError."""
    origin, arguments = get_origin(kind) or kind, get_args(kind)
    if origin is Any:
        return raw
    if origin is Literal:
        return _one_of(raw, arguments)
    if origin in (Union, types.UnionType):
        return (
            None
            if raw in (None, "")
            else convert(raw, next(one for one in arguments if one is not type(None)))
        )
    if origin in (list, tuple):
        items = [convert(item, arguments[0] if arguments else Any) for item in _items(raw)]
        return items if origin is list else tuple(items)
    if origin is dict:
        return {
            str(key): convert(item, arguments[1] if arguments else Any) for key, item in _table(raw).items()
        }
    return _scalar(raw, origin)


def _one_of(raw: Any, choices: tuple[Any, ...]) -> Any:
    for choice in choices:
        if raw == choice or str(raw) == str(choice):
            return choice
    raise ValueError(raw)


def _scalar(raw: Any, kind: type[Any]) -> Any:
    if kind is bool:
        if isinstance(raw, str):
            return _word(raw)
        return _exactly(raw, bool)
    if kind in (int, float):
        return (
            kind(raw)
            if isinstance(raw, str)
            else kind(_exactly(raw, int, *([float] if kind is float else [])))
        )
    if kind is Path:
        return Path(_exactly(raw, str))
    return _exactly(raw, kind)


def _word(raw: str) -> bool:
    if raw.strip().lower() not in _WORDS:
        raise ValueError(raw)
    return _WORDS[raw.strip().lower()]


def _exactly(raw: Any, *kinds: type[Any]) -> Any:
    """Return `raw` when it is of one of the kinds; a bool is no number here."""
    if isinstance(raw, kinds) and (bool in kinds or not isinstance(raw, bool)):
        return raw
    raise TypeError(type(raw).__name__)


def _items(raw: Any) -> list[Any]:
    if isinstance(raw, str):
        if raw.lstrip().startswith("["):
            return _items(json.loads(raw))
        return [part.strip() for part in raw.split(",") if part.strip()]
    return cast("list[Any]", _exactly(raw, list))


def _table(raw: Any) -> dict[Any, Any]:
    return _table(json.loads(raw)) if isinstance(raw, str) else cast("dict[Any, Any]", _exactly(raw, dict))


def type_name(kind: Any) -> str:
    """Return how a type is called in errors and in the reference."""
    if get_origin(kind) is Literal:
        return " or ".join(str(choice) for choice in get_args(kind))
    if get_origin(kind) in (Union, types.UnionType):
        return " or ".join("nothing" if one is type(None) else type_name(one) for one in get_args(kind))
    return (
        kind.__name__ if isinstance(kind, type) and not get_args(kind) else str(kind).replace("typing.", "")
    )
