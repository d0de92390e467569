"""Metrics of a process that serves no API: a worker answers Prometheus itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import start_http_server

from kernel.errors import ConfigurationError
from kernel.observability.metrics import Metrics

_HIGHEST_PORT = 65535


@contextmanager
def answering_prometheus(metrics: Metrics, address: str) -> Iterator[None]:
    """Answer scrapes on `host:port` inside the block; on none when it is empty.

    It asks for no token: bind it to a network of yours. Raises ConfigurationError for what is
    no address, or is taken.
    """
    if not address:
        yield
        return
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal() or int(port) > _HIGHEST_PORT:
        raise ConfigurationError(f"observability.worker_metrics: `{address}` is not like `0.0.0.0:9100`")
    try:
        server, thread = start_http_server(int(port), host.strip("[]"), metrics.registry)
    except OSError as ex:
        raise ConfigurationError(
            f"observability.worker_metrics: cannot listen on {address} ({ex}): name a free port"
        ) from ex
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
