"""Somebody's own server: what webhooks are sent to."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Hook(BaseHTTPRequestHandler):
    """Somebody's server: takes what it is sent, and keeps it."""

    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.taken.append(({name.lower(): value for name, value in self.headers.items()}, body))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


class Receiver(ThreadingHTTPServer):
    """The address webhooks are sent to."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Hook)
        self.taken: list[tuple[dict[str, str], bytes]] = []
        self.url = f"http://127.0.0.1:{self.server_address[1]}/hooks"

    def of_type(self, event_type: str) -> list[tuple[dict[str, str], bytes]]:
        """Return what came of one type."""
        return [one for one in list(self.taken) if json.loads(one[1])["type"] == event_type]


@contextmanager
def receiver() -> Iterator[Receiver]:
    """Run a server that webhooks may be sent to."""
    made = Receiver()
    thread = threading.Thread(target=made.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield made
    finally:
        made.shutdown()
        made.server_close()
        thread.join()
