"""Uploads over real sockets: in chunks, broken off, killed, many at once."""

from __future__ import annotations

import socket
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from urllib.parse import urlsplit

import psutil
import pytest
from PIL import Image

from kernel.testing import Client, race
from tests.plugins.media.conftest import BOUNDARY, encoded, form, part

PLUGINS = ("media",)
CONTENT = encoded(Image.effect_noise((1000, 800), 60), "PNG")
QUOTA = len(CONTENT) * 3 + 100_000
SETTINGS = {"media": {"quota_bytes": QUOTA, "upload_ttl": 60}}
PATIENCE = 20.0
TYPED = {"content-type": f"multipart/form-data; boundary={BOUNDARY}"}


@pytest.fixture
def ann(server, make_app):
    """Return headers of Ann's on the real server: an account made in its database."""
    beside = make_app("media", database={"url": server.settings["database"]["url"]})
    return {**Client(beside).as_user().headers, **TYPED}


def eventually(told: Callable[[], object], expected: object) -> None:
    """Wait until something is as expected."""
    deadline = time.monotonic() + PATIENCE
    while (found := told()) != expected:
        assert time.monotonic() < deadline, f"{found} is not {expected}"
        time.sleep(0.05)


def room(server, ann):
    told = server.get("/v1/media/usage", headers=ann).json
    return told["used_bytes"], told["reserved_bytes"]


def connected(server, ann, **headers: str) -> socket.socket:
    """Open a connection and send the head of an upload."""
    place = urlsplit(server.url)
    connection = socket.create_connection((place.hostname, place.port), timeout=PATIENCE)
    sent = {"host": "localhost", **ann, **headers}
    lines = [f"{name}: {value}" for name, value in sent.items()]
    connection.sendall("\r\n".join(["POST /v1/media HTTP/1.1", *lines, "", ""]).encode())
    return connection


def status_of(connection: socket.socket) -> int:
    return int(connection.recv(65536).split()[1])


def test_a_file_in_chunks_without_a_length_is_taken(server, ann):
    with connected(server, ann, **{"transfer-encoding": "chunked"}) as connection:
        body = form(part("file", CONTENT, "a.jpg"))
        for start in range(0, len(body), 5000):
            piece = body[start : start + 5000]
            connection.sendall(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        connection.sendall(b"0\r\n\r\n")

        assert status_of(connection) == 201
    assert room(server, ann) == (len(CONTENT), 0)


def test_a_connection_broken_off_in_the_middle_leaves_nothing(server, ann):
    body = form(part("file", CONTENT + b"\0" * 400_000, "a.jpg"))
    with connected(server, ann, **{"content-length": str(len(body))}) as connection:
        connection.sendall(body[:300_000])
        eventually(lambda: room(server, ann)[1] > 0, True)

    eventually(lambda: room(server, ann), (0, 0))
    drafts = list((server.profile.parent / "var" / "blobs").rglob("*"))
    assert [path for path in drafts if path.is_file()] == []


@pytest.mark.settings(database={"pool_size": 2, "pool_timeout": 1})
def test_a_slow_upload_holds_no_database_connection(server, ann):
    body = form(part("file", CONTENT, "a.jpg"))
    with ExitStack() as opened:
        for _ in range(3):  # the pool of this server has two
            slow = opened.enter_context(connected(server, ann, **{"content-length": str(len(body))}))
            slow.sendall(body[:300_000])
        eventually(lambda: room(server, ann)[1], 3 * len(body))

        assert server.get("/v1/media", headers=ann).status == 200


def test_two_uploads_at_the_edge_of_the_quota_do_not_both_pass(server, ann):
    body = form(part("file", CONTENT, "a.jpg"))
    fitting = QUOTA // len(CONTENT)

    outcomes = race(
        *[lambda: server.request("POST", "/v1/media", body=body, headers=ann) for _ in range(fitting + 6)]
    )

    found = Counter(answer.status for answer in outcomes)
    assert found == {201: fitting, 409: 6}
    assert room(server, ann) == (fitting * len(CONTENT), 0)


@pytest.mark.settings(media={"quota_bytes": 1 << 30, "ffmpeg": "/nowhere"})
def test_memory_does_not_grow_with_the_file(server, ann):
    size, chunk = 60 * 1024 * 1024, b"\0" * 65536
    head, end = form(part("file", b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom|", "a.mp4")).split(b"|")
    before = _memory(server)

    with connected(server, ann, **{"content-length": str(len(head) + size + len(end))}) as connection:
        connection.sendall(head)
        for _ in range(size // len(chunk)):
            connection.sendall(chunk)
        during = _memory(server)
        connection.sendall(end)

        assert status_of(connection) == 201
    assert during - before < 15 * 1024 * 1024


def _memory(server) -> int:
    parent = psutil.Process(server.pid)
    return sum(process.memory_info().rss for process in [parent, *parent.children(recursive=True)])
