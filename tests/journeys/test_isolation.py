"""Who may read what of a building: each GET and each socket event of the profile, as seven callers.

The routes are those of the served OpenAPI document, the events those of AsyncAPI: a
new one fails here until it stands in `access.txt` (or is said to hold nothing of
anybody's). Statuses are compared with that table; and whatever the table says, no body
holds a word or an id that is not for its reader.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import pytest

from kernel.testing import Answer
from kernel.testing.realtime import ConnectRefused, SocketClient
from tests.journeys.residents import Market, Person
from tests.journeys.village import OFFICE, PRIVATE, SHARED, Village, settle

pytestmark = pytest.mark.slow

TABLE: Final = {
    row.split()[0]: row.split()[1:]
    for row in (Path(__file__).parent / "access.txt").read_text().splitlines()
    if row.startswith("/")
}
NOT_FOR: Final = {
    "anonymous": (SHARED, OFFICE, PRIVATE),
    "stranger": (SHARED, OFFICE, PRIVATE),
    "elsewhere": (SHARED, OFFICE, PRIVATE),
    "neighbour": (OFFICE, PRIVATE),
    "manager": (PRIVATE,),
}
OUTSIDERS: Final = ("anonymous", "stranger", "elsewhere")

NOBODYS: Final = {
    "/_mailbox": "the mailbox of development",
    "/admin": "the console's page and files: what is on it, it asks of the API",
    "/app": "the web client's page and files, likewise",
    "/asyncapi.json": "documentation",
    "/health": "the state of the process",
    "/metrics": "figures of the process",
    "/openapi.json": "documentation",
    "/problems": "documentation",
    "/reference": "documentation",
    "/v1/_blobs/": "files behind a signature, which is the right to read them",
    "/v1/bookings/calendars/": "a calendar behind a token, which is the right to read it",
    "/v1/chat/invites/": "where an invitation leads; its token is the right to know",
    "/v1/auth/pages/": "pages of links in e-mails, whose token is the right to see them",
    "/v1/notifications/unsubscribe": "a page of a link in e-mails",
}
"""Beginnings of paths that hold nothing of anybody's, and why."""

NARROWS: Final = {
    "after", "around", "before", "city", "claimed", "country", "currency", "cursor", "days", "download",
    "kind", "limit", "max_price", "min_price", "months", "placed_after", "placed_before",
    "published_after", "published_before", "rating", "reason", "since", "sort", "thread_id", "type",
    "until",
}  # fmt: skip
"""Query parameters that only narrow what is listed, or say how it is shown."""


@pytest.fixture(scope="module")
def village(market: Market) -> Village:
    """The buildings, filled once."""
    market.operator("Rosa Platform")
    return settle(market)


@pytest.fixture(scope="module")
def document(market: Market) -> dict[str, Any]:
    """The served OpenAPI document."""
    return dict(market.get("/openapi.json").json)


