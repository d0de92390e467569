"""Typed attributes: what a category says about its things, and the check of it.

    Attribute("screen", "Screen", "decimal", unit="in", minimum=1, maximum=20)

A thing of a category has the attributes of all categories on its path. Along a
path a key is defined once, so a value means the same at every level and a
filter needs no case distinction.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final, Literal

from kernel import FieldError

AttributeType = Literal["text", "integer", "decimal", "boolean", "choice", "multi_choice", "date"]
TYPES: Final[tuple[str, ...]] = ("text", "integer", "decimal", "boolean", "choice", "multi_choice", "date")
CHOICES: Final = frozenset({"choice", "multi_choice"})
BOUNDED: Final = frozenset({"text", "integer", "decimal", "multi_choice", "date"})
MEASURED: Final = frozenset({"integer", "decimal"})
LONGEST_TEXT: Final = 2000
EXACT_DIGITS: Final = 15
EXACT_INTEGER: Final = 2**53


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of a category.

    `minimum` and `maximum` bound the value of numbers and dates (ISO 8601), the
    length of a text in characters, the number of choices of a `multi_choice`.
    `unit` is shown beside a number (`cm`, `GB`).
    """

    key: str
    label: str
    type: AttributeType
    required: bool = False
    unit: str = ""
    minimum: Any = None
    maximum: Any = None
    options: tuple[str, ...] = ()

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Attribute:
        """Return the attribute a row of JSON describes."""
        return cls(**{**stored, "options": tuple(stored.get("options", ()))})


class Unfit(ValueError):  # noqa: N818 - carries what the reader should do, not a failure
    """A value is not what its attribute asks for; `position` names a place in a list."""

    def __init__(self, remedy: str, position: int | None = None) -> None:
        super().__init__(remedy)
        self.position = position


def check(
    attributes: Iterable[Attribute], values: Mapping[str, Any], pointer: str, *, complete: bool
) -> tuple[dict[str, Any], list[FieldError]]:
    """Return the values as stored and everything that is wrong with them."""
    defined = {one.key: one for one in attributes}
    kept: dict[str, Any] = {}
    faults = [
        FieldError("This category has no such attribute.", pointer=f"{pointer}/{escaped(key)}")
        for key in values
        if key not in defined
    ]
    for key, attribute in defined.items():
        value = values.get(key)
        if is_empty(value):
            if attribute.required and complete:
                faults.append(FieldError(f"{attribute.label} is required.", pointer=f"{pointer}/{key}"))
            continue
        try:
            kept[key] = fit(attribute, value)
        except Unfit as ex:
            place = "" if ex.position is None else f"/{ex.position}"
            faults.append(FieldError(str(ex), pointer=f"{pointer}/{key}{place}"))
    return kept, faults


def is_empty(value: Any) -> bool:
    """Say whether a value is none at all: absent, blank text, an empty list."""
    return value is None or value == [] or (isinstance(value, str) and not value.strip())


def escaped(key: str) -> str:
    """Return a key as a token of a JSON Pointer (RFC 6901)."""
    return key.replace("~", "~0").replace("/", "~1")


def fit(attribute: Attribute, value: Any) -> Any:
    """Return a value as it is stored; raise Unfit with the remedy."""
    return _FITS[attribute.type](attribute, value)


def _text(attribute: Attribute, value: Any) -> str:
    if not isinstance(value, str):
        raise Unfit("Write a text.")
    text = value.strip()
    longest = LONGEST_TEXT if attribute.maximum is None else attribute.maximum
    _within(attribute.minimum, longest, len(text), "characters")
    return text


def _integer(attribute: Attribute, value: Any) -> int:
    if type(value) is float and value.is_integer() and abs(value) <= EXACT_INTEGER:
        value = int(value)
    if type(value) is not int or abs(value) > EXACT_INTEGER:
        raise Unfit("Write a whole number.")
    _within(attribute.minimum, attribute.maximum, value, attribute.unit)
    return value


def _decimal(attribute: Attribute, value: Any) -> int | float:
    if type(value) not in (int, float) or not math.isfinite(value):
        raise Unfit("Write a number.")
    if len(Decimal(repr(value)).normalize().as_tuple().digits) > EXACT_DIGITS:
        raise Unfit(f"Write at most {EXACT_DIGITS} digits.")
    _within(attribute.minimum, attribute.maximum, value, attribute.unit)
    return value  # type: ignore[no-any-return]


