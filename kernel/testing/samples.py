"""Sample objects, which the generated tests ask routes for.

A plugin's tests hold a module `samples.py`:

    @sample("note_id")
    def note(app: Application) -> Sample:
        author = new_user(app)
        made = services.publish(author, title="A chair")
        return Sample({"note_id": made.id}, owner=author, bodies={"PATCH": {"title": "A stool"}})

    UNSCOPED = {"/labels/{label_id}": "labels are everybody's"}

    @sample(rooms=["note"])
    def open_note(app: Application) -> Sample:
        return Sample({"note": made.id}, owner=author)

The names are path parameters; `rooms` are families of Socket.IO rooms. A route
with several is given the sample that makes exactly these; `paths` binds a
sample to single routes instead, for those that need an object in another state.
`UNSCOPED` lists routes (and rooms, as `room:<family>`) whose ids are nobody's,
each with the reason; `SETTINGS` are those the plugin cannot start without.
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar
from uuid import UUID

from kernel.application import Application

Make = Callable[[Application], "Sample"]
F = TypeVar("F", bound=Make)

_CONVERTER = re.compile(r"\{(\w+)(?::[^}]*)?\}")
_MARK = "__stoa_sample__"


@dataclass(frozen=True, slots=True)
class Sample:
    """One object, made for the test: its ids by path parameter, and whose it is.

    * `owner` — an account that may do what the routes offer with it;
    * `scope` — the scope it belongs to (`"tenant:0190…"`), if any;
    * `public` — anyone may read it (then outsiders are tried on writes only);
    * `bodies` — the JSON for a route, by `"PATCH /notes/{note_id}"` or by method;
    * `queries` — likewise the query parameters.
    """

    ids: Mapping[str, Any]
    owner: UUID
    scope: str | None = None
    public: bool = False
    bodies: Mapping[str, Any] = field(default_factory=dict)
    queries: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Marked:
    """A function that makes samples, and what it is for."""

    make: Make
    names: frozenset[str]
    paths: frozenset[str]
    rooms: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Samples:
    """The samples of one plugin's tests."""

    marked: Sequence[Marked] = ()
    unscoped: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def of(self, method: str, path: str) -> Make | None:
        """Return what makes the sample for a route, None when nothing does."""
        plain, names = plain_path(path), frozenset(parameters(path))
        for one in self.marked:
            if {plain, f"{method} {plain}"} & one.paths:
                return one.make
        plainly = (one for one in self.marked if not one.paths and not one.rooms)
        return next((one.make for one in plainly if one.names == names), None)

    def of_room(self, family: str) -> Make | None:
        """Return what makes the sample for a family of rooms, None when nothing does."""
        return next((one.make for one in self.marked if family in one.rooms), None)

    def is_unscoped(self, method: str, path: str) -> bool:
        """Tell whether the ids of a route are declared to be nobody's."""
        plain = plain_path(path)
        return plain in self.unscoped or f"{method} {plain}" in self.unscoped


def sample(*names: str, paths: Sequence[str] = (), rooms: Sequence[str] = ()) -> Callable[[F], F]:
    """Mark a function that makes a sample for routes with these path parameters.

    Or for room families: then its `ids` hold the room's key under the family's name.
    """

    def mark(make: F) -> F:
        setattr(make, _MARK, Marked(make, frozenset(names), frozenset(paths), frozenset(rooms)))
        return make

    return mark


def parameters(path: str) -> list[str]:
    """Return the names of a path's parameters: `note_id` of `/notes/{note_id:uuid}`."""
    return _CONVERTER.findall(path)


def plain_path(path: str) -> str:
    """Return a path without falcon's converters."""
    return _CONVERTER.sub(r"{\1}", path)


def filled_path(path: str, ids: Mapping[str, Any]) -> str:
    """Return the concrete path of an object."""
    return _CONVERTER.sub(lambda matched: str(ids[matched[1]]), path)


def samples_of(module: ModuleType | None) -> Samples:
    """Return the samples a module marks."""
    if module is None:
        return Samples()
    marked = tuple(getattr(value, _MARK) for value in vars(module).values() if hasattr(value, _MARK))
    return Samples(marked, getattr(module, "UNSCOPED", {}), getattr(module, "SETTINGS", {}))


def samples_beside(file: Path) -> Samples:
    """Return the samples of `samples.py` in the folder of a test file; none when there is no such file."""
    source = file.parent / "samples.py"
    if not source.is_file():
        return Samples()
    spec = importlib.util.spec_from_file_location(f"samples_{abs(hash(source))}", source)
    assert spec is not None, "a .py file has a spec"
    assert spec.loader is not None, "a .py file has a loader"
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return samples_of(module)
