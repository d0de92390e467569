"""Presence on live sockets, at a real server."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kernel import uuid7
from kernel.testing import AckRefused
from plugins.presence.models import Device
from tests.plugins.presence.waiting import until_written

pytestmark = pytest.mark.plugins("presence", "blocking")

PATH = "/presence"


def watch(socket, *people):
    """Subscribe a socket to people; return their status by the acknowledgement."""
    items = socket.call("subscribe", {"user_ids": [str(each.id) for each in people]})["items"]
    return [each["status"] for each in items]


def change_of(who, status):
    """Return a condition: an event that says so of somebody."""
    return lambda data: any(
        (each["user_id"], each["status"]) == (str(who.id), status) for each in data["items"]
    )


def told(socket, who):
    """Return all a socket was told of somebody, in order."""
    items = [item for event in socket.heard("presence:changed") for item in event.data["items"]]
    return [item["status"] for item in items if item["user_id"] == str(who.id)]


@pytest.fixture
def watching(realtime, person):
    """Return Ada, Ben, and Ben's socket, which watches Ada."""
    ada, ben = person(), person("Ben")
    socket = realtime.connect(PATH, ben.client)
    assert watch(socket, ada) == ["offline"]
    return ada, ben, socket


def test_who_comes_and_goes_is_told_to_who_watches_after_the_grace(realtime, watching):
    ada, ben, watcher = watching

    device = realtime.connect(PATH, ada.client)
    watcher.expect("presence:changed", change_of(ada, "online"))
    device.close()
    until_written(ada, present=False)
    assert ben.sees(ada) == ["online"]
    realtime.advance(timedelta(seconds=10))

    gone = watcher.expect("presence:changed", change_of(ada, "offline"))
    assert gone.data["items"][0]["last_seen_at"] is not None
    assert told(watcher, ada) == ["online", "offline"]


def test_who_comes_back_within_the_grace_was_never_gone(realtime, watching):
    ada, _, watcher = watching
    device = realtime.connect(PATH, ada.client)
    watcher.expect("presence:changed", change_of(ada, "online"))
    device.close()
    until_written(ada, present=False)

    realtime.connect(PATH, ada.client)
    until_written(ada, present=True)
    realtime.advance(timedelta(seconds=20))
    ada.show("dnd")
    watcher.expect("presence:changed", change_of(ada, "dnd"))

    assert told(watcher, ada) == ["online", "dnd"]


def test_nobody_hears_of_people_they_do_not_watch(realtime, watching, person):
    ada, _, watcher = watching
    stranger, former = (realtime.connect(PATH, person("Cleo").client) for _ in range(2))
    watch(former, ada)
    former.call("unsubscribe", {"user_ids": [str(ada.id)]})

    realtime.connect(PATH, ada.client)
    watcher.expect("presence:changed", change_of(ada, "online"))

    assert watch(stranger, ada) == ["online"]
    assert stranger.heard("presence:changed") == former.heard("presence:changed") == []


def test_several_devices_make_one_presence(realtime, watching):
    ada, _, watcher = watching
    phone, laptop = (realtime.connect(PATH, ada.client) for _ in range(2))
    watcher.expect("presence:changed", change_of(ada, "online"))

    phone.call("activity", {"idle": True})
    laptop.call("activity", {"idle": True})
    watcher.expect("presence:changed", change_of(ada, "away"))
    phone.call("activity", {"idle": False})
    watcher.expect("presence:changed", change_of(ada, "online"))
    laptop.close()
    phone.call("activity", {"idle": True})
    watcher.expect("presence:changed", change_of(ada, "away"))

    assert told(watcher, ada) == ["online", "away", "online", "away"]


def test_who_leaves_while_away_does_not_seem_to_come_back(realtime, watching):
    ada, _, watcher = watching
    device = realtime.connect(PATH, ada.client)
    watcher.expect("presence:changed", change_of(ada, "online"))
    device.call("activity", {"idle": True})
    watcher.expect("presence:changed", change_of(ada, "away"))

    device.close()
    until_written(ada, present=False)
    realtime.advance(timedelta(seconds=11))
    watcher.expect("presence:changed", change_of(ada, "offline"))
    realtime.connect(PATH, ada.client)
    watcher.expect("presence:changed", change_of(ada, "online"))
    until_written(ada, present=True)

    assert told(watcher, ada) == ["online", "away", "offline", "online"]
    assert Device.select().where(Device.user_id == ada.id).count() == 1


def test_who_does_nothing_for_long_is_away_until_something_is_done(realtime, watching):
    ada, _, watcher = watching
    device = realtime.connect(PATH, ada.client)
    watcher.expect("presence:changed", change_of(ada, "online"))

    realtime.advance(timedelta(seconds=301))
    watcher.expect("presence:changed", change_of(ada, "away"))
    device.call("activity", {"idle": False})

    watcher.expect("presence:changed", change_of(ada, "online"))


