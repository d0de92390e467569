"""A payment gateway on loopback: a subclass speaks one gateway's API in `reply`.

`calls` are the requests as (method, path); `lose` answers of a path prefix are
carried out and then lost, `down` ones are not carried out.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass
class Call:
    """One request."""

    method: str
    path: str
    query: dict[str, str]
    headers: Any
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body or b"{}")

    @property
    def form(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.body.decode()).items()}


class GatewayApi:
    """The server, in a thread; requests are answered one after the other."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str]] = []
        self.lose, self.down = "", ""
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def reply(self, call: Call) -> tuple[int, Any]:
        raise NotImplementedError

    def answered(self, call: Call) -> tuple[int, Any]:
        with self._lock:
            self.calls.append((call.method, call.path))
            if self.down and call.path.startswith(self.down):
                return 503, {}
            status, body = self.reply(call)
            return (500, {}) if self.lose and call.path.startswith(self.lose) else (status, body)

    def count(self, method: str, ending: str) -> int:
        """Return how often a path with this ending was called."""
        return sum(1 for each, path in self.calls if each == method and path.endswith(ending))

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def running(kind: type[GatewayApi]) -> Iterator[Any]:
    """Yield a server of a kind, for a fixture."""
    api = kind()
    yield api
    api.stop()


def _handler(api: GatewayApi) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _do(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            status, answer = api.answered(Call(self.command, parts.path, query, self.headers, body))
            data = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = _do  # noqa: N815 - the library's name
        do_POST = _do  # noqa: N815

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    return Handler
