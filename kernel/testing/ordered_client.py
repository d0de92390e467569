"""python-socketio's client, with events handled in the order in which they came.

The library starts a thread for each message: on a busy machine a later event
is handled before an earlier one, and an attachment may come apart from its
event. Here one thread handles all messages of a connection.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Any

import engineio
import socketio

_Call = tuple[Callable[..., Any], tuple[Any, ...]]


class _InOrder(engineio.Client):  # type: ignore[misc]  # it has no types
    """An Engine.IO client whose messages go through one queue."""

    _calls: queue.SimpleQueue[_Call | None] | None = None

    def _trigger_event(self, event: str, *args: Any, **options: Any) -> Any:
        if event == "message" and self._calls is None:
            self._calls = queue.SimpleQueue()
            threading.Thread(target=_run, args=(self._calls,), daemon=True).start()
        if event not in {"message", "disconnect"} or self._calls is None:
            return super()._trigger_event(event, *args, **options)
        self._calls.put((self.handlers[event], args))
        return None

    def end(self) -> None:
        """Handle what came, and no more."""
        calls, self._calls = self._calls, None
        if calls is not None:
            calls.put(None)


def _run(calls: queue.SimpleQueue[_Call | None]) -> None:
    while (call := calls.get()) is not None:
        handler, args = call
        handler(*args)


class OrderedClient(socketio.Client):  # type: ignore[misc]  # it has no types
    """A Socket.IO client that calls its handlers one after another; a handler must not wait for an event.

    `over` is why the connection ended. The library tells nobody of an end that
    comes after the namespace answered and before `connect` has returned.
    """

    over: str | None = None

    def _handle_eio_disconnect(self, reason: str) -> None:
        self.over = reason
        super()._handle_eio_disconnect(reason)

    def _engineio_client_class(self) -> type[engineio.Client]:
        return _InOrder

    def shutdown(self) -> None:
        """Disconnect for good, and end the thread that handles events."""
        super().shutdown()
        self.eio.end()
