"""Who is closed because nobody could be asked about it, and who only waits its turn."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

import gevent
import pytest

from kernel.auth.changes import Change
from kernel.auth.principals import Principal
from kernel.errors import Unavailable
from kernel.realtime.identity import Identity
from kernel.realtime.instruments import Handling
from kernel.realtime.reviews import LONGEST_HOLD, Reviews
from kernel.storage import uuid7
from tests.kernel.realtime.rooms.jars import Node, Socket


class Client(Socket):
    """A socket whose caller can be asked about, or not; `closed` once it was."""

    def __init__(self, *, known: bool = True) -> None:
        super().__init__()
        self.known, self.closed = known, False
        self.gone, self.live, self.generation = False, True, 0
        self.connection = SimpleNamespace(ended=False, end=self._end)
        account = uuid7()
        self.identity = Identity(Principal(kind="user", id=account), {"authorization": str(account)})

    def _end(self, code: int, _reason: str) -> None:
        assert code == 1011
        self.closed = True


class Gateway:
    """The sockets of a process, and the database that knows their callers."""

    def __init__(self) -> None:
        self.questions = nullcontext()
        self.identities = self
        self.clients: list[Client] = []
        self.asked: list[Any] = []

    def known(self, headers: Mapping[str, str]) -> Identity:
        [client] = [one for one in self.clients if one.identity.headers == headers]
        if not client.known:
            raise Unavailable("away")
        return client.identity

    def of(self, account: Any) -> list[Client]:
        return [one for one in self.clients if one.identity.principal.id == account]

    def index(self, client: Client) -> None:
        self.clients.append(client)

    def unlink(self, client: Client) -> None:
        self.clients.remove(client)

    def turn(self, handling: Handling, _act: object) -> None:
        self.asked.append(handling.socket)

    def release(self) -> None:
        """Give back nothing."""


@pytest.fixture
def site(node: Node) -> Any:
    """Return reviews of a gateway, whose time is `site.at`; nothing runs in the background."""
    site = SimpleNamespace(at=1000.0, gateway=Gateway())
    rooms, clock = node.realtime.rooms, node.clock
    site.reviews = Reviews(site.gateway, rooms, clock, monotonic=lambda: site.at)  # type: ignore[arg-type]
    return site


def doubted(site: Any, *, known: bool = True) -> Client:
    """Return a client whose caller's rights changed a moment ago."""
    client = Client(known=known)
    site.gateway.index(client)
    site.reviews.changed(Change("grants", client.identity.principal.id))
    return client


def test_who_waits_while_others_are_answered_is_not_closed(site: Any) -> None:
    waits = doubted(site)
    site.at += LONGEST_HOLD + 1
    site.reviews.settle(doubted(site))

    site.reviews.expire()

    assert not waits.closed


def test_when_nobody_is_answered_any_more_who_waits_is_closed(site: Any) -> None:
    site.reviews.settle(doubted(site))
    waits = doubted(site)
    site.at += LONGEST_HOLD + 1

    site.reviews.expire()

    assert waits.closed


def test_who_cannot_be_asked_about_is_closed_though_others_are(site: Any, node: Node) -> None:
    lost = doubted(site, known=False)
    for _ in range(30):
        with pytest.raises(Unavailable):
            site.reviews.settle(lost)
    before = lost.closed
    site.at += LONGEST_HOLD + 1
    site.reviews.settle(doubted(site))

    site.reviews.expire()

    assert (before, lost.closed) == (False, True)


def test_whose_socket_is_gone_is_nobodys_and_on_hold_no_more(site: Any, node: Node) -> None:
    client = doubted(site)
    client.gone = True
    site.gateway.unlink(client)
    site.reviews.forget(client)

    site.reviews.settle(client)
    site.reviews.recognised(client, client.identity)

    assert site.gateway.clients == []
    assert not node.realtime.live.is_held(client)


def test_the_latest_order_comes_first_and_the_oldest_is_not_put_off_for_ever(site: Any) -> None:
    clients = [Client() for _ in range(5)]
    for client in clients:
        site.gateway.index(client)
        site.reviews.refresh(client.identity.principal.id, "")

    gevent.sleep(0)

    assert [clients.index(one) for one in site.gateway.asked] == [4, 0, 3, 1, 2]


def test_changes_of_others_do_not_keep_one_from_being_recognised(site: Any) -> None:
    """Thousands are banned while somebody connects."""
    client = Client()
    asked: list[int] = []

    def recognise() -> Any:
        asked.append(1)
        site.reviews.changed(Change("status", uuid7()))
        return client.identity

    found = site.reviews.current(recognise)

    assert (found, len(asked)) == (client.identity, 1)


def test_a_change_of_ones_own_is_asked_about_anew(site: Any) -> None:
    client, asked = Client(), []

    def recognise() -> Any:
        asked.append(1)
        if len(asked) == 1:
            site.reviews.changed(Change("status", client.identity.principal.id))
        return client.identity

    site.reviews.current(recognise)

    assert len(asked) == 2
