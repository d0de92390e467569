"""A namespace that cannot work is refused at boot, by its plugin's name and with the remedy."""

from __future__ import annotations

import dataclasses

import pytest
from marshmallow import Schema, fields

from kernel import Emit, Inbound, Namespace, Outbound, Rate, RoomFamily, event
from kernel.checks import check
from kernel.realtime.checks import faults_of

PLUGINS = ("notes",)


class Note(Schema):
    text = fields.String()


class Other(Schema):
    text = fields.String()


@event("notes.note.seen", key="n")
class Seen:
    n: int


class Unregistered:
    """No event."""


def emits(event):
    return Emit(key="x", data=event)


ROOM = RoomFamily(name="note", summary="One note", authorise=lambda principal, keys: keys)
IN = Inbound(name="note:write", handler=print, summary="Write", body=Note)
OUT = Outbound(name="note:written", summary="Written", data=Note, room="note")
GOOD = Namespace(path="/notes", summary="Notes", rooms=(ROOM,), inbound=(IN,), outbound=(OUT,))


def faults(**changes):
    changed = dataclasses.replace(GOOD, **changes)
    return list(faults_of(changed, ["notes", "board"], {"notes:secrets"}, {"notes.note.seen.v1"}))


def but(declared, **changes):
    return dataclasses.replace(declared, **changes)


def test_a_sound_namespace_has_no_fault():
    derived = but(OUT, on=Seen, emits=emits)

    assert faults() == []
    assert faults(path="/board", outbound=(derived, but(OUT, name="typing", volatile=True))) == []
    assert faults(outbound=(OUT, derived)) == []  # one name, from two sources, with one schema


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"path": "/chat"}, "neither the plugin's name nor a prefix"),
        ({"path": "notes"}, "a slash and a name"),
        ({"path": "/"}, "a slash and a name"),
        ({"summary": " "}, "has no summary"),
        ({"permission": "notes:secret"}, "did you mean notes:secrets"),
        ({"rooms": (ROOM, ROOM)}, "`note` is declared 2 times"),
        ({"rooms": (but(ROOM, name="a:b"), ROOM)}, "is not like `note`"),
        ({"rooms": (but(ROOM, summary=""),)}, "has no summary"),
        ({"inbound": (IN, IN)}, "`note:write` is declared 2 times"),
        ({"inbound": (but(IN, name="join"),)}, "`join` is reserved"),
        ({"inbound": (but(IN, name="disconnect"),)}, "`disconnect` is reserved"),
        ({"inbound": (but(IN, name="Write It"),)}, "is not like `note:written`"),
        ({"inbound": (but(IN, summary=""),)}, "has no summary"),
        ({"inbound": (but(IN, permission="notes:writes"),)}, "names permission `notes:writes`"),
        ({"inbound": (but(IN, rate=Rate(1, cost=2)),)}, "costs more than its rate"),
        ({"outbound": (but(OUT, room="notes"),)}, "did you mean note?"),
        ({"outbound": (but(OUT, name="rooms"),)}, "`rooms` is reserved"),
        ({"outbound": (OUT, OUT)}, "`note:written` is declared 2 times"),
        ({"outbound": (OUT, but(OUT, on=Seen, emits=emits, data=Other))}, "two schemas"),
        ({"outbound": (but(OUT, on=Seen),)}, "one of `on` and `emits`"),
        ({"outbound": (but(OUT, emits=emits),)}, "one of `on` and `emits`"),
        ({"outbound": (but(OUT, on=Unregistered, emits=emits),)}, "no @event class"),
        ({"outbound": (but(OUT, on=Seen, emits=emits, volatile=True),)}, "derived events are durable"),
        ({"rooms": (but(ROOM, durable=False),)}, "rooms without a stream"),
    ],
)
def test_a_fault_says_what_is_wrong_and_how_to_mend_it(changes, words):
    found = faults(**changes)

    assert len(found) == 1
    assert words in found[0]


def test_an_event_that_nobody_registers_is_refused():
    derived = but(GOOD, outbound=(but(OUT, on=Seen, emits=emits),))

    found = list(faults_of(derived, ["notes"], set(), {"notes.note.saw.v1"}))

    assert len(found) == 1
    assert "derives from `notes.note.seen.v1`, which nobody registers" in found[0]
    assert "did you mean notes.note.saw.v1?" in found[0]


def test_two_plugins_that_claim_one_namespace_are_told_apart(app):
    notes = app.registry.plugin("notes")
    manifest = dataclasses.replace(notes.manifest, name="board", prefixes=())
    other = dataclasses.replace(
        notes, manifest=manifest, models=(), events=(), permissions=(), realtime=(GOOD,)
    )

    found = [str(fault) for fault in check([notes, other], ["realtime"])]

    assert any("board: register_realtime: namespace `/notes` is claimed by notes too" in one for one in found)
    assert any("board: register_realtime: namespace `/notes` is neither" in one for one in found)
