"""Whatever a client sends is a packet or a ParseError, and nothing grows without bound."""

from __future__ import annotations

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.realtime.socketio.packets import Packet, PacketType, encoded, event
from kernel.realtime.socketio.parser import ParseError, Parser


def read(*messages, attachments=10, size=65_536):
    parser = Parser(attachments, size)
    packets = [parser.feed(message) for message in messages]
    assert packets[:-1] == [None] * (len(messages) - 1)
    return packets[-1]


@pytest.mark.parametrize(
    ("text", "packet"),
    [
        ("0", Packet(PacketType.CONNECT)),
        ('0/notes,{"token":"x"}', Packet(PacketType.CONNECT, "/notes", None, {"token": "x"})),
        ("0/notes,", Packet(PacketType.CONNECT, "/notes")),
        ("0/notes", Packet(PacketType.CONNECT, "/notes")),
        ("1/notes,", Packet(PacketType.DISCONNECT, "/notes")),
        ('2["a",1,{"b":[true]}]', Packet(PacketType.EVENT, "/", None, ["a", 1, {"b": [True]}])),
        ('2/notes,12["a"]', Packet(PacketType.EVENT, "/notes", 12, ["a"])),
        ('3/notes,12["a"]', Packet(PacketType.ACK, "/notes", 12, ["a"])),
        ("312[]", Packet(PacketType.ACK, "/", 12, [])),
        ('2["\\u0000"]', Packet(PacketType.EVENT, "/", None, ["\0"], nul=True)),
    ],
)
def test_a_packet_is_read_as_the_protocol_writes_it(text, packet):
    assert read(text) == packet


@pytest.mark.parametrize(
    "text",
    [
        "",
        "7",
        "x",
        "abc",
        "2",
        "2{}",
        "2[]",
        "2null",
        "2[true]",
        "2[null]",
        '2["connect"]',
        '2["disconnect"]',
        '2["newListener"]',
        '2abc["a"]',
        '2["a"',
        '212345678901234567890["a"]',
        "0[]",
        '0"token"',
        "1[]",
        '3["a"]',
        "312{}",
        '4{"message":"no"}',
        '5["a"]',
        '5-["a"]',
        '5x-["a"]',
        '511-["a"]',
        '599999999999-["a"]',
        "2" + "[" * 100 + "]" * 100,
        "2" + "[" * 30_000,
        '2["\ud800"]',
        "0/" + "n" * 200 + ",",
        '2["a",NaN]',
        '2["a",' + "9" * 400 + "]junk",
    ],
)
def test_what_is_no_packet_is_refused(text):
    with pytest.raises(ParseError):
        read(text)


def test_attachments_come_where_their_placeholders_stand():
    packet = read(
        '52-/notes,7["a",{"b":{"_placeholder":true,"num":1}},{"_placeholder":true,"num":0}]', b"x", b"y"
    )

    assert packet == Packet(PacketType.EVENT, "/notes", 7, ["a", {"b": b"y"}, b"x"])


@pytest.mark.parametrize(
    "messages",
    [
        ('51-["a",{"_placeholder":true,"num":1}]', b"x"),
        ('51-["a",{"_placeholder":true,"num":-1}]', b"x"),
        ('51-["a",{"_placeholder":true,"num":"0"}]', b"x"),
        ('51-["a",{"_placeholder":true,"num":true}]', b"x"),
        ('51-["a",{"_placeholder":true}]', b"x"),
        ('51-["a"]', '2["a"]'),
        (b"x",),
        ('51-{"_placeholder":true,"num":0}', b"x"),
        ('51-["a",{"_placeholder":true,"num":0}]', b"x" * 101),
        ('52-["a",{"_placeholder":true,"num":0}]', b"x" * 60, b"x" * 60),
    ],
)
def test_attachments_that_do_not_fit_are_refused(messages):
    with pytest.raises(ParseError):
        read(*messages, size=100)


def test_without_attachments_announced_a_placeholder_is_data():
    assert read('2["a",{"_placeholder":true,"num":0}]').data == ["a", {"_placeholder": True, "num": 0}]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(data=st.lists(JSON, max_size=4), number=st.none() | st.integers(0, 2**53 - 1))
def test_what_is_written_is_read_back(data, number):
    messages = event("/notes", "note:written", data, number)

    packet = read(*messages)

    assert packet.data == ["note:written", *data]
    assert (packet.type, packet.namespace, packet.id) == (PacketType.EVENT, "/notes", number)


@given(data=st.lists(JSON, max_size=4))
def test_acknowledgements_are_read_back(data):
    assert read(*encoded(PacketType.ACK, "/", 3, data)).data == data


PIECES = st.sampled_from(
    [
        "0",
        "1",
        "2",
        "3",
        "4",
        "5",
        "6",
        "-",
        "/n",
        ",",
        '["a"',
        "]",
        "{",
        "}",
        '"',
        ":",
        "_placeholder",
        "num",
    ]
)
MESSAGES = st.lists(st.text() | st.lists(PIECES).map("".join) | st.binary(), max_size=6)


@given(messages=MESSAGES)
def test_any_input_is_a_packet_or_a_parse_error(messages):
    parser = Parser(3, 1000)

    for message in messages:
        try:
            packet = parser.feed(message)
        except ParseError:
            break
        assert packet is None or orjson.dumps(packet.namespace)


def test_what_json_cannot_hold_is_refused_by_the_writer():
    with pytest.raises(TypeError):
        event("/", "a", [object()])
