"""CONNECT: who it is, whether they may be here, which rooms they are in."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kernel import context
from kernel.errors import Problem, TooManyRequests, Unauthorized
from kernel.http.limits import network_of
from kernel.http.problems import problem_from
from kernel.realtime.socket import Socket

if TYPE_CHECKING:
    from kernel.cache import Limiter
    from kernel.realtime.connection import Connection
    from kernel.realtime.gateway import Gateway
    from kernel.realtime.identity import Identity
    from kernel.realtime.runtime import Runtime


class Entrance:
    """Lets clients into namespaces."""

    def __init__(self, gateway: Gateway, limiter: Limiter | None) -> None:
        """Count refused credentials by client address with `limiter` (None: do not)."""
        self._gateway, self._limiter = gateway, limiter

    def at_once(self, connection: Connection, runtime: Runtime, auth: Mapping[str, Any]) -> bool:
        """Answer one CONNECT in the hub if nobody need be asked anything; False: `enter` is to.

        PERF: a greenlet costs more than all the rest of it.
        """
        gateway = self._gateway
        if runtime.asks or "positions" in auth or not gateway.ready:
            return False
        identity = gateway.identities.at_hand(auth, connection.session.environ.headers)
        if identity is None or not self._is_welcome(connection, identity):
            return False
        socket = Socket(connection, runtime, secrets.token_urlsafe(15), identity)
        try:
            runtime.demand(socket)
        except Problem:
            return False  # `enter` comes to the same, and tells it
        gateway.index(socket)
        connection.established(socket, {})
        return True

    def _is_welcome(self, connection: Connection, identity: Identity) -> bool:
        """Say whether an address has credentials left to be wrong about, where it brought some."""
        limiter, rate = self._limiter, self._gateway.settings.refused_rate
        if limiter is None or not identity.headers:
            return True
        key = _key(connection)
        allowed = limiter.hit(key, rate, 60).allowed
        if allowed:
            limiter.refund(key, rate, 60)
        return allowed

    def enter(self, connection: Connection, runtime: Runtime, auth: Mapping[str, Any]) -> None:
        """Answer one CONNECT; a turn of the connection."""
        if connection.ended:
            return
        with context.bound(connection.correlation):
            try:
                with self._gateway.questions:
                    self._entered(connection, runtime, auth)
            except Exception as ex:  # noqa: BLE001 - whatever it is, the client is told
                connection.refused(runtime.path, problem_from(ex))
            finally:
                self._gateway.release()

    def _entered(self, connection: Connection, runtime: Runtime, auth: Mapping[str, Any]) -> None:
        gateway = self._gateway
        identity = self._identity(connection, auth)
        socket = Socket(connection, runtime, secrets.token_urlsafe(15), identity)
        runtime.demand(socket)
        # Known to the gateway before anybody is asked where it may be: see kernel.realtime.membership.
        gateway.index(socket)
        try:
            runtime.enter(socket, auth, lambda states: connection.established(socket, states))
        finally:
            if not socket.live:
                gateway.forget(socket)

    def _identity(self, connection: Connection, auth: Mapping[str, Any]) -> Identity:
        """Return who connects; raise TooManyRequests for an address that got too many credentials wrong."""
        key = _key(connection)
        rate = self._gateway.settings.refused_rate
        limiter = self._limiter
        if limiter is not None:
            decision = limiter.hit(key, rate, 60)
            if not decision.allowed:
                raise TooManyRequests(max(1, decision.retry_after))
            limiter.refund(key, rate, 60)
        try:
            gateway, headers = self._gateway, connection.session.environ.headers
            return gateway.reviews.current(lambda: gateway.identities.of(auth, headers))
        except Unauthorized:
            if limiter is not None:
                limiter.hit(key, rate, 60)
            raise


def _key(connection: Connection) -> str:
    """Return what refused credentials of a client's address are counted under."""
    return f"refused:{network_of(connection.session.environ.ip)}"
