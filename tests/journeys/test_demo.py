"""`manage.py demo` as a person uses it: over HTTP, with a mailbox, and not always gently."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from PIL import Image

from kernel.testing import Answer
from kernel.testing.server import Server, free_port

ROOT = Path(__file__).parents[2]
DEADLINE = 90.0
ADA = {"email": "ada@example.com", "password": "violet-harbour-71", "name": "Ada Lindqvist"}

pytestmark = pytest.mark.slow


class Demo(Server):
    """`manage.py demo` on a directory of its own; its output is read as it comes."""

    def __init__(self, directory: Path, port: int = 0) -> None:
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.var = directory / "var"
        self.lines: list[str] = []
        self._process = None

    def begin(self, *options: str) -> subprocess.Popen[str]:
        """Start without waiting for anything."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("STOA")}
        environ = {
            **kept,
            "STOA__KERNEL__VAR_DIR": str(self.var),
            "STOA__OBSERVABILITY__LOG_FORMAT": "json",
            "STOA__HTTP__RATE_LIMITS": "false",
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "kernel.cli", "demo", "--port", str(self.port), *options],
            cwd=ROOT,
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._process = process  # type: ignore[assignment]
        self.reader = threading.Thread(target=lambda: self.lines.extend(process.stdout or ()))
        self.reader.start()
        return process

    def start(self, *options: str) -> Demo:
        """Start and wait until it says that it serves."""
        self.lines.clear()
        process = self.begin(*options)
        self.until(lambda: "Stop with Ctrl-C" in self.output() or process.poll() is not None)
        assert process.poll() is None, self.output()
        return self

    def output(self) -> str:
        return "".join(self.lines)

    def until(self, condition: Callable[[], Any]) -> Any:
        """Wait for a real condition, with a deadline; return what came true."""
        deadline = time.monotonic() + DEADLINE
        while not (found := condition()):
            assert time.monotonic() < deadline, self.output()
            time.sleep(0.02)
        return found

    def finish(self, number: int = signal.SIGTERM) -> int:
        """Send a signal; return the exit code and leave nothing of the process behind."""
        process: Any = self._process
        if process.poll() is None:
            process.send_signal(number)
        code = int(process.wait(60))
        self.reader.join()
        process.stdout.close()
        return code

    def family(self) -> list[psutil.Process]:
        """Return the process, its children, and the PostgreSQL below `var`."""
        servers = [
            one
            for one in psutil.process_iter(["cmdline"])
            if str(self.var) in " ".join(one.info["cmdline"] or ())
        ]
        return [psutil.Process(self.pid), *psutil.Process(self.pid).children(recursive=True), *servers]

    def mails(self, to: str, part: str) -> list[str]:
        """Return the texts of the messages to an address that hold a part, when there is one."""

        def found() -> list[str]:
            items = self.get(f"/_mailbox.json?to={to}").json["items"]
            return [item["text"] for item in items if part in item["text"]]

        return list(self.until(found))


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    """The demo, loaded once; below no directory of pytest's, whose rights any other pytest narrows."""
    place = Path(tempfile.mkdtemp(prefix="stoa-demo-"))
    made = Demo(place)
    try:
        yield made.start()
    finally:
        made.finish()
        shutil.rmtree(place, ignore_errors=True)


@pytest.fixture(scope="module")
def ada(demo: Demo) -> dict[str, Any]:
    """What registering Ada answered; her address is verified by the link in her mail."""
    made = demo.post("/v1/auth/register", {**ADA, "device_name": "Ada's telephone"})
    assert made.status == 201, made.text
    token = re.findall(r"verify-email\?token=([\w.-]+)", demo.mails(ADA["email"], "verify-email?token=")[-1])[
        -1
    ]
    verified = demo.post("/v1/auth/verify-email", {"token": token})
    assert verified.json["email_verified"] is True
    return dict(made.json)


def photograph(color: str) -> bytes:
    held = io.BytesIO()
    Image.new("RGB", (900, 600), color).save(held, "JPEG")
    return held.getvalue()


def upload(demo: Demo, token: str, data: bytes, name: str) -> str:
    """Upload a photograph; return its id when its thumbnail is ready."""
    start = f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
    headers = {"content-type": "multipart/form-data; boundary=x"}
    body = start + data + b"\r\n--x--\r\n"
    made = demo.request("POST", "/v1/media", body=body, headers=headers, token=token)
    assert made.status == 201, made.text
    path = f"/v1/media/{made.json['id']}"
    demo.until(lambda: demo.get(path, token=token).json["status"] == "ready")
    thumbnail = demo.get(f"{path}/thumb400", token=token)
    while thumbnail.status in {302, 307}:
        thumbnail = demo.get(thumbnail.headers["location"], token=token)
    assert Image.open(io.BytesIO(thumbnail.body)).size <= (400, 400)
    return str(made.json["id"])


def category_of(demo: Demo) -> dict[str, Any]:
    """Return a category at the bottom of the tree, with all the attributes its listings have."""
    [first, *_] = demo.get("/v1/categories").json["items"]
    while first.get("children"):
        first = first["children"][0]
    return dict(demo.get(f"/v1/categories/{first['id']}").json)