def _boolean(_: Attribute, value: Any) -> bool:
    if type(value) is not bool:
        raise Unfit("Write true or false.")
    return value


def _choice(attribute: Attribute, value: Any) -> str:
    if value not in attribute.options:
        raise Unfit(f"Choose one of: {', '.join(attribute.options)}.")
    return str(value)


def _multi_choice(attribute: Attribute, value: Any) -> list[str]:
    if not isinstance(value, list):
        raise Unfit("Write a list of choices.")
    for position, one in enumerate(value):
        if one not in attribute.options:
            raise Unfit(f"Choose among: {', '.join(attribute.options)}.", position)
        if one in value[:position]:
            raise Unfit("Chosen twice.", position)
    _within(attribute.minimum, attribute.maximum, len(value), "choices")
    return [option for option in attribute.options if option in value]


def _date(attribute: Attribute, value: Any) -> str:
    text = as_date(value)
    _within(attribute.minimum, attribute.maximum, text, "")
    return text


def as_date(value: Any) -> str:
    """Return a calendar date as `2026-01-31`; raise Unfit for anything else."""
    try:
        found = date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        found = None
    if found is None:
        raise Unfit("Write a date such as 2026-01-31.")
    return found.isoformat()


def _within(minimum: Any, maximum: Any, amount: Any, unit: str) -> None:
    shown = f" {unit}" if unit else ""
    if minimum is not None and amount < minimum:
        raise Unfit(f"At least {minimum}{shown}.")
    if maximum is not None and amount > maximum:
        raise Unfit(f"At most {maximum}{shown}.")


_FITS: Final[Mapping[str, Callable[[Attribute, Any], Any]]] = {
    "text": _text,
    "integer": _integer,
    "decimal": _decimal,
    "boolean": _boolean,
    "choice": _choice,
    "multi_choice": _multi_choice,
    "date": _date,
}


def faults_of(attributes: Sequence[Attribute], pointer: str = "/attributes") -> list[FieldError]:
    """Return what is wrong with a category's own definitions, taken together."""
    seen: set[str] = set()
    found = []
    for index, one in enumerate(attributes):
        at = f"{pointer}/{index}"
        if one.key in seen:
            found.append(FieldError("Defined twice.", pointer=f"{at}/key"))
        seen.add(one.key)
        found += [FieldError(text, pointer=f"{at}/{name}") for name, text in _faults(one)]
    return found


def _faults(one: Attribute) -> Iterator[tuple[str, str]]:
    if one.type in CHOICES and not one.options:
        yield "options", "Name the options to choose from."
    if one.type not in CHOICES and one.options:
        yield "options", f"Only choice and multi_choice have options, not {one.type}."
    if len(set(one.options)) < len(one.options):
        yield "options", "Each option once."
    if one.unit and one.type not in MEASURED:
        yield "unit", f"Only integer and decimal have a unit, not {one.type}."
    yield from _bound_faults(one)


def _bound_faults(one: Attribute) -> Iterator[tuple[str, str]]:
    given = [
        (name, value)
        for name, value in (("minimum", one.minimum), ("maximum", one.maximum))
        if value is not None
    ]
    unfit = [(name, _bound_fault(one.type, value)) for name, value in given]
    yield from ((name, text) for name, text in unfit if text)
    if len(given) == 2 and not any(text for _, text in unfit) and one.minimum > one.maximum:  # noqa: PLR2004
        yield "maximum", "Less than the minimum."


def _bound_fault(type: str, value: Any) -> str:
    """Return what is wrong with a bound of an attribute of this type; empty when nothing."""
    if type not in BOUNDED:
        return f"A {type} has no bounds."
    try:
        if type in {"text", "multi_choice"} and (_integer(_ANY, value) < 0 or value > LONGEST_TEXT):
            return f"A number from 0 to {LONGEST_TEXT}."
        _BOUNDS[type](_ANY, value)
    except Unfit as ex:
        return str(ex)
    return ""


_ANY: Final = Attribute("any", "Any", "text")
_BOUNDS: Final[Mapping[str, Callable[[Attribute, Any], Any]]] = {
    "text": _integer,
    "multi_choice": _integer,
    "integer": _integer,
    "decimal": _decimal,
    "date": _date,
}
