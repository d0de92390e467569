"""Sockets whose rights changed: asked about anew, and told nothing meanwhile.

From the moment in which a change is heard until its authorisers have answered, a
socket is on hold: what its rooms would give it is kept, in order, and then
delivered, or dropped with the room it lost. So an event sent after a change was
answered is never heard by whom the change shut out, and others miss nothing.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final
from uuid import UUID

import gevent
import structlog
from peewee import PeeweeException

from kernel.errors import Problem, Unavailable
from kernel.realtime.connection import INTERNAL, UNAUTHORIZED
from kernel.realtime.instruments import Handling

if TYPE_CHECKING:
    from kernel.auth.changes import Change
    from kernel.clock import Clock
    from kernel.realtime.gateway import Gateway
    from kernel.realtime.identity import Identity
    from kernel.realtime.rooms import Rooms
    from kernel.realtime.socket import Socket

log = structlog.get_logger(__name__)

LONGEST_HOLD: Final = 30.0
"""Seconds after which a socket that could not be asked about is closed; while others are, it may wait."""
_REVIEWERS: Final = 8  # greenlets that ask about sockets, however many there are
_ATTEMPTS: Final = 10  # changes of a caller heard while it is recognised
_PAUSE: Final = 0.5  # seconds until a socket is asked about again while the database is away
_FAILURES: Final = 20  # after which it is the socket that cannot be asked about, not everybody
_GONE: Final = frozenset({401, 403})


@dataclass(slots=True)
class _Hold:
    """A socket on hold: since when, how many questions are open, how often asking failed."""

    since: float
    times: int = 0
    failures: int = 0


class Reviews:
    """What changes outside, brought to the sockets of one process.

    Nothing here waits but what runs in a greenlet of its own. The latest change
    comes first, the oldest second: who is moved alone does not wait for five
    thousand, and nobody waits for as long as there are changes.
    """

    def __init__(
        self, gateway: Gateway, rooms: Rooms, clock: Clock, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._gateway, self._rooms, self._clock, self._monotonic = gateway, rooms, clock, monotonic
        self._asking: list[set[UUID | None]] = []
        self._moves: deque[tuple[Socket, str]] = deque()
        self._reviewers, self._oldest = 0, True
        self._doubted: set[Socket] = set()
        self._held: dict[Socket, _Hold] = {}
        self._answered = float("-inf")

    # -- who it is -----------------------------------------------------------

    def changed(self, change: Change | None) -> None:
        """Ask again about whom a change concerns; None: news may have been missed."""
        account = change.account_id if change is not None else None
        for heard in self._asking:
            heard.add(account)
        found = self._gateway.everybody() if account is None else self._gateway.of(account)
        for socket in found:
            socket.generation += 1
            if socket not in self._doubted:
                self._doubted.add(socket)
                self._hold(socket)
        self.recheck(found)

    def recheck(self, sockets: Sequence[Socket]) -> None:
        """Recognise these anew, soon."""
        for start in range(min(_REVIEWERS, len(sockets))):
            gevent.spawn(self._recheck, sockets[start::_REVIEWERS])

    def current(self, recognise: Callable[[], Identity]) -> Identity:
        """Return what `recognise` says, of whom no change was heard while it asked.

        Who indexes the socket before waiting for anything hears every change after.
        """
        for _ in range(_ATTEMPTS):
            heard: set[UUID | None] = set()
            self._asking.append(heard)
            try:
                identity = recognise()
            finally:
                self._asking = [one for one in self._asking if one is not heard]
            if heard.isdisjoint((None, identity.principal.id)):
                return identity
        raise Unavailable("Rights change faster than they can be asked about; try again.")

    def settle(self, socket: Socket) -> None:
        """Recognise a socket in doubt now, before it is given or does something.

        Raises Unavailable where that cannot be. Who may not go on is closed.
        """
        if socket in self._doubted:
            self._recognise(socket)
            if socket in self._doubted and not socket.connection.ended:
                raise Unavailable("Who you are could not be asked about; try again.")

    def recognised(self, socket: Socket, identity: Identity) -> None:
        """Give a socket what its caller is now; ask anew where it may be when that differs."""
        if socket.gone:
            return
        before = socket.identity.principal
        self._gateway.unlink(socket)
        socket.identity = identity
        self._gateway.index(socket)
        if before.access != identity.principal.access or before.grants != identity.principal.grants:
            self._move(socket, "your rights changed")

    def _recheck(self, sockets: Sequence[Socket]) -> None:
        for socket in sockets:
            try:
                with self._gateway.questions:
                    self._recognise(socket)
            finally:
                self._gateway.release()

    def _recognise(self, socket: Socket) -> None:
        """Close a socket that may not go on, move one whose rights changed."""
        if socket.gone:
            return
        try:
            identity = self.current(partial(self._gateway.identities.known, socket.identity.headers))
        except Problem as ex:
            if ex.status in _GONE:
                socket.connection.end(UNAUTHORIZED, "session ended")
            else:
                self._later(socket, ex)
        except Exception as ex:  # noqa: BLE001 - the database is away: ask again, on hold meanwhile
            self._later(socket, ex)
        else:
            self._answered = self._monotonic()
            self.recognised(socket, identity)
            if socket in self._doubted:
                self._doubted.discard(socket)
                self._free(socket)

    def _later(self, socket: Socket, ex: Exception) -> None:
        log.warning("socket_not_rechecked", namespace=socket.namespace, error=str(ex))
        self._failed(socket)
        socket.identity = replace(socket.identity, again=self._clock.now())

    # -- where it may be -----------------------------------------------------

    def refresh(self, user_id: UUID | None, reason: str) -> None:
        """Ask anew where an account's sockets may be; None: everybody's."""
        for socket in self._gateway.everybody() if user_id is None else self._gateway.of(user_id):
            self._move(socket, reason)

    def _move(self, socket: Socket, reason: str) -> None:
        socket.generation += 1
        self._hold(socket)
        self._queue(socket, reason)

    def _queue(self, socket: Socket, reason: str) -> None:
        self._moves.append((socket, reason))
        if self._reviewers < _REVIEWERS:
            self._reviewers += 1
            gevent.spawn(self._run)

    def _run(self) -> None:
        try:
            while self._moves:
                self._oldest = not self._oldest
                socket, reason = self._moves.popleft() if self._oldest else self._moves.pop()
                try:
                    self._review(socket, reason)
                finally:
                    self._free(socket)
        finally:
            self._reviewers -= 1

    def _review(self, socket: Socket, reason: str) -> None:
        def act() -> None:
            try:
                socket.runtime.demand(socket)
            except Problem as ex:
                socket.connection.dismiss(socket, ex.detail or ex.title)
                return
            try:
                with self._gateway.questions:
                    socket.runtime.membership.refresh(socket, reason)
                self._answered = self._monotonic()
            except (Unavailable, PeeweeException) as ex:
                log.warning("socket_not_reviewed", namespace=socket.namespace, error=str(ex), retry_in=_PAUSE)
                self._hold(socket)
                self._failed(socket)
                gevent.spawn_later(_PAUSE, self._queue, socket, reason)
            except Exception:
                # APPSEC: nobody stays in a room that could not be asked about; the client comes back.
                socket.connection.end(INTERNAL, "rights could not be asked about")
                raise

        if socket.live:
            self._gateway.turn(Handling(socket, "refresh"), act)

    # -- on hold -------------------------------------------------------------

    def _hold(self, socket: Socket) -> None:
        """Keep what comes for a socket; as often as this, `_free` follows."""
        hold = self._held.setdefault(socket, _Hold(self._monotonic()))
        hold.times += 1
        if hold.times == 1:
            self._rooms.hold(socket)

    def _free(self, socket: Socket) -> None:
        hold = self._held.get(socket)
        if hold is None:
            return
        hold.times -= 1
        if not hold.times:
            del self._held[socket]
            self._rooms.free(socket)

    def _failed(self, socket: Socket) -> None:
        hold = self._held.get(socket)
        if hold is not None:
            hold.failures += 1

    def expire(self) -> None:
        """Close what has been on hold for too long, unless that is because thousands are asked about."""
        latest = self._monotonic() - LONGEST_HOLD
        stuck = self._answered < latest
        for socket, hold in list(self._held.items()):
            if hold.since < latest and (stuck or hold.failures > _FAILURES):
                socket.connection.end(INTERNAL, "rights could not be asked about")

    def forget(self, socket: Socket) -> None:
        """Let go of a socket that is gone."""
        self._doubted.discard(socket)
        if self._held.pop(socket, None) is not None:
            self._rooms.free(socket)
