"""One real server with every plugin for the whole folder, and clients that speak bytes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kernel.profile import read_profile
from kernel.testing import Server
from kernel.testing.applications import Applications, test_settings
from kernel.testing.postgres import DisposablePostgres
from tests.kernel.server.conftest import Client

PASSWORD = "violet-harbour-71"
PATIENCE = 1.0  # seconds the server gives a slow client
DEMO: tuple[str, ...] = tuple(read_profile("demo", {}).plugins)


@pytest.fixture(scope="package")
def target(
    postgres: DisposablePostgres, applications: Applications, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """The demo profile's plugins, with short deadlines and a small pool."""
    directory = tmp_path_factory.mktemp("hostile")
    url = postgres.fresh_database(applications.template(DEMO))
    sections = {
        "http": {
            "rate_limits": False,
            "header_timeout": PATIENCE,
            "body_timeout": PATIENCE,
            "keepalive": 30.0,
        },
        "database": {"pool_size": 4, "pool_timeout": 2},
        "observability": {"log_format": "json"},
    }
    server = Server(test_settings(DEMO, sections, directory / "var", url), directory).start()
    yield server
    server.stop()
    postgres.drop_database(url)


@pytest.fixture(autouse=True)
def sound(target: Server) -> Iterator[None]:
    """Whatever a test did to it: the server still answers, and found no fault of its own."""
    before = len(target.output())
    yield
    assert target.get("/health").json["status"] == "ok"
    said = [json.loads(line) for line in target.output()[before:].splitlines() if line.startswith("{")]
    assert [one for one in said if one.get("level") in {"error", "critical"}] == []


@pytest.fixture
def connect(target: Server) -> Iterator[Callable[[], Client]]:
    """Return a function that opens a connection to it."""
    opened: list[Client] = []

    def open_one() -> Client:
        opened.append(Client(target.port))
        return opened[-1]

    yield open_one
    for one in opened:
        one.close()


@pytest.fixture
def raw(connect: Callable[[], Client]) -> Client:
    """A fresh connection."""
    return connect()


@pytest.fixture(scope="package")
def ada(target: Server) -> dict[str, Any]:
    """What registering Ada answered: her tokens."""
    body = {"email": "ada@example.com", "password": PASSWORD, "name": "Ada Lindqvist"}
    made = target.post("/v1/auth/register", body)
    assert made.status == 201, made.text
    return dict(made.json)


def request(
    method: str, path: str, *headers: str, body: bytes | None = None, token: str = "", host: str = "test"
) -> bytes:
    """Return a request's bytes; a body gets its type and length unless headers say them."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", *headers]
    named = {each.partition(":")[0].lower() for each in headers}
    if token:
        lines.append(f"Authorization: Bearer {token}")
    if body is not None and "content-type" not in named:
        lines.append("Content-Type: application/json")
    if body is not None and not named & {"content-length", "transfer-encoding"}:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + (body or b"")


def problem_of(answer: tuple[int, dict[str, str], bytes]) -> tuple[int, str]:
    """Return status and slug of an answer, which must be a problem document."""
    status, headers, body = answer
    assert headers["content-type"] == "application/problem+json", (status, body)
    document = json.loads(body)
    assert document["status"] == status
    assert document["request_id"] == headers["x-request-id"]
    return status, document["type"].removeprefix("/problems/")
