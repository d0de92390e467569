"""What operators ask over HTTP: metrics, health, probes; and what each request leaves behind."""

from __future__ import annotations

import io
import time
import timeit
from concurrent.futures import wait
from threading import Barrier, Event
from types import SimpleNamespace

import orjson
import pytest

from kernel.auth.principals import Principal
from kernel.declarations import HealthCheck
from kernel.observability import requests
from kernel.observability.health import run_checks
from kernel.observability.requests import RequestObserver
from kernel.testing.client import Client


def until(condition):
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def get(client, path, **options):
    return client.unchecked().get(path, **options)


def test_a_request_is_timed_under_its_route(app, client):
    get(client, "/health/liveness")
    get(client, "/no/such/path")

    shown = app.metrics.render().decode()
    assert 'stoa_http_request_seconds_count{method="GET",route="/health/liveness",status="200"}' in shown
    assert 'route="(unmatched)",status="404"' in shown
    assert 'stoa_http_problems_total{type="not-found"}' in shown


def test_the_metrics_page_shows_every_room(app, client):
    app.db.rows("SELECT 1")
    app.cache.get("listings:x")

    page = get(client, "/metrics")

    assert page.status == 200
    text = page.text
    for name in (
        "stoa_http_request_seconds",
        'stoa_db_statement_seconds_count{operation="select"}',
        'stoa_db_connections{state="',
        'stoa_cache_reads_total{outcome="miss",space="listings"}',
        "stoa_task_lag_seconds",
        "process_resident_memory_bytes",
        "process_open_fds",
    ):
        assert name in text


def test_all_is_well(client):
    answer = get(client, "/health").json

    assert answer["status"] == "ok"
    assert {check["name"] for check in answer["checks"]} >= {"database", "memory", "tasks", "events"}
    assert get(client, "/health/readiness").status == get(client, "/health/liveness").status == 200


def test_without_the_database_it_lives_and_is_not_ready(app, client, monkeypatch):
    def away(*_):
        raise ConnectionError("no route to the database")

    monkeypatch.setattr(app.db, "rows", away)

    app.observability.health._kept.clear()
    ready, alive = get(client, "/health/readiness"), get(client, "/health/liveness")

    assert (ready.status, ready.json["status"], alive.status) == (503, "failing", 200)
    app.observability.health._kept.clear()


def test_a_process_that_stops_is_not_ready(app, client):
    app.observability.health.stopping = True
    try:
        assert get(client, "/health/readiness").status == 503
        assert get(client, "/health/liveness").status == 200
    finally:
        app.observability.health.stopping = False
        app.observability.health._kept.clear()


def test_checks_run_side_by_side_and_a_stuck_one_is_named():
    both, forever = Barrier(2), Event()
    checks = {
        "one": lambda: (both.wait(5), HealthCheck("one", ok=True))[1],
        "other": lambda: (both.wait(5), [HealthCheck("other", ok=True), HealthCheck("more", ok=False)])[1],
        "broken": lambda: 1 / 0,
        "stuck": lambda: (forever.wait(20), HealthCheck("stuck", ok=True))[1],
    }

    found = {check.name: check for check in run_checks(checks, 0.5, lambda: None)}
    forever.set()

    assert [found[name].ok for name in ("one", "other", "more", "broken", "stuck")] == [
        True,
        True,
        False,
        False,
        False,
    ]
    assert found["stuck"].detail == "no answer within 0.5 s"
    assert "ZeroDivisionError" in found["broken"].detail


def test_a_stuck_check_is_not_begun_again_before_it_ends():
    begun, forever, stuck = [], Event(), {}
    checks = {"stuck": lambda: (begun.append(1), forever.wait(20), HealthCheck("stuck", ok=True))[-1]}

    late = [run_checks(checks, 0.01, lambda: None, stuck)[0].ok for _ in range(3)]
    forever.set()
    wait(stuck.values(), 20)
    ended = run_checks(checks, 5, lambda: None, stuck)[0].ok
    afresh = run_checks(checks, 5, lambda: None, stuck)[0].ok

    assert (late, ended, afresh) == ([False] * 3, True, True)
    assert len(begun) == 2