def test_what_is_chosen_shows_at_once_and_ends_by_itself(realtime, watching, clock):
    ada, _, watcher = watching
    device, other = (realtime.connect(PATH, ada.client) for _ in range(2))
    watcher.expect("presence:changed", change_of(ada, "online"))

    until = (clock.now() + timedelta(seconds=60)).isoformat()
    chosen = device.call("status:set", {"status": "dnd", "text": "Writing", "until": until})
    seen = watcher.expect("presence:changed", change_of(ada, "dnd"))
    own = other.expect("presence:own")
    realtime.advance(timedelta(seconds=61))
    ended = watcher.expect("presence:changed", change_of(ada, "online"))

    assert chosen["status"] == own.data["status"] == "dnd"
    assert own.data.keys() == chosen.keys()
    assert seen.data["items"][0]["text"] == "Writing"
    assert ended.data["items"][0]["text"] == ""


def test_who_becomes_invisible_is_gone_at_once(realtime, watching):
    ada, ben, watcher = watching
    realtime.connect(PATH, ada.client)
    watcher.expect("presence:changed", change_of(ada, "online"))

    ada.show("invisible")

    watcher.expect("presence:changed", change_of(ada, "offline"))
    assert ben.sees(ada) == ["offline"]


@pytest.mark.settings(presence={"interval": 3600.0})
def test_who_hides_or_blocks_vanishes_at_once_both_ways_and_comes_back(realtime, watching):
    ada, ben, watcher = watching
    device = realtime.connect(PATH, ada.client)
    watch(device, ben)
    watcher.expect("presence:changed", change_of(ada, "online"))

    ada.privacy("nobody")
    watcher.expect("presence:changed", change_of(ada, "offline"))
    device.expect("presence:changed", change_of(ben, "offline"))
    ada.privacy("everyone")
    watcher.expect("presence:changed", change_of(ada, "online"))
    device.expect("presence:changed", change_of(ben, "online"))
    ada.client.post("/v1/blocks", {"user_id": str(ben.id)})
    hidden = watcher.expect("presence:changed", change_of(ada, "offline"))
    device.expect("presence:changed", change_of(ben, "offline"))
    ada.client.delete(f"/v1/blocks/{ben.id}")
    watcher.expect("presence:changed", change_of(ada, "online"))
    device.expect("presence:changed", change_of(ben, "online"))

    assert hidden.data["items"][0]["last_seen_at"] is None


def test_who_is_blocked_hears_nothing_of_what_follows(realtime, watching, person):
    ada, ben, watcher = watching
    cleo = person("Cleo")
    other = realtime.connect(PATH, cleo.client)
    ada.client.post("/v1/blocks", {"user_id": str(ben.id)})
    watch(other, ada)
    watch(watcher, cleo)

    realtime.connect(PATH, ada.client)
    other.expect("presence:changed", change_of(ada, "online"))
    ada.show("dnd", text="For friends")
    other.expect("presence:changed", change_of(ada, "dnd"))
    cleo.show("away")
    watcher.expect("presence:changed", change_of(cleo, "away"))

    assert told(watcher, ada) == []


@pytest.mark.settings(presence={"interval": 60.0})
def test_changes_between_two_batches_are_told_once_as_they_ended(realtime, watching, person):
    ada, _, watcher = watching
    other = person("Cleo")
    watch(watcher, other)
    realtime.connect(PATH, ada.client)
    watcher.expect("presence:changed", change_of(ada, "online"))

    ada.show("dnd")
    for text in ("One", "Two", "Three"):
        other.show("away", text=text)
    ada.show("away")
    realtime.connect(PATH, other.client)
    until_written(other, present=True)
    realtime.advance(timedelta(seconds=60))
    batch = watcher.expect("presence:changed", change_of(other, "away"))

    assert {each["text"] for each in batch.data["items"] if each["user_id"] == str(other.id)} == {"Three"}
    assert told(watcher, ada) == ["online", "away"]
    assert len(watcher.heard("presence:changed")) == 2


@pytest.mark.settings(presence={"max_subscriptions": 3})
def test_a_socket_watches_so_many_people_and_no_more(realtime, person):
    ada = person()
    socket = realtime.connect(PATH, ada.client)
    people = [str(uuid7()) for _ in range(4)]
    socket.call("subscribe", {"user_ids": people[:3]})

    with pytest.raises(AckRefused) as refused:
        socket.call("subscribe", {"user_ids": people[2:]})
    socket.call("subscribe", {"user_ids": people[:3]})
    socket.call("unsubscribe", {"user_ids": people[:1]})
    socket.call("subscribe", {"user_ids": people[3:]})

    assert refused.value.status == 409
    assert refused.value.problem["type"].endswith("too-many-subscriptions")


@pytest.mark.parametrize(
    ("event", "data"),
    [
        ("subscribe", {"user_ids": []}),
        ("subscribe", {"user_ids": ["ada"]}),
        ("subscribe", {"user_ids": [str(uuid7()) for _ in range(501)]}),
        ("subscribe", None),
        ("activity", {"idle": "yes"}),
        ("status:set", {"status": "gone"}),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(realtime, person, event, data):
    socket = realtime.connect(PATH, person().client)

    with pytest.raises(AckRefused) as refused:
        socket.call(event, data)

    assert refused.value.status == 422
    assert refused.value.problem["errors"]


def test_the_room_of_an_account_is_its_own(realtime, person):
    ada, ben = person(), person("Ben")
    socket = realtime.connect(PATH, ben.client)

    with pytest.raises(AckRefused) as refused:
        socket.join(f"account:{ada.id}")

    assert refused.value.status == 404
    assert list(socket.rooms) == [f"account:{ben.id}"]
