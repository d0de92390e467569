"""One function per inbound event, compiled from its declaration at boot.

permission → rate → one argument → schema → handler → acknowledgement's schema
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kernel.errors import BadRequest, FieldError, Forbidden, Invalid, TooManyRequests, Unauthorized
from kernel.http.endpoint import AUTHENTICATED, OPEN, UNLIMITED, Rate
from kernel.http.reading import find_nul
from kernel.http.serializers import compile_serializer
from kernel.http.validation import body_loader

if TYPE_CHECKING:
    from kernel.auth.principals import Principal
    from kernel.cache import Limiter
    from kernel.realtime.declarations import Inbound
    from kernel.realtime.socket import Socket

Handle = Callable[["Socket", list[Any], bool], Any]
Limit = Callable[["Socket"], None]


def compiled(inbound: Inbound, limits: Limits, namespace: str) -> Handle:
    """Return the function from a socket and an event's arguments to its acknowledgement's data."""
    read = reader(body_loader(inbound.body) if inbound.body else None)
    dump = compile_serializer(inbound.ack) if inbound.ack else None
    limit = limits.of(inbound.rate, f"{namespace}:{inbound.name}")
    permission, handler = inbound.permission, inbound.handler

    def handle(socket: Socket, args: list[Any], nul: bool) -> Any:
        if permission not in OPEN:
            demand(socket.principal, permission)
        if limit is not None:
            limit(socket)
        value = handler(socket, read(args, nul))
        return dump(value) if dump is not None else None

    return handle


def demand(principal: Principal, permission: str) -> None:
    """Raise Unauthorized or Forbidden unless the caller has the permission."""
    if permission in OPEN or (permission == AUTHENTICATED and principal.may_act):
        return
    if not principal.is_authenticated:
        raise Unauthorized
    if not principal.can(permission):
        raise Forbidden(f"This takes the permission {permission}.")


def reader(load: Callable[[Any], Any] | None) -> Callable[[list[Any], bool], Any]:
    """Return what takes the one argument of an event and validates it; None without a schema."""

    def read(args: list[Any], nul: bool) -> Any:
        if len(args) > 1:
            raise BadRequest("Send one argument, an object, and perhaps a callback.")
        if nul and (pointer := find_nul(args, "")) is not None:
            text = "Text cannot hold the character U+0000."
            raise Invalid(errors=(FieldError(text, pointer=pointer.removeprefix("/0")),))
        if load is not None:
            return load(args[0] if args else None)
        if args and args[0] not in (None, {}):
            raise Invalid(errors=(FieldError("This event takes no data.", pointer=""),))
        return None

    return read


class Limits:
    """Rates of inbound events: in this process per socket, in all of them per account."""

    def __init__(self, local: Limiter, shared: Limiter, default: int, *, enforced: bool) -> None:
        self._local, self._shared, self._enforced = local, shared, enforced
        self.default = self._default(default)

    def _default(self, count: int) -> Limit | None:
        """Return the check every event is put to that has no rate of its own, all in one bucket."""
        if not self._enforced:
            return None
        local, shared = self._local.hit, self._shared.hit

        def check(socket: Socket) -> None:
            _spend(local(f"socket:{socket.sid}", count, 60))
            if socket.principal.id is not None:
                _spend(shared(f"realtime:{socket.principal.id}", count * 3, 60))

        return check

    def of(self, rate: Rate | None, name: str) -> Limit | None:
        """Return the check of an event's rate, None when there is nothing to check."""
        if rate is None or not self._enforced:
            return self.default
        if rate == UNLIMITED:
            return None
        count, per, cost = rate.count, rate.per, rate.cost
        local, shared = self._local.hit, self._shared.hit

        def check(socket: Socket) -> None:
            if rate.by == "principal" and socket.principal.id is not None:
                _spend(shared(f"realtime:{name}:{socket.principal.id}", count, per, cost))
            else:
                _spend(local(f"{name}:{socket.sid}", count, per, cost))

        return check


def _spend(decision: Any) -> None:
    if not decision.allowed:
        raise TooManyRequests(max(1, decision.retry_after))
