"""How something is called, as one line of Python."""

from __future__ import annotations

import dataclasses
import inspect
from enum import Enum
from typing import Any


def called(name: str, value: Any) -> str:
    """Return `name(parameter: Type, …) -> Type` of a function or dataclass; else the name alone.

    Exceptions, protocols and classes of libraries are not made by a plugin's
    author from their parameters: their docstring says what they are for.
    """
    if isinstance(value, type) and issubclass(value, Enum):
        return f"{name}: {', '.join(value.__members__)}"
    if not (inspect.isfunction(value) or (isinstance(value, type) and dataclasses.is_dataclass(value))):
        return name
    made = inspect.signature(value)
    returned = "" if isinstance(value, type) else _returned(made)
    return f"{name}({', '.join(_parameters(made))}){returned}"


def _parameters(signature: inspect.Signature) -> list[str]:
    """Return the parameters as they are written; a `*` stands before keyword-only ones."""
    shown, starred = [], False
    for one in signature.parameters.values():
        if one.kind is one.KEYWORD_ONLY and not starred:
            shown.append("*")
            starred = True
        starred = starred or one.kind is one.VAR_POSITIONAL
        shown.append(_parameter(one))
    return shown


def _parameter(one: inspect.Parameter) -> str:
    stars = "*" if one.kind is one.VAR_POSITIONAL else "**" if one.kind is one.VAR_KEYWORD else ""
    typed = "" if one.annotation is one.empty else f": {_type(one.annotation)}"
    if one.default is one.empty:
        return f"{stars}{one.name}{typed}"
    return f"{one.name}{typed} = {_default(one.default)}" if typed else f"{one.name}={_default(one.default)}"


def _returned(signature: inspect.Signature) -> str:
    if signature.return_annotation in (signature.empty, None, "None"):
        return ""
    return f" -> {_type(signature.return_annotation)}"


def _type(annotation: Any) -> str:
    """Return an annotation as written; modules postpone theirs, so most are text already."""
    return annotation if isinstance(annotation, str) else inspect.formatannotation(annotation)


def _default(value: Any) -> str:
    """Return a default that reads the same in every process: no addresses, no internals."""
    plain = isinstance(value, str | int | float | bool | tuple | None)
    return repr(value) if plain and not isinstance(value, Enum) else "…"
