"""The Socket.IO protocol, revision 5, packet by packet on a raw WebSocket.

The cases are those of its text (socketio/socket.io-protocol): connection,
disconnection, events, acknowledgements, attachments, and what ends a connection.
"""

from __future__ import annotations

import json
import random
import time

import pytest

from tests.kernel.realtime.gateway.wire import Wire

PLUGINS = ("notes",)
SETTINGS = {
    "realtime": {
        "handshake_timeout": 1.0,
        "max_payload": 16_384,
        "max_attachments": 3,
        "max_namespaces": 2,
        "inbound_queue": 4,
        "ack_timeout": 5.0,
    }
}


@pytest.fixture
def token(client):
    return client.as_user().headers["authorization"].partition(" ")[2]


@pytest.fixture
def wire(realtime):
    """Open raw connections that are ended after the test."""
    made = []

    def make(**options):
        made.append(Wire(realtime.url, **options))
        return made[-1]

    yield make
    for one in made:
        one.close()


def still_serves(wire):
    """Say whether a new client is let in and answered."""
    other = wire()
    other.join("/board")
    other.send('2/board,1["count"]')
    return other.receive() == '3/board,1[{"ok":true,"data":{"value":1}}]'


def test_connect_is_answered_with_a_sid_of_its_own(wire, token):
    first = wire()

    sids = [first.join("/notes", token), first.join("/board"), wire().join("/board")]

    assert len({*sids, first.opening["sid"]}) == 4


def test_the_main_namespace_is_invalid_when_no_plugin_can_own_it(wire):
    connection = wire()

    connection.send("0")

    assert connection.receive() == '4{"message":"Invalid namespace"}'


def test_an_unknown_namespace_is_invalid_and_the_connection_goes_on(wire):
    connection = wire()

    connection.send("0/random,")

    assert connection.receive() == '4/random,{"message":"Invalid namespace"}'
    assert connection.join("/board")


def test_a_refusal_says_why_and_lets_the_client_try_again(wire, token):
    connection = wire()
    connection.send('0/notes,{"token":"nonsense"}')

    refusal = json.loads(connection.receive().removeprefix("4/notes,"))

    assert refusal["data"]["status"] == 401
    assert refusal["message"] == refusal["data"]["detail"]
    assert connection.join("/notes", token)


def test_more_namespaces_than_one_connection_may_join_are_refused(wire, token):
    connection = wire()
    connection.join("/notes", token)
    connection.join("/board")
    connection.send("1/board,", "0/board,")  # left, so there is room again

    assert connection.receive().startswith('0/board,{"sid"')


def test_a_client_that_joins_nothing_is_closed(wire):
    assert wire().until_closed() == 1000


def test_a_client_that_is_refused_and_stays_is_closed(wire):
    connection = wire()
    connection.send("0/notes,")

    assert connection.receive().startswith("4/notes,")
    assert connection.until_closed() == 1000


def test_a_disconnected_namespace_is_left_and_the_others_stay(wire, token):
    connection = wire()
    connection.join("/notes", token)
    connection.join("/board")

    connection.send("1/notes,", '2/board,1["count"]')

    assert connection.receive() == '3/board,1[{"ok":true,"data":{"value":1}}]'


def test_an_acknowledgement_bears_the_number_that_was_asked_for(wire):
    connection = wire()
    connection.join("/board")

    connection.send('2/board,9007199254740991["count"]', '2/board,0["count"]')

    assert connection.receive().startswith("3/board,9007199254740991[")
    assert connection.receive().startswith("3/board,0[")


def test_attachments_are_answered_with_attachments(wire, token):
    connection = wire()
    connection.join("/notes", token)

    connection.send('51-/notes,7["echo",{"value":{"_placeholder":true,"num":0}}]', b"\x01\x02")

    text = connection.receive()
    assert text == '61-/notes,7[{"ok":true,"data":{"value":{"_placeholder":true,"num":0}}}]'
    assert connection.receive() == b"\x01\x02"


def test_the_server_asks_and_the_client_acknowledges(wire, token):
    connection = wire()
    connection.join("/notes", token)
    connection.send('2/notes,1["ask",{"value":"why?"}]')
    question = connection.receive()
    number = question.removeprefix("2/notes,").partition("[")[0]

    connection.send('3/notes,999["to nobody"]', f'3/notes,{number}["because"]')

    assert question == f'2/notes,{number}["question","why?"]'
    assert connection.receive() == '3/notes,1[{"ok":true,"data":{"value":"because"}}]'


def test_an_acknowledgement_with_attachments_is_put_together(wire, token):
    connection = wire()
    connection.join("/notes", token)
    connection.send('2/notes,1["ask",{"value":"why?"}]')
    number = connection.receive().removeprefix("2/notes,").partition("[")[0]

    connection.send(f'61-/notes,{number}[{{"_placeholder":true,"num":0}}]', b"\x07")

    assert connection.receive().startswith("61-/notes,1[")
    assert connection.receive() == b"\x07"


