"""Who may be in which room: asked at each join, and again when rights change.

An authoriser reads the database, so the answer may be old when it comes. Each
change of an account's rights raises the `generation` of its sockets after the
change was committed; whoever asked under another generation asks again. So a
socket is never left in a room it lost, however the two interleave.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any

from kernel.errors import NotFound, StoaError
from kernel.realtime.own_events import MAX_ROOM
from kernel.realtime.problems import TooManyRooms, described
from kernel.realtime.rooms import Asked

if TYPE_CHECKING:
    from kernel.auth.principals import Principal
    from kernel.realtime.declarations import Namespace
    from kernel.realtime.recovery import Position, Recovery
    from kernel.realtime.rooms import Rooms
    from kernel.realtime.socket import Socket

Told = Callable[[dict[str, Any]], None]
_ATTEMPTS = 10  # changes of one account's rights while one question is asked


class Membership:
    """Lets sockets into the rooms of one namespace, and out of those they lost."""

    def __init__(self, namespace: Namespace, rooms: Rooms, max_rooms: int) -> None:
        self._namespace, self._rooms, self._max_rooms = namespace, rooms, max_rooms

    def allowed(self, principal: Principal, rooms: Collection[str]) -> set[str]:
        """Return those of the rooms this caller may be in; one question a family."""
        keys: dict[str, list[str]] = {}
        for room in rooms:
            name, colon, key = room.partition(":")
            family = self._namespace.family(name)
            if family is not None and colon and key and len(room) <= MAX_ROOM and reads(family.key, key):
                keys.setdefault(name, []).append(key)
        found: set[str] = set()
        for name, asked in keys.items():
            family = self._namespace.family(name)
            if family is not None:
                granted = family.authorise(principal, asked)
                found.update(f"{name}:{key}" for key in map(str, granted) if key in asked)
        return found

    def automatic(self, principal: Principal) -> list[str]:
        """Return the rooms a caller is put into unasked, at most as many as one may be in."""
        rooms: dict[str, None] = {}
        for family in self._namespace.rooms:
            for key in family.automatic(principal) if family.automatic else ():
                rooms[f"{family.name}:{key}"] = None
                if len(rooms) >= self._max_rooms:
                    return list(rooms)
        return list(rooms)

    def enter(self, socket: Socket, positions: Mapping[str, Position], told: Told) -> None:
        """Put a new socket into its automatic rooms and those it has positions of.

        `told` gets what the client is told of them, in the breath in which the
        socket becomes a member; it must not wait.
        """

        def ask() -> dict[str, Position | None]:
            automatic = self.automatic(socket.principal)
            asked = positions.keys() - automatic
            allowed = self.allowed(socket.principal, asked) if asked else set()
            names = [*automatic, *(room for room in positions if room in allowed)]
            return {room: positions.get(room) for room in names[: self._max_rooms]}

        self._join(socket, ask, positions, told)

    def admit(self, socket: Socket, wanted: Mapping[str, Position | None], told: Told) -> None:
        """Put a socket into those of the rooms it may be in, recovering those it is in already.

        Raises TooManyRooms. `told` as for `enter`; a room it may not be in is told as unknown.
        """
        if len(socket.rooms | wanted.keys()) > self._max_rooms:
            raise TooManyRooms(f"At most {self._max_rooms}: leave some first.")

        def ask() -> dict[str, Position | None]:
            allowed = self.allowed(socket.principal, wanted)
            return {room: position for room, position in wanted.items() if room in allowed}

        self._join(socket, ask, wanted, told)

    def _join(
        self,
        socket: Socket,
        ask: Callable[[], dict[str, Position | None]],
        asked: Collection[str],
        told: Told,
    ) -> None:
        self._rooms.prepare()
        for _ in range(_ATTEMPTS):
            rights = self._rooms.rights
            generation, rooms = self._settled(socket, ask)
            allowed = set(rooms)

            def again(allowed: set[str] = allowed) -> set[str]:
                allowed.intersection_update(ask())
                return allowed

            def answer(recoveries: dict[str, Recovery], allowed: set[str] = allowed) -> None:
                states: dict[str, Any] = {name: one.described() for name, one in recoveries.items()}
                told(states | {room: _unknown() for room in asked if room not in allowed})

            def still(generation: int = generation) -> bool:
                return socket.generation == generation

            self._rooms.join(socket, rooms, answer, Asked(rights, again, still))
            if still():
                return
        raise _too_quick(socket)

    def refresh(self, socket: Socket, reason: str) -> None:
        """Ask anew where a socket may be: take it out where it may not, and in where it is automatic."""
        if socket.refreshing:
            return  # who refreshes it sees the new generation
        socket.refreshing = True
        try:
            generation = -1
            while socket.live and generation != socket.generation:
                generation, wanted = self._settled(socket, lambda: self._wanted(socket))
                for room in socket.rooms - wanted.keys():
                    socket.expel(room, reason or "not allowed any more")
                fresh: dict[str, Position | None] = {
                    room: None for room in wanted if room not in socket.rooms
                }
                if fresh and socket.live:
                    self._rooms.join(socket, fresh, lambda found: _tell(socket, found))
        finally:
            socket.refreshing = False

    def _wanted(self, socket: Socket) -> dict[str, Position | None]:
        """Return the rooms a socket belongs in now: the automatic ones, and where it is and may be."""
        automatic = self.automatic(socket.principal)
        others = socket.rooms - set(automatic)
        allowed = self.allowed(socket.principal, others) if others else set()
        return dict.fromkeys([*automatic, *allowed][: max(self._max_rooms, len(others))])

    def _settled(
        self, socket: Socket, ask: Callable[[], dict[str, Position | None]]
    ) -> tuple[int, dict[str, Position | None]]:
        """Return an answer no change came in between of, and the generation it holds for."""
        for _ in range(_ATTEMPTS):
            socket.settle()
            generation = socket.generation
            found = ask()
            if socket.generation == generation:
                return generation, found
        raise _too_quick(socket)


def _too_quick(socket: Socket) -> StoaError:
    whose = f"{socket.namespace}: the rights of {socket.principal.id}"
    return StoaError(f"{whose} change faster than one can ask")


def _tell(socket: Socket, found: Mapping[str, Recovery]) -> None:
    socket.emit("rooms", {"rooms": {name: one.described() for name, one in found.items()}})


def reads(key: Callable[[str], object], text: str) -> bool:
    """Say whether a family's `key` reads the text, and would write it the same."""
    try:
        return str(key(text)) == text and "\0" not in text
    except ValueError:
        return False


def _unknown() -> dict[str, Any]:
    return {"recovered": False, "error": described(NotFound())}
