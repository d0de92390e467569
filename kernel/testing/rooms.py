"""The isolation matrix over rooms: nobody is let into a room of another scope.

For each room family a sample gives a key. Each outsider (see
`kernel.testing.matrix`) asks the authoriser for that key, and for keys that do
not exist: it must return neither, raise nothing, and not offer the room
automatically. The owner must be let in, or the test proves nothing. However
many keys are asked for, it runs the same number of statements.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from kernel.application import Application
from kernel.auth.principals import Principal
from kernel.errors import Problem
from kernel.http.endpoint import OPEN
from kernel.realtime.declarations import Namespace, RoomFamily
from kernel.realtime.inbound import demand
from kernel.realtime.membership import reads
from kernel.registry import Plugin
from kernel.storage import count_statements, uuid7
from kernel.testing.client import Client
from kernel.testing.matrix import outsiders
from kernel.testing.samples import Make, Sample, Samples

_GARBAGE = ("x", "0", "-1", "null", "../..", "é" * 60, "00000000-0000-0000-0000-000000000000")
_MANY = 50


@dataclass(frozen=True, slots=True)
class RoomCase:
    """One family and what makes a room of it."""

    namespace: Namespace
    family: RoomFamily
    make: Make

    def __str__(self) -> str:
        return f"{self.namespace.path} {self.family.name}"


def room_cases(plugin: Plugin, samples: Samples) -> list[RoomCase]:
    """Return a case for each of a plugin's room families.

    Raises AssertionError naming the families that have neither a sample nor a
    reason in UNSCOPED.
    """
    found, lacking = [], []
    for namespace in plugin.realtime:
        for family in namespace.rooms:
            make = samples.of_room(family.name)
            if make is not None:
                found.append(RoomCase(namespace, family, make))
            elif f"room:{family.name}" not in samples.unscoped:
                lacking.append(family.name)
    assert not lacking, (
        f"{plugin.name}: give samples.py a @sample(rooms=[…]), or a reason in UNSCOPED as "
        f"`room:<family>`, for {', '.join(lacking)}"
    )
    return found


def room_leaks(app: Application, case: RoomCase) -> list[str]:
    """Return what is wrong with a family's isolation, one line each; [] is none."""
    sample = case.make(app)
    app.db.release()
    key = str(sample.ids[case.family.name])
    found = [
        line
        for name, client in outsiders(app, sample)
        for line in _let_in(case, key, name, principal_of(app, client))
        if not sample.public
    ]
    return found or [*_unproven(app, case, sample, key)]


def principal_of(app: Application, client: Client) -> Principal:
    """Return who a client is."""
    return app.auth.principal_for(client.headers)


def _let_in(case: RoomCase, key: str, who: str, principal: Principal) -> Iterator[str]:
    if not _may_connect(case.namespace, principal):
        return
    unknown = [each for each in (str(uuid7()), *_GARBAGE) if reads(case.family.key, each)]
    try:
        granted = {str(each) for each in case.family.authorise(principal, [key, *unknown])}
        automatic = (
            {str(each) for each in case.family.automatic(principal)} if case.family.automatic else set()
        )
    except Exception as ex:  # noqa: BLE001 - what it raises is what is reported
        yield f"{case}: asked by {who} it raises {type(ex).__name__}: {ex}: leave out keys that are none"
        return
    if key in granted:
        yield f"{case}: {who} is let into another's room"
    if granted & set(unknown):
        yield f"{case}: {who} is let into rooms that do not exist: {sorted(granted & set(unknown))}"
    if key in automatic:
        yield f"{case}: {who} is put into another's room"


def _may_connect(namespace: Namespace, principal: Principal) -> bool:
    if namespace.permission in OPEN:
        return True
    try:
        demand(principal, namespace.permission)
    except Problem:
        return False
    return True


def _unproven(app: Application, case: RoomCase, sample: Sample, key: str) -> Iterator[str]:
    owner = principal_of(app, Client(app).as_user(sample.owner))
    app.db.release()
    one, many = (_cost(case, owner, keys) for keys in ([key], [key, *(str(uuid7()) for _ in range(_MANY))]))
    if key not in one[0]:
        yield f"{case}: proves nothing, its owner is not let in"
    if many[1] > one[1]:
        yield f"{case}: {_MANY} keys cost {many[1]} statements, one costs {one[1]}: ask for all in one"


def _cost(case: RoomCase, principal: Principal, keys: Sequence[str]) -> tuple[set[str], Any]:
    with count_statements() as counted:
        granted = {str(each) for each in case.family.authorise(principal, keys)}
    return granted, counted.count
