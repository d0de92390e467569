"""Addresses inside: refused where the connection is made, whatever a name said before."""

from __future__ import annotations

import socket

import pytest

from plugins.webhooks import transport
from tests.plugins.webhooks.conftest import SOLD

pytestmark = pytest.mark.plugins("webhooks", "listings")

NAME = "hooks.example.com"
INWARD = [
    "127.0.0.1",
    "127.9.9.9",
    "0.0.0.0",
    "10.0.0.5",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "192.0.0.8",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.5",
    "::ffff:169.254.169.254",
    "::7f00:1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "fd00::1",
    "fe80::1",
    "fec0::1",
    "ff02::1",
]


@pytest.fixture
def resolve(monkeypatch):
    """Let names lead where a test says, one answer after the other; connections are still real."""
    real, calls = socket.getaddrinfo, []

    def use(*answers):
        given = list(answers)

        def getaddrinfo(host, port, *args, **kwargs):
            if host != NAME:
                return real(host, port, *args, **kwargs)
            address = given.pop(0) if len(given) > 1 else given[0]
            calls.append(address)
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            return [(family, socket.SOCK_STREAM, 6, "", (address, port or 443))]

        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
        return calls

    return use


@pytest.fixture
def connected(monkeypatch):
    """Where connections were begun to; none is made."""
    begun = []

    def connect(self, address):
        begun.append(address[0])
        raise ConnectionRefusedError(111, "nobody is called in this test")

    monkeypatch.setattr(socket.socket, "connect", connect)
    return begun


def post(url=f"https://{NAME}/hook"):
    return transport.post(url, b"{}", {}, timeout=2, private=False)


@pytest.mark.parametrize("address", INWARD)
def test_a_name_that_leads_inside_is_not_called(resolve, connected, address):
    resolve(address)

    answer = post()

    assert answer.error == "its name does not lead to a public address"
    assert connected == []


@pytest.mark.parametrize("address", INWARD)
def test_an_address_inside_is_not_called(connected, address):
    host = f"[{address}]" if ":" in address else address

    answer = post(f"https://{host}/hook")

    assert answer.error == "its name does not lead to a public address"
    assert connected == []


def test_a_name_is_resolved_once_and_that_address_called(resolve, connected):
    calls = resolve("93.184.215.14", "127.0.0.1")

    answer = post()

    assert answer.error == "no answer: ConnectionError"
    assert calls == ["93.184.215.14"]
    assert set(connected) == {"93.184.215.14"}


def test_a_name_that_was_public_when_it_was_given_and_is_not_now_is_not_called(
    person, sold, work, resolve, receiver
):
    port = int(receiver.url.rpartition(":")[2].partition("/")[0])
    ada = person()
    endpoint = ada.endpoint(f"https://{NAME}:{port}/hook", event_types=[SOLD])
    resolve("127.0.0.1")

    sold(ada.id)
    work()

    assert receiver.got == []
    [delivery] = endpoint.log
    assert (delivery["status"], delivery["error"]) == (
        "PENDING",
        "its name does not lead to a public address",
    )
