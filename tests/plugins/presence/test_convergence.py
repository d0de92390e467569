"""Whatever happens in whatever order: what a socket was told is what is so."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from tests.plugins.presence.test_sockets import PATH
from tests.plugins.presence.waiting import until

pytestmark = pytest.mark.plugins("presence", "blocking")

CHANGES = 40


class Watching:
    """Somebody whose one socket watches everybody, and what it knows; further devices come and go."""

    def __init__(self, realtime, who):
        self.realtime, self.who, self.devices, self.blocked = realtime, who, [], set()
        self.socket = realtime.connect(PATH, who.client)

    def subscribe(self, people):
        self.ids = [str(each.id) for each in people]
        self.first = self.socket.call("subscribe", {"user_ids": self.ids})["items"]

    def known(self):
        items = [
            *self.first,
            *(one for each in self.socket.heard("presence:changed") for one in each.data["items"]),
        ]
        return {one["user_id"]: one for one in items}

    def asked(self):
        query = "&".join(f"user_id={each}" for each in self.ids)
        return {one["user_id"]: one for one in self.who.client.get(f"/v1/presence?{query}").json["items"]}

    def change(self, chance, others):
        """Do one thing of those that others may see."""
        kind = chance.choice(["status", "privacy", "block", "device", "device", "activity"])
        if kind == "status":
            self.who.show(chance.choice(["online", "away", "dnd", "invisible"]), text=str(chance.random()))
        elif kind == "privacy":
            self.who.privacy(chance.choice(["everyone", "everyone", "nobody"]))
        elif kind == "block":
            self._block(chance.choice(others).who.id)
        elif kind == "activity":
            self.socket.call("activity", {"idle": chance.choice([True, False])})
        elif self.devices and chance.random() < 0.5:
            self.devices.pop().close()
        else:
            self.devices.append(self.realtime.connect(PATH, self.who.client))

    def _block(self, other):
        if other in self.blocked:
            self.blocked.discard(other)
            assert self.who.client.delete(f"/v1/blocks/{other}").status == 204
        else:
            self.blocked.add(other)
            assert self.who.client.post("/v1/blocks", {"user_id": str(other)}).status == 201


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_sockets_were_told_is_what_is_seen(realtime, person, seed):
    chance = random.Random(seed)
    people = [person(name) for name in ("Ada", "Ben", "Cleo", "Dan")]
    watching = [Watching(realtime, each) for each in people]
    for each in watching:
        each.subscribe(people)

    for _ in range(CHANGES):
        one = chance.choice(watching)
        one.change(chance, [each for each in watching if each is not one])
        if chance.random() < 0.2:
            realtime.advance(timedelta(seconds=chance.choice([1, 11, 60])))
    realtime.advance(timedelta(seconds=30))

    for each in watching:
        until(
            lambda each=each: each.known() == each.asked(), f"{each.who.id} to know what is so (seed {seed})"
        )