def test_an_answer_is_kept_for_a_second_so_probes_are_no_load(app):
    health = app.observability.health

    assert health.report() is health.report()


@pytest.fixture
def production(make_app):
    token = "operators-only-token"
    app = make_app(
        kernel={"environment": "production", "test_clock": False},
        http={"rate_limits": True},
        observability={"metrics_token": token, "metrics_networks": ["10.1.0.0/16"]},
    )
    return Client(app), token


def test_in_production_metrics_and_details_are_for_operators(production):
    client, token = production
    secret = {"X-Operator-Token": token}

    stranger, operator = get(client, "/metrics"), get(client, "/metrics", headers=secret)
    public, detailed = get(client, "/health").json, get(client, "/health", headers=secret).json

    assert (stranger.status, operator.status) == (403, 200)
    assert get(client, "/metrics", headers={"X-Operator-Token": "wrong"}).status == 403
    assert all(set(check) == {"name", "ok"} for check in public["checks"])
    assert any("data" in check for check in detailed["checks"])


class Capture(io.StringIO):
    def last(self):
        return orjson.loads(self.getvalue().splitlines()[-1])


@pytest.fixture
def access(app, monkeypatch):
    """The access log of the shared application."""
    capture, observer = Capture(), app.observability.observe
    monkeypatch.setattr(observer, "_write", capture.write)
    monkeypatch.setattr(observer, "_json", True)
    return capture


def test_a_request_leaves_one_line_without_its_query(client, access):
    answer = get(client, "/problems?token=canary-canary", headers={"X-Request-Id": "abc-123-def"})

    line = access.last()
    assert access.getvalue().count("\n") == 1
    assert "canary" not in access.getvalue()
    assert {name: line[name] for name in ("event", "method", "path", "route", "status", "level")} == {
        "event": "request",
        "method": "GET",
        "path": "/problems",
        "route": "/problems",
        "status": answer.status,
        "level": "info",
    }
    assert line["correlation_id"] == answer.headers["x-request-id"]
    assert line["ms"] >= 0


def test_a_secret_in_the_path_is_not_written(app, client, access, monkeypatch):
    observer = app.observability.observe
    monkeypatch.setitem(observer._paths, "/problems/{slug}", True)

    get(client, "/problems/not-found")

    assert access.last()["path"] == "/problems/{slug}"


def test_a_route_with_a_token_is_known_as_secret(app):
    observer = app.observability.observe
    paths = [
        observer._path(SimpleNamespace(path="/v1/x/abc"), route)
        for route in ("/v1/x/{token}", "/v1/x/{listing_id:uuid}")
    ]

    assert paths == ["/v1/x/{token}", "/v1/x/abc"]


def test_recording_a_request_costs_less_than_20_microseconds(app, access, monkeypatch):
    class Req:
        method, uri_template, path, client_ip, id = (
            "GET",
            "/v1/listings/{id}",
            "/v1/listings/1",
            "10.0.0.1",
            "r" * 36,
        )
        principal = Principal(kind="user", id="01900000-0000-7000-8000-000000000001")

    class Resp:
        status_code, data, problem = 200, b"x" * 1000, ""

    observer = RequestObserver(app.metrics, {"/v1/listings/{id}": "listings"}, lambda line: None)

    best = min(timeit.repeat(lambda: observer(Req, Resp, 0.001), number=2000, repeat=5)) / 2000

    assert best < 20e-6


def test_the_clock_of_an_access_line_is_the_machines(access, client):
    get(client, "/health/liveness")

    assert access.last()["timestamp"].endswith("Z")
    assert requests.UNMATCHED == "(unmatched)"
