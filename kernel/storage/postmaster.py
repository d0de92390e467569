"""The running server of a data directory, as its `postmaster.pid` and the system know it."""

from __future__ import annotations

import time
from pathlib import Path

import psutil

_STATE = 7  # line of postmaster.pid, from 0: starting, ready, standby or stopping


class Postmaster:
    """The first process of a PostgreSQL server."""

    def __init__(self, data: Path) -> None:
        """Name the data directory; nothing need run there, nor the directory exist."""
        self._data = data

    def pid(self) -> int | None:
        """Return its process id; None when no server runs on the directory here.

        A pid in the file proves nothing: in a container the next boot gives the
        same small number to another program. Raises PermissionError.
        """
        lines = self._lines()
        if not lines or not lines[0].isdigit():
            return None
        try:
            process = psutil.Process(int(lines[0]))
            return process.pid if not _has_ended(process) and str(self._data) in process.cmdline() else None
        except psutil.NoSuchProcess:
            return None

    def is_ready(self) -> bool:
        """Tell whether it says that it takes connections."""
        return self._lines()[_STATE : _STATE + 1] == ["ready"]

    def end(self, pid: int, signal: int, patience: float) -> bool:
        """Send a signal; return whether the process ended within `patience` seconds."""
        try:
            process = psutil.Process(pid)
            process.send_signal(signal)
        except psutil.NoSuchProcess:
            return True
        deadline = time.monotonic() + patience
        while not _has_ended(process):
            if time.monotonic() > deadline:
                return False
            time.sleep(0.005)
        return True

    def _lines(self) -> list[str]:
        try:
            return [line.strip() for line in (self._data / "postmaster.pid").read_text().splitlines()]
        except FileNotFoundError:
            return []


def _has_ended(process: psutil.Process) -> bool:
    """Tell whether it is gone, or a zombie that its parent has not noticed."""
    try:
        return not process.is_running() or bool(process.status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True
