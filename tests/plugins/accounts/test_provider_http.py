"""Requests to providers end, whatever the provider does."""

from __future__ import annotations

import socket
import threading

import pytest

from kernel import Unavailable
from plugins.accounts.api import ProviderHttp, ProviderRefused

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"


@pytest.fixture
def speaking():
    """Start a server whose one answer is written by a function; return its URL."""
    threads, listeners = [], []

    def start(write):
        listener = socket.create_server(("127.0.0.1", 0))

        def serve():
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                write(connection)

        threads.append(threading.Thread(target=serve))
        threads[-1].start()
        listeners.append(listener)
        return f"http://127.0.0.1:{listener.getsockname()[1]}/"

    yield start
    for thread in threads:
        thread.join()
    for listener in listeners:
        listener.close()


def drip(connection):
    """Send a byte at a time until the other side has had enough."""
    pause = threading.Event()
    try:
        connection.sendall(HEAD)
        while True:
            connection.sendall(b" ")
            pause.wait(0.02)
    except OSError:
        return


def flood(connection):
    """Send more than anybody wants to read."""
    try:
        connection.sendall(HEAD)
        while True:
            connection.sendall(b"[" * 65536)
    except OSError:
        return


def test_an_answer_that_drips_is_given_up(speaking):
    with pytest.raises(Unavailable):
        ProviderHttp(timeout=0.1).get(speaking(drip))


def test_an_answer_without_an_end_is_cut(speaking):
    with pytest.raises(ProviderRefused):
        ProviderHttp(timeout=5).get(speaking(flood))


def test_no_answer_is_unavailable(speaking):
    with pytest.raises(Unavailable):
        ProviderHttp(timeout=0.1).get(speaking(lambda connection: connection.recv(1)))


def test_half_an_answer_is_unavailable(speaking):
    cut = HEAD.replace(b"Connection: close", b"Content-Length: 100\r\nConnection: close")

    with pytest.raises(Unavailable):
        ProviderHttp(timeout=5).get(speaking(lambda connection: connection.sendall(cut + b"{}")))


def test_what_comes_is_read_as_json(speaking):
    url = speaking(lambda connection: connection.sendall(HEAD + b'{"a": 1}'))

    assert ProviderHttp(timeout=5).get(url) == {"a": 1}
