"""A server on loopback that speaks `POST /v3/mail/send`."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from kernel import uuid7
from plugins.notifications.api import EmailMessage

KEY = "SG.violet-harbour"
Reply = tuple[int, dict[str, str], Any]


class Api:
    """What was posted, and what is answered: by default as SendGrid does."""

    def __init__(self) -> None:
        self.posted: list[dict[str, Any]] = []
        self.answer: Callable[[dict[str, Any]], Reply] = self.accept
        self.url = ""

    def accept(self, body: dict[str, Any]) -> Reply:
        return 202, {"X-Message-Id": f"request{len(self.posted)}"}, None

    def reply(self, path: str, headers: Any, body: dict[str, Any]) -> Reply:
        if path != "/v3/mail/send":
            return 404, {}, {"errors": [{"message": "not found"}]}
        if headers["Authorization"] != f"Bearer {KEY}":
            return 401, {}, {"errors": [{"message": "The provided authorization grant is invalid"}]}
        self.posted.append(body)
        wrong = [
            {"message": "Does not contain a valid address.", "field": f"personalizations.{index}.to.0.email"}
            for index, one in enumerate(body["personalizations"])
            if "@" not in one["to"][0]["email"]
        ]
        return (400, {}, {"errors": wrong}) if wrong else self.answer(body)

    @property
    def recipients(self) -> list[list[str]]:
        return [[one["to"][0]["email"] for one in body["personalizations"]] for body in self.posted]


@pytest.fixture
def api() -> Iterator[Api]:
    script = Api()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status, headers, answer = script.reply(self.path, self.headers, body)
            data = json.dumps(answer).encode() if answer is not None else b""
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(data))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    script.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield script
    server.shutdown()
    server.server_close()
    thread.join()


def letter(to: str = "ann@example.com", **changes: Any) -> EmailMessage:
    """Return a message."""
    values: dict[str, Any] = {
        "id": uuid7(),
        "sender": "Stoa <no-reply@stoa.example>",
        "to": to,
        "subject": "Hello",
        "text": "Hello, all.",
        "html": "<p>Hello, all.</p>",
        "message_id": f"<{uuid7()}@stoa.example>",
        "headers": {"Auto-Submitted": "auto-generated", "Reply-To": "help@stoa.example"},
    }
    return EmailMessage(**{**values, **changes})
