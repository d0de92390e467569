"""Six categories on two levels, the same on every machine."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from plugins.categories import services

CONDITION: Final = {
    "key": "condition",
    "label": "Condition",
    "type": "choice",
    "required": True,
    "options": ["new", "like new", "good", "worn"],
}
BRAND: Final = {"key": "brand", "label": "Brand", "type": "text", "maximum": 60}
STORAGE: Final = {
    "key": "storage",
    "label": "Storage",
    "type": "integer",
    "unit": "GB",
    "minimum": 1,
    "maximum": 65536,
}
SCREEN: Final = {
    "key": "screen",
    "label": "Screen",
    "type": "decimal",
    "unit": "in",
    "minimum": 1,
    "maximum": 100,
}
COLOURS: Final = {
    "key": "colours",
    "label": "Colours",
    "type": "multi_choice",
    "maximum": 3,
    "options": ["black", "white", "silver", "blue", "green", "red"],
}
PORTS: Final = {
    "key": "ports",
    "label": "Ports",
    "type": "multi_choice",
    "options": ["USB-C", "USB-A", "HDMI", "Ethernet", "SD card"],
}
WIDTH: Final = {
    "key": "width",
    "label": "Width",
    "type": "integer",
    "unit": "cm",
    "minimum": 1,
    "maximum": 1000,
}
ASSEMBLED: Final = {"key": "assembled", "label": "Comes assembled", "type": "boolean"}
FROM: Final = {"key": "available_from", "label": "Available from", "type": "date", "minimum": "2025-01-01"}
HOME_VISITS: Final = {
    "key": "home_visits",
    "label": "Comes to your home",
    "type": "boolean",
    "required": True,
}

TREE: Final[tuple[tuple[str, str | None, dict[str, Any]], ...]] = (
    (
        "electronics",
        None,
        {"name": "Electronics", "names": {"de": "Elektronik"}, "attributes": [CONDITION, BRAND]},
    ),
    (
        "phones",
        "electronics",
        {"name": "Phones", "names": {"de": "Handys"}, "attributes": [STORAGE, COLOURS]},
    ),
    (
        "computers",
        "electronics",
        {"name": "Computers", "names": {"de": "Computer"}, "attributes": [SCREEN, PORTS]},
    ),
    ("home", None, {"name": "Home", "names": {"de": "Haushalt"}, "attributes": [CONDITION]}),
    ("furniture", "home", {"name": "Furniture", "names": {"de": "Möbel"}, "attributes": [WIDTH, ASSEMBLED]}),
    (
        "services",
        None,
        {"name": "Services", "names": {"de": "Dienste"}, "attributes": [FROM, HOME_VISITS]},
    ),
)


def category_id(slug: str) -> UUID:
    """Return the id of a demo category, the same everywhere."""
    digest = bytearray(hashlib.sha256(f"stoa demo category {slug}".encode()).digest()[:16])
    digest[6] = digest[6] & 0x0F | 0x70
    digest[8] = digest[8] & 0x3F | 0x80
    return UUID(bytes=bytes(digest))


def load(progress: Callable[[int, int], None]) -> None:
    """Make the tree through the same door as everybody."""
    for done, (slug, parent, fields) in enumerate(TREE, start=1):
        services.create(
            None,
            {**fields, "attributes": [_whole(one) for one in fields["attributes"]], "slug": slug,
             "parent_id": category_id(parent) if parent else None},
            id=category_id(slug),
        )  # fmt: skip
        progress(done, len(TREE))


def _whole(attribute: dict[str, Any]) -> dict[str, Any]:
    """Return a definition with what a request's schema would have filled in."""
    defaults = {"required": False, "unit": "", "minimum": None, "maximum": None, "options": []}
    return {**defaults, **attribute}
