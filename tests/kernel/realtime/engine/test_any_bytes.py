"""Whatever bytes come, in whatever pieces: the same messages, or an end, never a fault."""

from __future__ import annotations

import socket

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.kernel.realtime.engine.wire import BINARY, CLOSE, TEXT, frame

WIRED = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
messages = st.one_of(st.text(max_size=300), st.binary(max_size=300))


def framed(message, cuts, mask):
    """Return a message as frames, cut into fragments at `cuts`."""
    data = b"4" + message.encode() if isinstance(message, str) else message
    places = sorted({min(cut, len(data)) for cut in cuts})
    pieces = [data[start:end] for start, end in zip([0, *places], [*places, len(data)], strict=True)]
    kind = 0x01 if isinstance(message, str) else 0x02
    frames = [
        frame(piece, (kind if at == 0 else 0) | (0x80 if at == len(pieces) - 1 else 0), mask=mask)
        for at, piece in enumerate(pieces)
    ]
    return b"".join(frames)


@given(
    sent=st.lists(st.tuples(messages, st.lists(st.integers(0, 300), max_size=3)), min_size=1, max_size=6),
    mask=st.binary(min_size=4, max_size=4),
    cuts=st.lists(st.integers(1, 1500), max_size=5),
)
@WIRED
def test_however_messages_are_cut_into_fragments_and_packets_they_arrive_whole(clients, sent, mask, cuts):
    sent = [(message, places) for message, places in sent if not str(message).startswith("!")]
    raw = b"".join(framed(message, places, mask) for message, places in sent)
    wire = clients.websocket()
    wire.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    at = 0
    for cut in [*sorted(cuts), len(raw)]:
        wire.send(raw[at:cut])
        at = max(at, cut)
    received = [wire.frame() for _ in sent]

    wire.close()
    assert received == [
        (TEXT, b"4" + message.encode()) if isinstance(message, str) else (BINARY, message)
        for message, _ in sent
    ]


@given(garbage=st.binary(min_size=1, max_size=400))
@WIRED
def test_any_bytes_after_the_handshake_end_in_a_close_code_or_wait_for_more(clients, garbage):
    wire = clients.websocket()

    wire.send(garbage)
    wire.socket.shutdown(socket.SHUT_WR)
    code, _ = wire.closed()

    wire.close()
    assert code in {1000, 1002, 1005, 1006, 1007, 1009} or garbage[0] & 0x0F == CLOSE & 0x0F


@given(body=st.one_of(st.binary(max_size=300), st.text("b41236\x1eA=\n", max_size=60).map(str.encode)))
@WIRED
def test_any_body_is_taken_or_refused_as_the_clients_fault(clients, body):
    sid = clients.polling()
    body = body.replace(b"!", b"?")  # "!" begins an order to the echo server

    status, _, _ = clients.request("POST", sid, body)

    clients.close()
    assert status in {200, 400}