def routes(document: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Return the query parameters of each GET that holds something of somebody's."""
    return {
        path: [one for one in methods["get"].get("parameters", ()) if one["in"] == "query"]
        for path, methods in document["paths"].items()
        if "get" in methods and not path.startswith(tuple(NOBODYS))
    }


def test_every_route_is_classified_and_every_classified_route_is_there(document: dict[str, Any]) -> None:
    served = set(routes(document))

    assert served - TABLE.keys() == set(), "say in access.txt who gets what"
    assert TABLE.keys() - served == set()


@pytest.mark.parametrize("path", TABLE)
def test_each_caller_gets_what_is_theirs(village: Village, document: dict[str, Any], path: str) -> None:
    parameters = routes(document)[path]
    place = filled(village, path)
    required = {one["name"]: values(village, path, one)[0] for one in parameters if one.get("required")}

    answers = {
        name: (address(place, required), caller.ask("GET", address(place, required)))
        for name, caller in village.callers.items()
    }

    assert [str(answer.status) for _, answer in answers.values()] == TABLE[path]
    found = [line for name, asked in answers.items() for line in leaks(village, name, *asked)]
    found += [line for one in parameters for line in wider(village, path, place, required, one, answers)]
    assert found == []


def filled(village: Village, path: str) -> str:
    """Return a path with the ids of the village in it."""
    parts = re.split(r"(\{\w+\})", path)
    done = ""
    for part in parts:
        done += value(village.ids, part[1:-1], done) if part.startswith("{") else part
    return done


def value(ids: Mapping[str, str], name: str, before: str) -> str:
    """Return what a parameter is filled with: by its name, else by what stands before it."""
    known = {"variant": "file", **ids}
    nearest = max(
        (each for each in ids if each.startswith("/") and before.startswith(each)), key=len, default=""
    )
    assert name in known or nearest, f"give the village something for {{{name}}} after {before}"
    return known.get(name) or ids[nearest]


def values(village: Village, path: str, parameter: Mapping[str, Any]) -> list[str]:
    """Return what to ask with in a query parameter: what might show more than one should see."""
    name, schema = parameter["name"], parameter["schema"]
    if "enum" in schema:
        return [str(each) for each in schema["enum"]]
    if schema.get("type") == "boolean":
        return ["true"]
    ids, rita = village.ids, village.resident
    person = dict.fromkeys(
        ("owner", "reviewer", "seller", "sender_id", "subject", "user", "user_id"), rita.id
    )
    known = {
        "about": f"listing:{ids['listing_id']}", "category": ids["category_id"], "email": rita.email,
        "address": rita.email, "ids": rita.id, "of": village.scope, "prefix": PRIVATE[:3], "q": SHARED,
        "scope": village.scope,
        "ref": f"order:{ids['order_id']}" if path == "/v1/payments" else f"listing:{ids['service']}",
        "since": ids["day"], "until": ids["day"], "status": "PENDING", "role": "resident",
        **person, **ids,
    }  # fmt: skip
    assert name in known, f"say what {name} of {path} is asked with, or that it narrows"
    return [known[name]]


def address(place: str, query: Mapping[str, str]) -> str:
    return f"{place}?{urlencode(query)}" if query else place


def wider(
    village: Village, path: str, place: str, required: Mapping[str, str], parameter: Mapping[str, Any],
    answers: Mapping[str, tuple[str, Answer]],
) -> Iterator[str]:  # fmt: skip
    """Ask with a parameter, as those whose answer without it was one; yield what it gives away."""
    if parameter["name"] in NARROWS or parameter.get("required"):
        return
    for name in NOT_FOR:
        if answers[name][1].status >= 400:
            continue
        for each in values(village, path, parameter):
            asked = address(place, {**required, parameter["name"]: each})
            yield from leaks(village, name, asked, village.callers[name].ask("GET", asked))


def leaks(village: Village, name: str, asked: str, answer: Answer) -> Iterator[str]:
    """Yield which words and ids in an answer are not for its reader; what was asked with may come back."""
    body = answer.text if answer.body and b"\0" not in answer.body else ""
    for word in NOT_FOR.get(name, ()):
        if word in body and not (answer.status >= 400 and word in asked):
            yield f"{name}: {asked} answers {answer.status} with a {word}: {body[:300]}"
    if name in OUTSIDERS:
        yield from (
            f"{name}: {asked} answers {answer.status} with the {kind} {each}"
            for kind, each in village.ids.items()
            if kind not in {"building_id", "user_id", "day", "hashtag"} and each in body and each not in asked
        )


# -- sockets -----------------------------------------------------------------

STANDARD: Final = frozenset({"join", "leave", "recover", "authenticate"})
OWN: Final = {
    ("presence", "activity"): "one's own device",
    ("presence", "status:set"): "what one shows oneself",
    ("presence", "subscribe"): "people's privacy settings decide, not buildings",
    ("presence", "unsubscribe"): "what one watches oneself",
}


MODERATORS: Final = {("platform", "message:delete"): "the platform's admin holds chat:moderate"}


@pytest.fixture(scope="module")
def channels(market: Market) -> dict[str, tuple[list[str], list[str]]]:
    """The namespaces with their room families and the events they take, of the served AsyncAPI document."""
    said = market.get("/asyncapi.json").json
    found: dict[str, tuple[list[str], list[str]]] = {}
    for name, channel in said["channels"].items():
        families = re.findall(r"`(\w+):<key>`", channel["description"])
        messages = said["components"]["messages"]
        taken = [
            messages[each["$ref"].rpartition("/")[2]]["name"] if "$ref" in each else each["name"]
            for key, each in channel["messages"].items()
            if not key.endswith((".ack", ".sent"))
        ]
        found[name] = (families, [each for each in taken if each not in STANDARD])
    return found


def room_key(village: Village, family: str) -> str:
    known = {"conversation": village.ids["conversation_id"], "receipts": village.ids["conversation_id"]}
    known["user"] = known["account"] = village.resident.id
    assert family in known, f"say which room {family} of the village is"
    return f"{family}:{known[family]}"


def sent(village: Village) -> dict[tuple[str, str], dict[str, Any]]:
    """Return what outsiders send about Rita's things."""
    ids = village.ids
    here, message = {"conversation_id": ids["conversation_id"]}, {"message_id": ids["message_id"]}
    return {
        ("chat", "message:send"): here | {"text": "Hello"},
        ("chat", "message:edit"): message | {"text": "Hello"},
        ("chat", "message:delete"): message,
        ("chat", "message:react"): message | {"emoji": "👍", "added": True},
        ("chat", "typing"): here | {"typing": True},
        ("chat", "read"): here | {"seq": 1},
        ("chat", "delivered"): here | {"seq": 1},
        ("chat", "poll:vote"): message | {"options": [0]},
    }


def test_nobody_connects_without_a_token(village: Village, channels: dict[str, Any]) -> None:
    for name in channels:
        with pytest.raises(ConnectRefused) as refused:
            SocketClient(village.market.url, f"/{name}")
        assert refused.value.problem["status"] == 401


@pytest.mark.parametrize("who", ["stranger", "elsewhere", "neighbour", "manager", "platform"])
def test_nobody_else_enters_rooms_or_acts_in_them(
    village: Village, channels: dict[str, Any], who: str
) -> None:
    caller, about = village.callers[who], sent(village)
    try:
        for name, (families, events) in channels.items():
            socket = caller.connect(f"/{name}")
            for family in families:
                room = room_key(village, family)
                assert socket.ask("join", {"room": room})["error"]["status"] == 404, room
                back = socket.call("recover", {"positions": {room: {"epoch": "0", "seq": 0}}})
                assert "error" in back["rooms"][room], room
            for event in events:
                if (name, event) in OWN or (who, event) in MODERATORS:
                    continue
                assert (name, event) in about, f"say what to send as {event} in /{name}"
                assert socket.ask(event, about[name, event])["error"]["status"] == 404, event
    finally:
        closed(caller)


def test_what_two_people_do_is_heard_by_nobody_else(village: Village, channels: dict[str, Any]) -> None:
    others = [village.callers[name] for name in ("stranger", "elsewhere", "neighbour", "manager", "platform")]
    rita, otto, ids = village.resident, village.other, village.ids
    try:
        ears = [one.connect(f"/{name}") for one in others for name in channels]
        hers = {name: rita.connect(f"/{name}") for name in ("chat", "orders")}
        said = {"conversation_id": ids["conversation_id"], "text": f"Even more {PRIVATE}s"}
        otto.connect("/chat").call("message:send", said)
        placed = otto.post("/v1/orders", {"lines": [{"ref": f"listing:{ids['listing_id']}"}]})["orders"][0]
        hers["chat"].expect("message:new", lambda data: data["message"]["text"] == said["text"])
        hers["orders"].expect("order:placed", lambda data: data["order_id"] == placed["id"])

        for socket in ears:
            socket.call("recover", {"positions": {}})  # what was sent to it before is here now
            heard = str([event for event in socket.events if event.name != "rooms"])
            assert PRIVATE not in heard
            assert not any(each in heard for each in (placed["id"], ids["conversation_id"], rita.id))
    finally:
        for person in (*others, rita, otto):
            closed(person)


def closed(person: Person) -> None:
    """Close somebody's sockets."""
    while person.sockets:
        person.sockets.pop().close()
