"""The connection to Redis, and what happens while it is away.

`[redis] url` is one of

    redis://[user:password@]host:6379/0      one server (`rediss://` with TLS, `unix://` a socket)
    redis+sentinel://[user:password@]host:26379,host:26379/service[/0]
    redis+cluster://[user:password@]host:7000,host:7001

A circuit breaker guards it. The first command that finds Redis away opens the
circuit: from then on commands fail at once, without I/O, as `RedisAway`. After
`cooldown` seconds one caller probes (half open) while the others still fail at
once; when the probe answers, what was owed meanwhile is paid (`on_return`) and
only then the circuit closes.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from threading import Lock
from typing import Any, TypeVar
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

import structlog

from kernel.errors import ConfigurationError, StoaError
from kernel.setting_field import setting

T = TypeVar("T")
Client = Any
"""`redis.Redis` or `redis.RedisCluster`: the library types their commands too loosely to tell them apart."""

log = structlog.get_logger()

_PLAIN = ("redis", "rediss", "unix")
_MANY = 10_000  # PERF: greenlets bound the connections; a full pool must not look like an outage


@dataclass(frozen=True, slots=True)
class RedisSettings:
    """Where Redis is; empty means memory only, one process."""

    url: str = setting(
        "", help="`redis://`, `rediss://`, `unix://`, `redis+sentinel://` or `redis+cluster://`.", secret=True
    )
    namespace: str = setting("stoa", help="What every key starts with, so deployments can share a server.")
    timeout: float = setting(
        0.5, help="Seconds a command may take before Redis counts as away.", minimum=0.01
    )
    cooldown: float = setting(1.0, help="Seconds between two attempts to reach Redis again.", minimum=0)


class RedisAway(StoaError):  # noqa: N818 - what is the case, as `Conflict` is
    """Redis cannot be used at the moment; do it another way."""


def connect(settings: RedisSettings) -> Client:
    """Return a client for the URL; only a cluster's connects at once.

    Commands are not repeated by the library: the circuit decides, and an
    addition must not be counted twice. Raises ConfigurationError for a URL that
    names no Redis.
    """
    redis: Any = import_module("redis")  # PERF: 70 ms that a deployment without Redis does not pay
    from redis.backoff import NoBackoff  # noqa: PLC0415
    from redis.retry import Retry  # noqa: PLC0415

    parts = _split(settings.url)
    options: dict[str, Any] = {
        "socket_timeout": settings.timeout,
        "socket_connect_timeout": settings.timeout,
        "retry": Retry(NoBackoff(), 0),
    }
    if parts.scheme in _PLAIN:
        return redis.Redis.from_url(settings.url, max_connections=_MANY, **options)
    options.update(_credentials(parts))
    if parts.scheme == "redis+cluster":
        nodes = [redis.cluster.ClusterNode(*address) for address in _addresses(parts, 6379)]
        return redis.RedisCluster(startup_nodes=nodes, max_connections=_MANY, **options)
    service, _, database = parts.path.strip("/").partition("/")
    sentinel = redis.Sentinel(
        _addresses(parts, 26379),
        sentinel_kwargs={
            name: options[name] for name in ("socket_timeout", "socket_connect_timeout", "retry")
        },
    )
    return sentinel.master_for(service, db=int(database or 0), max_connections=_MANY, **options)


def _split(url: str) -> SplitResult:
    parts = urlsplit(url)
    if parts.scheme not in (*_PLAIN, "redis+sentinel", "redis+cluster"):
        raise ConfigurationError(
            f"redis.url starts with {parts.scheme or 'no scheme'}: expected redis://, rediss://, unix://, "
            "redis+sentinel:// or redis+cluster://"
        )
    service, _, database = parts.path.strip("/").partition("/")
    if parts.scheme == "redis+sentinel" and (not service or not (database or "0").isdigit()):
        raise ConfigurationError(
            "redis.url names no service: expected redis+sentinel://host:26379,…/<service>[/<db>]"
        )
    if parts.scheme in ("redis+sentinel", "redis+cluster"):
        _addresses(parts, 1)
    return parts


def _addresses(parts: SplitResult, default_port: int) -> list[tuple[str, int]]:
    addresses = []
    for address in parts.netloc.rpartition("@")[2].split(","):
        one = urlsplit(f"//{address}")
        try:
            port = one.port or default_port
        except ValueError as ex:
            raise ConfigurationError(f"redis.url: {address!r} is no host:port") from ex
        if not one.hostname:
            raise ConfigurationError("redis.url names no host: expected host:port,host:port")
        addresses.append((one.hostname, port))
    return addresses


def _credentials(parts: SplitResult) -> dict[str, Any]:
    """Return the user, password and `?ssl=true` of a Sentinel or Cluster URL."""
    user, _, password = parts.netloc.rpartition("@")[0].partition(":")
    named = {"username": unquote(user) or None, "password": unquote(password) or None}
    ssl = dict(parse_qsl(parts.query)).get("ssl", "false").lower() in ("1", "true", "yes")
    return {name: value for name, value in named.items() if value} | ({"ssl": True} if ssl else {})


class RedisLink:
    """A client behind a circuit breaker; one a process."""

    def __init__(self, settings: RedisSettings, monotonic: Callable[[], float] = time.monotonic) -> None:
        """Make a link without connecting; raises ConfigurationError for a wrong URL."""
        _split(settings.url)
        self.namespace = settings.namespace
        self._settings, self._monotonic = settings, monotonic
        self._client: Client = None
        self._away = False
        self._probe_at = 0.0
        self._lock = Lock()
        self._on_leave: list[Callable[[], None]] = []
        self._on_return: list[Callable[[Client], None]] = []

    @property
    def away(self) -> bool:
        """Whether the circuit is open."""
        return self._away

    def on_leave(self, call: Callable[[], None]) -> None:
        """Call when the circuit opens; no I/O."""
        self._on_leave.append(call)

    def on_return(self, call: Callable[[Client], None]) -> None:
        """Call with the client before the circuit closes; if it fails, the circuit stays open."""
        self._on_return.append(call)

    def run(self, command: Callable[[Client], T]) -> T:
        """Return what `command(client)` returns; raise RedisAway, at once when Redis is known to be away."""
        if self._away and not self._returned():
            raise RedisAway(f"Redis is away; it is tried again every {self._settings.cooldown:g} s")
        try:
            return command(self._connected())
        except Exception as ex:
            if not _is_outage(ex):
                raise
            self._leave(ex)
            raise RedisAway(f"Redis is away: {ex}") from ex

    def meanwhile(self, change: Callable[[], T]) -> T | None:
        """Run `change` on what replaces Redis, unless Redis has returned: then do nothing, return None.

        Under the lock that `on_return` runs under, so no change can slip in
        between what is owed being paid and the circuit closing.
        """
        with self._lock:
            return change() if self._away else None

    def ping(self) -> float:
        """Return the seconds Redis takes to answer; raise RedisAway."""
        started = time.perf_counter()
        self.run(lambda client: client.ping())
        return time.perf_counter() - started

    def close(self) -> None:
        """Close the connections; the next command opens new ones."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close()

    def _connected(self) -> Client:
        if self._client is None:
            self._client = connect(self._settings)
        return self._client

    def _leave(self, reason: Exception) -> None:
        with self._lock:
            self._probe_at = self._monotonic() + self._settings.cooldown
            if self._away:
                return
            self._away = True
            for call in self._on_leave:
                call()
        log.warning("redis_away", reason=str(reason))

    def _returned(self) -> bool:
        """Probe, unless it is too early or another caller does; return whether Redis is back."""
        if self._monotonic() < self._probe_at or not self._lock.acquire(blocking=False):
            return not self._away
        try:
            if self._away and self._monotonic() >= self._probe_at:
                self._probe()
        finally:
            self._lock.release()
        return not self._away

    def _probe(self) -> None:
        try:
            client = self._connected()
            client.ping()
            for call in self._on_return:
                call(client)
        except Exception as ex:
            if not _is_outage(ex):
                raise
            self._probe_at = self._monotonic() + self._settings.cooldown
            log.info("redis_still_away", reason=str(ex))
        else:
            self._away = False
            log.info("redis_back")


def _is_outage(ex: Exception) -> bool:
    """Tell a Redis that cannot serve (gone, loading, full, failing over) from a wrong command."""
    from redis import exceptions  # noqa: PLC0415 - loaded already when there is something to tell

    if isinstance(ex, exceptions.AuthenticationError | exceptions.NoPermissionError):
        return True  # a rotated password: the log says so, the service goes on
    gone = (
        exceptions.ConnectionError,
        exceptions.TimeoutError,
        exceptions.ClusterError,
        exceptions.RedisClusterException,
        exceptions.OutOfMemoryError,
        exceptions.ReadOnlyError,
        exceptions.TryAgainError,
        OSError,
    )
    prefix = str(ex).partition(" ")[0]
    return isinstance(ex, gone) or (
        isinstance(ex, exceptions.ResponseError) and prefix in ("MISCONF", "NOREPLICAS")
    )
