"""Two browsers hold a conversation through two processes, one of which is killed in the middle."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from kernel.testing import Server
from kernel.testing.applications import test_settings as settings_of
from plugins.accounts import api as accounts
from tests.kernel.realtime.e2e.talk import Side, nginx, origin, stored
from tests.plugins.welcome.browser import Browser

PLUGINS = ("chat",)
EACH = 40  # messages of each side

pytestmark = pytest.mark.slow


@pytest.fixture
def page(tmp_path) -> Iterator[str]:
    """Serve the page."""
    with origin(tmp_path / "page") as address:
        yield address


@pytest.fixture
def browser(tmp_path) -> Iterator[Browser]:
    with Browser(tmp_path) as running:
        yield running


@pytest.fixture(params=["with Redis", "without Redis"])
def between(request) -> dict[str, Any]:
    """Return the settings of what lies between two processes."""
    return {"redis": {"url": request.getfixturevalue("redis").url}} if request.param == "with Redis" else {}


@pytest.fixture
def processes(app, page, between, tmp_path) -> Iterator[list[Server]]:
    """Run two processes on the application's database."""
    http = {"host": "0.0.0.0", "rate_limits": False, "cors_origins": [page], "trusted_proxies": 1}
    sections = {"http": http, "kernel": {"test_clock": False}, **between}
    started: list[Server] = []
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        settings = settings_of(PLUGINS, sections, tmp_path / name / "var", app.settings.database.url)
        started.append(Server(settings, tmp_path / name).start())
    yield started
    for server in started:
        server.stop()


@pytest.fixture
def pair(client) -> tuple[str, list[str]]:
    """Return a conversation of two people, and a token of each."""
    people = [
        client.as_user(accounts.create_user(name=name, email=f"{name}@example.com", verified=True))
        for name in ("ada", "ben")
    ]
    opened = people[0].post("/v1/conversations/direct", {"user_id": str(people[1].user_id)})
    return opened.json["id"], [one.headers["authorization"].partition(" ")[2] for one in people]


def converse(
    browser: Browser,
    page: str,
    pair: tuple[str, list[str]],
    addresses: Sequence[Sequence[str]],
    transports: Sequence[str],
    *,
    interrupt: Callable[[], None],
) -> list[dict[str, Any]]:
    """Have both sides send and hear everything, interrupted in the middle; return what each was told."""
    conversation, tokens = pair
    sides = [
        Side.opened(
            browser, page, name=name, urls=urls, token=token, conversation=conversation, count=EACH,
            transports=transports,
        )
        for name, urls, token in zip(("ada", "ben"), addresses, tokens, strict=True)
    ]  # fmt: skip
    for side in sides:
        side.begin()
    for side in sides:
        side.until_seen(EACH // 2)
    interrupt()
    for side in sides:
        side.until_acknowledged(EACH)
        side.until_seen(2 * EACH)
    return [side.told for side in sides]


def assert_all_heard_everything(told: Sequence[dict[str, Any]], url: str, conversation: str) -> None:
    kept = stored(url, conversation)
    assert [seq for seq, _ in kept] == list(range(1, 2 * EACH + 1))
    for side in told:
        assert side["faults"] == []
        assert side["seen"] == kept
        assert side["snapshots"] == 1  # what was missed was recovered, not loaded anew


def test_one_of_two_processes_is_killed_and_nobody_notices_but_by_reconnecting(
    app, browser, page, processes, pair
):
    first, second = processes
    addresses = [[first.url, second.url], [second.url]]

    told = converse(browser, page, pair, addresses, ["websocket"], interrupt=first.kill)

    assert_all_heard_everything(told, app.settings.database.url, pair[0])
    assert [side["connects"] for side in told] == [2, 1]


@pytest.mark.parametrize("transports", [["polling", "websocket"], ["polling"]], ids=" then ".join)
def test_behind_nginx_nobody_notices_either(app, browser, page, processes, pair, transports, tmp_path):
    with nginx(tmp_path / "nginx", processes) as clients:
        addresses = [[client] for client in clients]
        told = converse(browser, page, pair, addresses, transports, interrupt=processes[0].kill)

    assert_all_heard_everything(told, app.settings.database.url, pair[0])
    assert sorted(side["connects"] for side in told) == [1, 2]
    assert {side["transport"] for side in told} == {transports[-1]}