def filled(attributes: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a value for each attribute that has to have one."""
    plain: dict[str, Any] = {
        "text": "rosewood",
        "integer": 8,
        "decimal": "8",
        "boolean": True,
        "date": "2026-01-01",
    }
    return {
        one["key"]: one["options"][0] if one["type"] == "choice" else plain[one["type"]]
        for one in attributes
        if one["required"]
    }


def test_a_person_publishes_a_listing_with_photographs_and_finds_it(demo: Demo, ada: dict[str, Any]) -> None:
    token = ada["access_token"]
    pictures = [upload(demo, token, photograph(color), f"{color}.jpg") for color in ("navy", "olive")]
    category = category_of(demo)
    listing = {
        "type": "PRODUCT",
        "title": "Wooden xylophone with mallets",
        "description": "Eight bars of rosewood.",
        "category_id": category["id"],
        "attributes": filled(category["attributes"]),
        "price": {"amount": 4500, "currency": "USD"},
        "media_ids": pictures,
    }

    made = demo.post("/v1/listings", listing, token=token, headers={"idempotency-key": "first-listing"})
    assert made.status == 201, made.text
    published = demo.post(f"/v1/listings/{made.json['id']}/publish", token=token)

    assert published.status == 200, published.text
    assert [one["id"] for one in published.json["gallery"]] == pictures

    def titles(query: str) -> list[str]:
        return [one["title"] for one in demo.get(f"/v1/listings?q={query}").json["items"]]

    demo.until(lambda: listing["title"] in titles("xylophone"))
    demo.until(lambda: listing["title"] in titles("xylophnoe"))  # a typo is forgiven, once the word is known
    assert listing["title"] not in titles("refrigerator")


def test_signing_another_device_out_stops_it_at_once(demo: Demo, ada: dict[str, Any]) -> None:
    other = demo.post(
        "/v1/auth/login", {"email": ADA["email"], "password": ADA["password"], "device_name": "Laptop"}
    )
    token = ada["access_token"]
    sessions = demo.get("/v1/auth/sessions", token=token).json["items"]
    assert {"Ada's telephone", "Laptop"} <= {one["device"] for one in sessions}

    ended = demo.request("DELETE", f"/v1/auth/sessions/{other.json['session_id']}", token=token)

    assert ended.status == 204
    assert demo.get("/v1/auth/profile", token=other.json["access_token"]).status == 401
    assert demo.get("/v1/auth/profile", token=token).status == 200


def test_an_operator_sees_what_happened(demo: Demo, ada: dict[str, Any]) -> None:
    request_id = "the-request-to-follow-1"

    answer = demo.post(
        "/v1/auth/forgot-password", {"email": ADA["email"]}, headers={"x-request-id": request_id}
    )
    demo.mails(ADA["email"], "reset-password?token=")

    assert answer.headers["x-request-id"] == request_id
    metrics = demo.get("/metrics").text
    assert 'route="/v1/auth/forgot-password",status="202"' in metrics
    logged = [json.loads(line) for line in demo.lines if line.startswith("{") and request_id in line]
    assert len(logged) >= 2, "the request, and the task it left behind"
    paths = demo.get("/openapi.json").json["paths"]
    assert {"/v1/auth/register", "/v1/listings", "/v1/media", "/v1/categories"} <= set(paths)
    assert demo.get("/reference").status == 200
    assert demo.get("/health").json["status"] == "ok"
    assert demo.get("/").status == 200


def test_what_the_terminal_offers_works(demo: Demo) -> None:
    told = demo.output()
    logins = re.findall(r"^ {4}(\S+@\S+) +(\S+) ", told, re.MULTILINE)
    tries = re.findall(r"curl '?http://localhost:\d+([^'\s]*)", told)

    assert logins
    for email, password in logins:
        assert demo.post("/v1/auth/login", {"email": email, "password": password}).status == 200
    assert len(tries) == 3
    for path in tries:
        answer: Answer = demo.get(path)
        assert answer.status == 200
        assert answer.json["items"]


def test_a_second_start_keeps_the_data(demo: Demo, ada: dict[str, Any]) -> None:
    family = demo.family()
    assert demo.finish(signal.SIGTERM) == 0
    _, alive = psutil.wait_procs(family, timeout=5)
    assert alive == []

    demo.start()

    assert demo.post("/v1/auth/login", {"email": ADA["email"], "password": ADA["password"]}).status == 200
    assert demo.get("/v1/listings?q=xylophone").json["items"]


def test_a_start_after_kill_9_recovers(demo: Demo, ada: dict[str, Any]) -> None:
    demo.kill()
    demo.finish()

    demo.start()

    assert demo.post("/v1/auth/login", {"email": ADA["email"], "password": ADA["password"]}).status == 200
    assert demo.get("/v1/listings?q=xylophone").json["items"]


def test_a_start_after_everything_was_killed_recovers(demo: Demo, ada: dict[str, Any]) -> None:
    family = demo.family()
    for process in family:
        process.kill()
    psutil.wait_procs(family, timeout=10)
    demo.finish()

    demo.start()

    assert demo.post("/v1/auth/login", {"email": ADA["email"], "password": ADA["password"]}).status == 200


def refusal(demo: Demo) -> tuple[int, list[str]]:
    """Return exit code and the lines of a start that must not succeed."""
    process = demo.begin()
    try:
        code = process.wait(DEADLINE)
    finally:
        demo.finish()
    return code, demo.output().strip().splitlines()


def test_a_busy_port_is_named_with_a_free_one(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        code, lines = refusal(Demo(tmp_path, port))

    assert code == 1
    assert len(lines) == 1
    assert re.search(rf"port {port} is taken.*--port \d+", lines[0])


def test_a_second_demo_beside_the_first_is_told_that_it_runs(demo: Demo) -> None:
    code, lines = refusal(Demo(demo.var.parent, demo.port))

    assert code == 1
    assert "is taken" in lines[-1]
    assert demo.get("/health").json["status"] == "ok"


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    place = tmp_path / "var"
    place.write_text("a file stands where the directory should be")

    code, lines = refusal(Demo(tmp_path))

    assert code == 1
    assert len(lines) == 1
    assert str(place) in lines[0]
