"""A loop in a greenlet (thread, where gevent is not in use) of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog

from kernel.locks import brief_rlock

log = structlog.get_logger(__name__)
_AFTER_FAULT = 1.0  # seconds


class Background:
    """Calls `turn()` again and again, from `begin` to `stop`.

    A turn does what is due and returns after how many seconds it wants the next,
    None for not before `wake`. What it raises is logged; it runs again.
    """

    def __init__(self, name: str, turn: Callable[[], float | None]) -> None:
        self._name, self._turn = name, turn
        self._bell = threading.Condition(brief_rlock())
        self._rung = False
        self._stopping = False
        self._thread: threading.Thread | None = None

    @property
    def running(self) -> bool:
        """Whether it began and was not stopped."""
        return self._thread is not None

    def begin(self) -> None:
        """Start the loop; nothing happens if it runs. Not under a lock: it may switch."""
        if self._thread is None:
            self._stopping = False
            self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
            self._thread.start()

    def wake(self) -> None:
        """Have the next turn now, or right after the present one."""
        with self._bell:
            self._rung = True
            self._bell.notify()

    def stop(self, patience: float = 5.0) -> None:
        """End the loop after its present turn; wait for that up to `patience` seconds."""
        thread, self._thread = self._thread, None
        if thread is not None:
            self._stopping = True
            self.wake()
            thread.join(patience)

    def _run(self) -> None:
        while not self._stopping:
            try:
                pause = self._turn()
            except Exception as ex:  # boundary: the loop is needed for as long as the process serves
                log.exception("background_turn_failed", loop=self._name, error=str(ex))
                pause = _AFTER_FAULT
            self._wait(pause)

    def _wait(self, pause: float | None) -> None:
        with self._bell:
            if not self._rung and not self._stopping and (pause is None or pause > 0):
                self._bell.wait(pause)
            self._rung = False
