"""The contract suite holds plugins to their sockets too: what it accepts, and what it finds."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from kernel.testing import Sample
from kernel.testing.contract import PluginContract
from kernel.testing.rooms import RoomCase, room_cases, room_leaks
from kernel.testing.samples import Samples, samples_beside

PLUGINS = ("notes",)


class TestNotes(PluginContract):
    """The suite as a plugin's author runs it."""

    plugin = "notes"
    test_it_boots_with_every_other_plugin = None
    test_disabling_it_leaves_the_others_working_and_its_data_in_place = None


@pytest.fixture
def cases(app):
    return {
        one.family.name: one
        for one in room_cases(app.registry.plugin("notes"), samples_beside(Path(__file__)))
    }


def with_family(case, **changes):
    return dataclasses.replace(case, family=dataclasses.replace(case.family, **changes))


def test_a_family_without_a_sample_is_named(app):
    with pytest.raises(AssertionError, match=r"@sample\(rooms=\[…\]\).* note, watch, wall"):
        room_cases(app.registry.plugin("notes"), Samples())


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"authorise": lambda principal, keys: keys}, "is let into another's room"),
        ({"authorise": lambda principal, keys: []}, "proves nothing, its owner is not let in"),
        ({"authorise": lambda principal, keys: [int(key) for key in keys]}, "it raises ValueError"),
    ],
)
def test_an_authoriser_that_lets_in_strangers_is_found(app, cases, changes, words):
    leaking = room_leaks(app, with_family(cases["note"], **changes))

    assert any(words in line for line in leaking)


def test_a_room_that_strangers_are_put_into_is_found(app, cases):
    made = cases["note"].make(app)
    fixed = dataclasses.replace(cases["note"], make=lambda app: made)

    leaking = room_leaks(app, with_family(fixed, automatic=lambda principal: [str(made.ids["note"])]))

    assert any("is put into another's room" in line for line in leaking)


def test_one_question_a_key_is_found(app, cases):
    ask = cases["note"].family.authorise

    leaking = room_leaks(
        app,
        with_family(
            cases["note"], authorise=lambda who, keys: [one for key in keys for one in ask(who, [key])]
        ),
    )

    assert any("50 keys cost 51 statements, one costs 1" in line for line in leaking)


def test_a_room_anybody_may_enter_is_not_asked_about_strangers(app, cases):
    owner = cases["note"].make(app).owner
    case = RoomCase(
        cases["note"].namespace,
        dataclasses.replace(cases["note"].family, authorise=lambda who, keys: keys),
        lambda app: Sample({"note": "x"}, owner=owner, public=True),
    )

    assert room_leaks(app, case) == []
