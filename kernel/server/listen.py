"""The listening socket, bound before anything expensive starts."""

from __future__ import annotations

import errno
import socket
import time

from kernel.errors import ConfigurationError

BACKLOG = 2048
PATIENCE = 3.0  # seconds: the workers of a Stoa that was killed notice within two, and leave its port


def listen(host: str, port: int, patience: float = PATIENCE) -> socket.socket:
    """Return a socket listening on `host` and `port` (0: any free one).

    A port that is taken is asked for again for `patience` seconds. Raises
    ConfigurationError with the remedy when it stays taken or is reserved, or
    the host is not this machine's.
    """
    deadline = time.monotonic() + patience
    while True:
        try:
            return _listening(host, port)
        except (OSError, OverflowError) as ex:
            if getattr(ex, "errno", None) != errno.EADDRINUSE or time.monotonic() > deadline:
                raise ConfigurationError(_remedy(host, port, ex)) from ex
        time.sleep(0.05)


def _listening(host: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except (OSError, OverflowError):
        listener.close()
        raise
    return listener


def _remedy(host: str, port: int, ex: Exception) -> str:
    code = getattr(ex, "errno", None)
    if code == errno.EADDRINUSE:
        free = _free_near(host, port)
        return f"port {port} is taken by another program: stop it, or choose another with --port {free}"
    if code == errno.EACCES:
        return f"port {port} needs administrator rights: choose one above 1023 with --port"
    return f"cannot listen on {host}:{port}: {ex}; choose another with --host or --port"


def _free_near(host: str, port: int) -> int:
    """Return the next port that is free now."""
    for candidate in range(port + 1, min(port + 50, 65_536)):
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM) as probe:
            if probe.connect_ex((host if host not in ("", "0.0.0.0") else "127.0.0.1", candidate)) != 0:  # noqa: S104
                return candidate
    return 0
