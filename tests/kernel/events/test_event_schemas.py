"""Snapshots: an event may grow within its version, and not change."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any, Literal

import pytest

import kernel
from kernel.errors import StoaError
from kernel.events import event
from kernel.events.schemas import broken, stale, write

ROOT = Path(kernel.__file__).parents[1]


@event("shelf.lid.closed", key="lid")
class LidClosed:
    lid: str
    force: Literal["soft", "hard"]


@event("shelf.lid.closed", key="lid")
class LidClosedGrown:
    lid: str
    force: Literal["soft", "hard", "brutal"]
    twice: bool = False


@event("shelf.lid.closed", key="lid")
class LidClosedDemanding:
    lid: str
    force: Literal["soft", "hard"]
    twice: bool


@event("shelf.lid.closed", key="lid")
class LidClosedRetyped:
    lid: int
    force: Literal["soft", "hard"]


@event("shelf.lid.closed", key="lid")
class LidClosedShrunk:
    lid: str
    force: Literal["soft"]


@event("shelf.lid.closed")
class LidClosedKeyless:
    lid: str
    force: Literal["soft", "hard"]


@event("shelf.lid.closed", version=2)
class LidClosedAgain:
    lid: int


def declared_in_tree() -> list[type[Any]]:
    """Return the event classes of every plugin in the tree, from its `events.py`."""
    modules = [
        importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
        for place in ("plugins", "contrib")
        for path in sorted((ROOT / place).glob("*/events.py"))
    ]
    found = [
        value
        for module in modules
        for value in vars(module).values()
        if hasattr(value, "__event__") and value.__module__ == module.__name__
    ]
    return sorted(found, key=lambda cls: cls.__event__.wire)


def test_an_event_may_grow(tmp_path: Path) -> None:
    write([LidClosed], tmp_path)

    assert stale([LidClosedGrown], tmp_path) == ["shelf.lid.closed.v1"]
    assert [path.name for path in write([LidClosedGrown], tmp_path)] == ["shelf.lid.closed.v1.json"]

    assert stale([LidClosedGrown], tmp_path) == []
    assert write([LidClosedGrown], tmp_path) == []


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        (LidClosedDemanding, "twice needs a default"),
        (LidClosedRetyped, "lid was {'type': 'string'} and is {'type': 'integer'}"),
        (LidClosedShrunk, "force no longer knows 'hard'"),
        (LidClosedKeyless, "the key was lid and is None"),
    ],
)
def test_an_incompatible_change_is_named_and_refused(tmp_path: Path, changed: type[Any], fault: str) -> None:
    write([LidClosed], tmp_path)

    with pytest.raises(StoaError) as refused:
        write([changed], tmp_path)

    assert str(refused.value) == f"shelf.lid.closed.v1: {fault}; publish it as version 2"


def test_a_new_version_stands_beside_the_old(tmp_path: Path) -> None:
    write([LidClosed, LidClosedAgain], tmp_path)

    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "shelf.lid.closed.v1.json",
        "shelf.lid.closed.v2.json",
    ]


def test_every_event_in_the_tree_is_compatible_with_its_snapshot() -> None:
    assert list(broken(declared_in_tree(), ROOT / "docs" / "events")) == []


def test_the_snapshots_of_every_event_in_the_tree_are_up_to_date() -> None:
    assert stale(declared_in_tree(), ROOT / "docs" / "events") == [], "run manage.py events snapshot"
