"""Who uses a directory together, and who changes it alone: two `flock`s.

The operating system drops them when a process dies, however it dies, so nothing
is left to clean up after `kill -9`.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from kernel.errors import ConfigurationError


class Occupancy:
    """One process's part in a directory that several use."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._users: IO[Any] | None = None
        self._held: IO[Any] | None = None

    @property
    def joined(self) -> bool:
        """Whether we are among the users."""
        return self._users is not None

    def join(self) -> None:
        """Become one of the users; call it inside `alone`."""
        self._users = self._users_lock()
        fcntl.flock(self._users, fcntl.LOCK_SH)

    def leave(self) -> None:
        """Be a user no more."""
        if self._users is not None:
            self._users.close()
            self._users = None

    def is_unused(self) -> bool:
        """Tell whether nobody else uses the directory; call it inside `alone`."""
        if self._users is not None and not self._users.closed:  # closed: a `leave` was interrupted
            return _is_free(self._users)
        with self._users_lock() as users:
            return _is_free(users)

    @contextlib.contextmanager
    def alone(self) -> Iterator[IO[Any]]:
        """Hold off every other process that starts, stops or removes what is here.

        The lock waited for may have been removed with its directory meanwhile:
        then it holds off nobody, and the new one is taken. Raises
        ConfigurationError when the directory cannot be written.
        """
        try:
            yield self._hold()
        finally:
            self.let_go()

    def let_go(self) -> None:
        """Hold off nobody any more; also what an `alone` held that was interrupted while it began."""
        if self._held is not None:
            self._held.close()
            self._held = None

    def _hold(self) -> IO[Any]:
        while True:
            self._held = lock = self._start_lock()
            fcntl.flock(lock, fcntl.LOCK_EX)
            if _is_at(lock, self._directory / "start.lock"):
                return lock
            self.let_go()

    def _start_lock(self) -> IO[Any]:
        """Make the directory and open its lock."""
        try:
            self._directory.mkdir(parents=True, exist_ok=True)
            return (self._directory / "start.lock").open("a")
        except OSError as ex:
            raise ConfigurationError(
                f"{self._directory}: cannot be written ({ex.strerror or ex}): "
                "own it, point kernel.var_dir elsewhere, or set database.url"
            ) from ex

    def _users_lock(self) -> IO[Any]:
        return (self._directory / "users.lock").open("a+")


def _is_free(users: IO[Any]) -> bool:
    """Tell whether nobody else holds the lock of the users; hold it alone then."""
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_at(file: IO[Any], path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False
