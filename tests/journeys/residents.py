"""The CondoMarket profile as shipped, served and worked for, and people who use it.

Nothing here reaches into the application: people have HTTP, sockets and their mailbox.
"""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from PIL import Image

from kernel.storage import uuid7
from kernel.testing import Answer
from kernel.testing.realtime import SocketClient
from kernel.testing.server import Server, free_port

T = TypeVar("T")
ROOT = Path(__file__).parents[2]
DEADLINE = 60.0  # seconds until something that must come is given up
PASSWORD = "violet-harbour-71"
PROFILE = "condomarket"


class Market(Server):
    """`serve` and `worker` of the profile, each a process; what lies beneath comes by the environment."""

    def __init__(self, directory: Path, database_url: str, redis_url: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = directory / "market.log"
        self._worker: subprocess.Popen[bytes] | None = None
        self._process = None
        kept = {name: value for name, value in os.environ.items() if not name.startswith("STOA")}
        self.environ = {
            **kept,
            "STOA__DATABASE__URL": database_url,
            "STOA__REDIS__URL": redis_url,
            "STOA__KERNEL__VAR_DIR": str(directory / "var"),
            "STOA__KERNEL__SECRET_KEY": "k" * 32,
            "STOA__KERNEL__PUBLIC_URL": self.url,
            "STOA__HTTP__RATE_LIMITS": "false",  # everybody comes from one address here
            "STOA__WEBHOOKS__ALLOW_PRIVATE": "true",  # and so does the server that is called
        }

    def command(self, *arguments: str) -> list[str]:
        """Return the command line of `manage.py` with these arguments, on the profile."""
        return [sys.executable, "-m", "kernel.cli", *arguments, "--profile", PROFILE]

    def start(self, *options: str) -> Market:
        """Serve and wait until it answers; then work."""
        with self.log.open("ab") as log:
            run = {"cwd": ROOT, "env": self.environ, "stdout": log, "stderr": log}
            serving = self.command("serve", "--no-worker", "--port", str(self.port), *options)
            self._process = subprocess.Popen(serving, **run)  # type: ignore[call-overload]
            try:
                self._await(self._process)
                self._worker = subprocess.Popen(self.command("worker"), **run)  # type: ignore[call-overload]
            except AssertionError:
                self.stop()
                raise
        return self

    def stop(self) -> None:
        """End both processes."""
        if self._worker is not None:
            self._worker.terminate()
            self._worker.wait(30)
        super().stop()

    def manage(self, *arguments: str) -> str:
        """Run a command of `manage.py`; return what it wrote."""
        done = subprocess.run(
            self.command(*arguments),
            cwd=ROOT, env=self.environ, check=False, capture_output=True, text=True, timeout=DEADLINE,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def until(self, condition: Callable[[], T | None]) -> T:
        """Wait for a real condition; return what came true."""
        deadline = time.monotonic() + DEADLINE
        while not (found := condition()):
            assert time.monotonic() < deadline, f"it did not come: {self.output()[-4000:]}"
            time.sleep(0.05)
        return found

    def register(self, name: str) -> Person:
        """Have somebody open an account and follow the link in their mail."""
        person = Person(self, name)
        said = {"email": person.email, "password": PASSWORD, "name": name}
        made = self.post("/v1/auth/register", said)
        assert made.status == 201, made.text
        person.take(made.json)
        link = person.mail("verify-email?token=")["text"]
        found = re.search(r"verify-email\?token=([\w.-]+)", link)
        assert found is not None, link
        verified = self.post("/v1/auth/verify-email", {"token": found[1]})
        assert verified.json["email_verified"] is True, verified.text
        return person

    def operator(self, name: str) -> Person:
        """Make somebody an administrator of the platform by the command line, and sign them in."""
        person = Person(self, name)
        self.manage(
            "accounts", "createadmin", "--email", person.email, "--name", name, "--password", PASSWORD
        )
        return person.sign_in()


@dataclass
class Person:
    """Somebody with an account: what they send carries their token."""

    market: Market
    name: str
    token: str = ""
    id: str = ""
    sockets: list[SocketClient] = field(default_factory=list)

    @property
    def email(self) -> str:
        return f"{self.name.split()[0].lower()}@example.com"

    def take(self, answer: Mapping[str, Any]) -> None:
        """Keep the tokens of an answer."""
        self.token = answer["access_token"]
        self.id = self.get("/v1/users/me")["id"]

    def sign_in(self) -> Person:
        made = self.market.post("/v1/auth/login", {"email": self.email, "password": PASSWORD})
        assert made.status == 200, made.text
        self.take(made.json)
        return self

    def ask(self, method: str, path: str, json: Any = None, **headers: str) -> Answer:
        """Send a request and return its answer, whatever it is; POSTs carry a key of their own."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if method == "POST":
            named.setdefault("idempotency-key", str(uuid7()))
        return self.market.request(method, path, json, token=self.token, headers=named)

    def get(self, path: str) -> Any:
        return self._done(self.ask("GET", path))

    def post(self, path: str, json: Any = None) -> Any:
        return self._done(self.ask("POST", path, json))

    def patch(self, path: str, json: Any) -> Any:
        return self._done(self.ask("PATCH", path, json))

    def _done(self, answer: Answer) -> Any:
        assert 200 <= answer.status < 300, f"{self.name}: {answer.status} {answer.text}"
        return answer.json if answer.body else None

    def refused(self, method: str, path: str, json: Any = None) -> tuple[int, str]:
        """Return status and problem of a request that must not succeed."""
        answer = self.ask(method, path, json)
        assert answer.status >= 400, f"{self.name}: {answer.status} {answer.text}"
        return answer.status, answer.problem

    def mails(self) -> list[dict[str, Any]]:
        """Return every e-mail to this person so far, the oldest first."""
        return list(self.market.get(f"/_mailbox.json?to={self.email}").json["items"])

    def mail(self, *parts: str) -> dict[str, Any]:
        """Return the latest e-mail whose subject and text hold these parts, when there is one."""

        def found() -> dict[str, Any] | None:
            fitting = (
                one for one in reversed(self.mails())
                if all(part in f"{one['subject']}\n{one['text']}" for part in parts)
            )  # fmt: skip
            return next(fitting, None)

        return self.market.until(found)

    def connect(self, namespace: str) -> SocketClient:
        """Connect to a namespace; closed with the test."""
        self.sockets.append(SocketClient(self.market.url, namespace, self.token))
        return self.sockets[-1]

    def upload(self, data: bytes, name: str, visibility: str = "public") -> str:
        """Upload a file; return its id once it is ready."""
        start = (
            f'--x\r\nContent-Disposition: form-data; name="visibility"\r\n\r\n{visibility}\r\n'
            f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        )
        made = self.market.request(
            "POST", "/v1/media", body=start.encode() + data + b"\r\n--x--\r\n", token=self.token,
            headers={"content-type": "multipart/form-data; boundary=x"},
        )  # fmt: skip
        assert made.status == 201, made.text
        path = f"/v1/media/{made.json['id']}"
        self.market.until(lambda: self.get(path)["status"] == "ready")
        return str(made.json["id"])


def photograph(color: str) -> bytes:
    """Return a picture as a telephone takes it."""
    held = io.BytesIO()
    Image.new("RGB", (900, 600), color).save(held, "JPEG")
    return held.getvalue()


PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 0>>endobj\n%%EOF\n"