@pytest.mark.parametrize(
    "packets",
    [
        ["9"],
        ["abc"],
        ["2{}"],
        ['2/board,["connect"]'],
        ['2/board,["disconnecting"]'],
        ['2abc["count"]'],
        ['2/board,["count"'],
        ["0[]"],
        ['4/board,{"message":"no"}'],
        ['2/notes,["count"]'],
        ["1/notes,"],
        ["3/notes,1[]"],
        ["0/board,"],
        [b"unannounced"],
        ['51-/board,["count",{"_placeholder":true,"num":0}]', '2/board,["count"]'],
        ['51-/board,["count",{"_placeholder":true,"num":5}]', b"x"],
        ['54-/board,["count"]'],
        ["2/board," + "[" * 5000 + "]" * 5000],
    ],
    ids=lambda packets: str(packets[0])[:30],
)
def test_what_breaks_the_protocol_ends_that_connection_and_no_other(wire, packets):
    connection = wire()
    connection.join("/board")

    connection.send(*packets)

    assert connection.until_closed() in {0, 4400}
    assert still_serves(wire)


def test_an_event_before_connect_ends_the_connection(wire):
    connection = wire()

    connection.send('2/board,["count"]')

    assert connection.until_closed() == 4400


def test_a_message_over_the_bound_ends_the_connection(wire):
    connection = wire()
    connection.join("/board")

    connection.send('2/board,["count",{"value":"' + "x" * 17_000 + '"}]')

    assert connection.until_closed() in {0, 1009}
    assert still_serves(wire)


def test_a_client_that_sends_faster_than_it_is_served_loses_nothing(wire):
    connection = wire()
    connection.join("/board")

    connection.send(*(f'2/board,{number}["count"]' for number in range(500)))

    answers = [connection.receive() for _ in range(500)]
    assert answers == [
        f'3/board,{number}[{{"ok":true,"data":{{"value":{number + 1}}}}}]' for number in range(500)
    ]


def test_fuzz_never_stops_the_server(wire):
    """Thousands of mutated packets on many connections; afterwards a new client is served."""
    source = random.Random(7)
    seeds = [
        '2/board,1["count"]',
        '0/board,{"token":"x"}',
        '51-/board,["count",{"_placeholder":true,"num":0}]',
    ]
    for _ in range(60):
        connection = wire()
        connection.send("0/board,")
        try:
            for _ in range(30):
                text = list(source.choice(seeds))
                for _ in range(source.randrange(4)):
                    text[source.randrange(len(text))] = source.choice('0123456789[]{}",:/-xé\\ ')
                connection.send("".join(text))
        except OSError:  # it was closed: right for what it sent
            continue

    assert still_serves(wire)


def test_a_polling_client_is_served_alike(realtime, client):
    ann = client.as_user()

    socket = realtime.connect("/notes", ann, transports=("polling",))

    assert socket.call("count")["value"] == 1
    assert socket.call("echo", {"value": b"\x00"}) == {"value": b"\x00"}


def test_a_client_that_upgrades_misses_nothing(realtime, client, notes_note):
    note, ann = notes_note
    socket = realtime.connect("/notes", ann, transports=("polling", "websocket"))
    socket.join(f"note:{note}")

    for number in range(50):
        socket.call("note:write", {"id": str(note), "text": str(number)})

    socket.until(lambda one: len(one.heard("note:written")) == 50)


@pytest.fixture
def notes_note(app, client):
    ann = client.as_user()
    return app.registry.plugin("notes").module.write(None, ann.user_id, "A chair").id, ann


@pytest.mark.parametrize("polite", [True, False])
def test_disconnected_is_the_last_turn_whatever_ended_the_socket(wire, app, client, polite):
    ann = client.as_user()
    connection = wire()
    connection.join("/notes", ann.headers["authorization"].partition(" ")[2])
    connection.send('2/notes,1["testament",{"value":"farewell"}]')
    connection.receive()

    if polite:
        connection.send("1/notes,")
    else:
        connection.socket.sock.close()

    note = app.registry.plugin("notes").module.Note
    deadline = time.monotonic() + 10
    while not (left := list(note.select().where(note.owner_id == ann.user_id))):
        assert time.monotonic() < deadline
    reason = "client namespace disconnect" if polite else "transport close"
    assert [one.text for one in left] == [f"farewell: {reason}"]


def test_the_socket_of_a_client_that_vanished_is_gone(realtime, app, client):
    """Its last turn runs, and it is nobody's any more."""
    ann = client.as_user()
    connection = Wire(realtime.url)
    connection.join("/notes", ann.headers["authorization"].partition(" ")[2])
    deadline = time.monotonic() + 10
    while not app.realtime.online([ann.user_id]):
        assert time.monotonic() < deadline

    connection.socket.sock.close()

    while app.realtime.online([ann.user_id]):
        assert time.monotonic() < deadline + 10
