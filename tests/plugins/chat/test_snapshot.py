"""The snapshot contract: a snapshot and the events after it are what a fresh snapshot is.

Random people do random things; a client of each applies what its streams brought,
its rooms' events interleaved at random, and must have what a new client gets.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel import app, uuid7
from plugins.chat.services import scheduling, vanishing
from tests.plugins.chat.mirror import Mirror

PLUGINS = ("chat",)
TRIES = settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    print_blob=True,
)
SOMEBODY = st.integers(0, 3)
STEPS = st.tuples(
    st.sampled_from(
        [
            *(
                "say",
                "say",
                "say",
                "reply",
                "edit",
                "delete",
                "hide",
                "react",
                "unreact",
                "read",
                "delivered",
            ),
            *("pin", "unpin", "update", "add", "remove", "leave", "role", "transfer", "wish", "clear"),
            *("ban", "unban", "vanish", "reply", "poll", "vote", "vote", "end_poll", "close"),
            *("forward", "save", "bulk_delete", "bulk_read", "fleeting", "purge", "later", "send_due"),
        ]
    ),
    st.sampled_from((0, 0, 0, 1, 2, 3)),  # mostly the owner, who may do more
    SOMEBODY,
    st.integers(0, 30),
)


class Crowd:
    """Four people and what they do to one conversation; what is refused is refused."""

    def __init__(self, people: list[Any], conversation: str) -> None:
        self.people, self.at = people, f"/v1/conversations/{conversation}"
        self.said: list[str] = []
        self.polls: list[str] = []

    def do(self, step: str, actor: int, other: int, number: int) -> None:
        """Take one step."""
        client, whom = self.people[actor].client, str(self.people[other].id)
        if step in _ELSEWHERE:
            _ELSEWHERE[step](client, self.at.rsplit("/", 1)[1], self.said[-number:])
        known = self.polls if step in {"vote", "end_poll"} else self.said
        message = f"/v1/messages/{known[number % len(known)]}" if known else None
        if step in {"say", "reply", "vanish", "fleeting", "poll"}:
            self._say(client, step, number, whom)
        elif message and step in _ON_MESSAGE:
            _ON_MESSAGE[step](client, message, number)
        elif step in _ON_CONVERSATION:
            _ON_CONVERSATION[step](client, self.at, whom, number)

    def _say(self, client: Any, step: str, number: int, whom: str) -> None:
        body: dict[str, Any] = {"id": str(uuid7()), "text": f"Number {number} #tag", "mentions": [whom]}
        if step == "reply" and self.said:
            body["reply_to_id"] = body["thread_id"] = self.said[number % len(self.said)]
        if step == "vanish":
            body["ttl"] = 1000 + number
        if step == "fleeting":
            body["ttl"] = 1 + number % 5
        if step == "poll":
            body |= {"type": "poll", "text": "", "payload": {"question": "?", "options": ["A", "B"]}}
        answer = client.post(f"{self.at}/messages", body)
        if answer.status == 201:
            (self.polls if step == "poll" else []).append(body["id"])
            self.said.append(body["id"])


EMOJI = "👍❤🎉"
_ON_MESSAGE = {
    "edit": lambda client, message, n: client.patch(message, {"text": f"Edited {n}"}),
    "delete": lambda client, message, n: client.delete(message),
    "hide": lambda client, message, n: client.delete(message, query={"for": "me"}),
    "react": lambda client, message, n: client.put(f"{message}/reactions", {"emoji": EMOJI[n % 3]}),
    "unreact": lambda client, message, n: client.delete(f"{message}/reactions", {"emoji": EMOJI[n % 3]}),
    "pin": lambda client, message, n: client.put(f"{message}/pin"),
    "unpin": lambda client, message, n: client.delete(f"{message}/pin"),
}
_ON_MESSAGE |= {
    "vote": lambda client, message, n: client.put(f"{message}/vote", {"options": [n % 2][: n % 3]}),
    "end_poll": lambda client, message, n: n % 3 or client.post(f"{message}/close"),
}
_ON_MESSAGE |= {
    "save": lambda client, message, n: client.put(f"{message}/saved", {"note": str(n)}),
    "bulk_delete": lambda client, message, n: client.post(
        "/v1/messages/delete", {"message_ids": [message.rsplit("/", 1)[1]], "for": ("all", "me")[n % 2]}
    ),
}


def in_a_second() -> str:
    """Return the moment as JSON has it."""
    return (app.clock.now() + timedelta(seconds=1)).isoformat()


_ELSEWHERE = {
    "forward": lambda client, here, said: client.post(
        "/v1/messages/forward", {"message_ids": said[:2], "conversation_ids": [here]}
    ),
    "later": lambda client, here, said: client.post(
        "/v1/chat/scheduled",
        {
            "conversation_id": here,
            "text": "Later",
            "send_at": in_a_second(),
        },
    ),
    "send_due": lambda client, here, said: scheduling.send_due(),
    "purge": lambda client, here, said: vanishing.purge(),
}
_ON_CONVERSATION = {
    "bulk_read": lambda client, at, whom, n: client.post(
        "/v1/conversations/read", {"items": [{"conversation_id": at.rsplit("/", 1)[1], "seq": n}]}
    ),
    "read": lambda client, at, whom, n: client.put(f"{at}/read", {"seq": n}),
    "delivered": lambda client, at, whom, n: client.put(f"{at}/delivered", {"seq": n}),
    "update": lambda client, at, whom, n: client.patch(
        at, {"title": f"T{n % 3}", "post_role": "moderator" if n == 7 else "member"}
    ),
    "add": lambda client, at, whom, n: client.post(f"{at}/members", {"user_ids": [whom]}),
    "remove": lambda client, at, whom, n: client.delete(f"{at}/members/{whom}"),
    "leave": lambda client, at, whom, n: n % 5 or client.delete(f"{at}/members/{whom}"),
    "role": lambda client, at, whom, n: client.patch(
        f"{at}/members/{whom}", {"role": ("member", "moderator", "admin")[n % 3]}
    ),
    "transfer": lambda client, at, whom, n: client.put(f"{at}/owner", {"user_id": whom}),
    "wish": lambda client, at, whom, n: client.patch(
        f"{at}/me", {"archived": bool(n % 2), "pinned": bool(n % 3), "muted_until": None}
    ),
    "clear": lambda client, at, whom, n: n % 4 or client.delete(f"{at}/history"),
    "ban": lambda client, at, whom, n: n % 4 or client.post(f"{at}/bans", {"user_id": whom}),
    "unban": lambda client, at, whom, n: client.delete(f"{at}/bans/{whom}"),
    "close": lambda client, at, whom, n: n or client.delete(at),
}


def comparable(snapshot):
    """Leave out what is not of the streams: positions, and links to media."""
    kept = {name: value for name, value in snapshot.items() if name != "position"}
    kept["messages"] = [
        {name: value for name, value in each.items() if name != "media"} for each in kept["messages"]
    ]
    return kept


def follow(app, mirror, draw):
    """Apply to a mirror what its streams brought since its snapshot, rooms interleaved as drawn."""
    waiting = {
        room: app.db.rows(
            "SELECT name, data FROM kernel_room_event WHERE room = %s AND seq > %s ORDER BY seq",
            (room, at["seq"]),
        )
        for room, at in mirror.state["position"].items()
    }
    while waiting := {room: events for room, events in waiting.items() if events}:
        room = draw(st.sampled_from(sorted(waiting)))
        mirror.apply(*waiting[room].pop(0))


@pytest.mark.settings(chat={"snapshot_messages": 100})
@TRIES
@given(
    before=st.lists(STEPS, min_size=4, max_size=12),
    after=st.lists(STEPS, min_size=20, max_size=40),
    data=st.data(),
)
def test_a_snapshot_and_the_events_after_it_are_a_fresh_snapshot(app, clock, person, before, after, data):
    people = [person(name) for name in ("Ada", "Ben", "Cleo", "Dora")]
    if data.draw(st.booleans(), "Ben hides what he read"):
        people[1].client.patch("/v1/users/me", {"privacy": {"read_receipts": "nobody"}})
    crowd = Crowd(people, people[0].group(*people[1:3]))
    for step in before:
        crowd.do(*step)
    found = [(each, each.client.get(crowd.at)) for each in people]
    mirrors = [(each, Mirror(comparable_with_position(got))) for each, got in found if got.status == 200]

    for step in after:
        clock.advance(timedelta(seconds=1))
        crowd.do(*step)

    for who, mirror in mirrors:
        follow(app, mirror, data.draw)
        fresh = who.client.get(crowd.at)
        if mirror.removed:
            continue
        assert fresh.status == 200
        assert comparable(mirror.view(clock.now().isoformat())) == comparable(fresh.json)


def comparable_with_position(answer):
    return comparable(answer.json) | {"position": answer.json["position"]}


@pytest.mark.settings(chat={"snapshot_messages": 100})
@TRIES
@given(after=st.lists(STEPS, min_size=15, max_size=30), data=st.data())
def test_the_same_holds_between_two_people_and_in_a_channel(app, clock, person, after, data):
    people = [person(name) for name in ("Ada", "Ben", "Cleo", "Dora")]
    if data.draw(st.booleans(), "a channel"):
        there = people[0].channel()
        assert people[1].client.post(f"/v1/conversations/{there}/join").status == 200
    else:
        there = people[0].direct(people[1])
    crowd = Crowd(people, there)
    mirrors = [(each, Mirror(each.snapshot(there))) for each in people[:2]]

    for step in after:
        clock.advance(timedelta(seconds=1))
        crowd.do(*step)

    for who, mirror in mirrors:
        follow(app, mirror, data.draw)
        fresh = who.client.get(crowd.at)
        if not mirror.removed:
            assert comparable(mirror.view(clock.now().isoformat())) == comparable(fresh.json)
