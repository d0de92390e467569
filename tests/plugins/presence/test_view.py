"""What others see of a person, moment by moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kernel import uuid7
from plugins.presence.settings import PresenceSettings
from plugins.presence.view import Facts, shown

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SETTINGS = PresenceSettings(grace=10, away_after=300)


def ago(seconds):
    return NOW - timedelta(seconds=seconds)


def facts(**known):
    unknown = {
        "status": "online", "text": "", "until": None, "present": True, "left_at": None,
        "last_seen_at": None, "devices": 1, "active_at": NOW,
    }  # fmt: skip
    return Facts(user_id=uuid7(), **{**unknown, **known})


def status(**known):
    return shown(facts(**known), NOW, SETTINGS)[0].status


def test_a_connected_person_is_online_and_never_seen_last():
    view, upcoming = shown(facts(last_seen_at=ago(50)), NOW, SETTINGS)

    assert view == ("online", "", None)
    assert upcoming == NOW + timedelta(seconds=300)


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ({"active_at": ago(299)}, "online"),
        ({"active_at": ago(300)}, "away"),
        ({"active_at": None}, "away"),  # every device says it was left alone
        ({"active_at": None, "devices": 0}, "online"),  # no device says anything
        ({"status": "away"}, "away"),
        ({"status": "dnd"}, "dnd"),
        ({"status": "dnd", "active_at": None}, "dnd"),
        ({"status": "invisible"}, "offline"),
        ({"status": "dnd", "until": ago(0)}, "online"),
        ({"status": "dnd", "until": ago(-1)}, "dnd"),
        ({"status": "invisible", "until": ago(0)}, "online"),
    ],
)
def test_what_was_chosen_comes_before_what_the_devices_say(known, expected):
    assert status(**known) == expected


def test_who_comes_back_within_the_grace_was_never_gone():
    left = {"present": False, "left_at": ago(9), "last_seen_at": ago(9)}

    view, upcoming = shown(facts(**left), NOW, SETTINGS)
    later, _ = shown(facts(**left), NOW + timedelta(seconds=1), SETTINGS)

    assert view == ("online", "", None)
    assert upcoming == NOW + timedelta(seconds=1)
    assert later == ("offline", "", ago(9))


def test_who_becomes_invisible_is_gone_without_grace():
    assert status(status="invisible", present=False, left_at=ago(1)) == "offline"


def test_a_text_is_shown_as_long_as_it_was_meant_to():
    on_leave = {"text": "On leave", "until": NOW + timedelta(hours=1), "present": False}

    view, upcoming = shown(facts(**on_leave), NOW, SETTINGS)
    later, _ = shown(facts(**on_leave), NOW + timedelta(hours=1), SETTINGS)

    assert (view.status, view.text) == ("offline", "On leave")
    assert upcoming == NOW + timedelta(seconds=300)
    assert later.text == ""


def test_nothing_changes_by_itself_that_nothing_ends():
    assert shown(facts(active_at=None, devices=0), NOW, SETTINGS)[1] is None
