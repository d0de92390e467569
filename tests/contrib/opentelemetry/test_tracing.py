"""Traces, as a real OTLP/HTTP collector receives them."""

from __future__ import annotations

import gzip
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import pytest

pytest.importorskip("opentelemetry.sdk", reason="pip install 'stoa[telemetry]' to test traces")

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from contrib.opentelemetry.plugin import _tracing
from kernel import context
from kernel.tasks.housekeeping import purge
from kernel.tasks.worker import run_due
from kernel.testing.client import Client
from kernel.testing.server import free_port

CALLERS_TRACE = "0af7651916cd43dd8448eb211c80319c"
TRACEPARENT = f"00-{CALLERS_TRACE}-b7ad6b7169203331-01"


class Collector(BaseHTTPRequestHandler):
    """Takes what OTLP/HTTP exporters post."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        self.server.paths.add((self.path, self.headers.get("X-Key")))
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            self.server.services.update(
                one.value.string_value for one in resource.resource.attributes if one.key == "service.name"
            )
            self.server.spans += [span for scope in resource.scope_spans for span in scope.spans]
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def collector():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Collector)
    server.spans, server.services, server.paths = [], set(), set()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def traced(make_app, collector):
    """An application that reports to the collector; `spans()` returns what arrived."""
    endpoint = f"http://127.0.0.1:{collector.server_port}"
    app = make_app("opentelemetry", opentelemetry={"endpoint": endpoint, "headers": {"X-Key": "k"}})

    def spans():
        _tracing[id(app)].flush()
        return collector.spans

    return SimpleNamespace(app=app, client=Client(app).unchecked(), spans=spans, collector=collector)


def named(spans, name):
    return [span for span in spans if span.name == name]


def values(span):
    return {one.key: one.value.string_value or one.value.int_value for one in span.attributes}


def test_a_request_is_a_span_and_its_statements_are_its_children(traced):
    traced.client.get("/health/readiness", headers={"traceparent": TRACEPARENT})
    traced.client.get("/problems/not-found", headers={"traceparent": TRACEPARENT})

    (request,) = named(traced.spans(), "GET /problems/{slug}")
    assert request.trace_id.hex() == CALLERS_TRACE
    assert request.parent_span_id.hex() == "b7ad6b7169203331"
    assert values(request)["http.response.status_code"] == 200
    assert traced.collector.services == {"stoa"}
    assert traced.collector.paths == {("/v1/traces", "k")}


def test_a_statement_of_a_traced_request_is_recorded_without_values(traced):
    token = context.traceparent.set(TRACEPARENT)
    try:
        traced.app.db.rows("SELECT %s::text", ("hunter2",))
    finally:
        context.traceparent.reset(token)
    traced.app.db.rows("SELECT 'polling'")

    (statement,) = named(traced.spans(), "SELECT")
    assert statement.trace_id.hex() == CALLERS_TRACE
    assert values(statement)["db.query.text"] == "SELECT %s::text"
    assert statement.end_time_unix_nano > statement.start_time_unix_nano
    assert "hunter2" not in str(traced.spans())


def test_an_unknown_path_has_no_name_of_its_own(traced):
    for n in range(3):
        traced.client.get(f"/no/such/{n}")

    assert {span.name for span in traced.spans()} == {"GET"}


def test_a_task_goes_on_the_trace_of_the_request_that_enqueued_it(traced):
    token = context.traceparent.set(TRACEPARENT)
    try:
        with traced.app.db.atomic():
            traced.app.tasks.enqueue(purge)
    finally:
        context.traceparent.reset(token)
    run_due(traced.app)

    runs = [span for span in traced.spans() if span.name.startswith("task ")]
    assert CALLERS_TRACE in {span.trace_id.hex() for span in runs}


def test_a_failed_delivery_is_an_error(traced):
    seen = SimpleNamespace(subscriber="s", type="t", attempt=2, seconds=0.25, error=LookupError("gone"))
    for observe in traced.app.bus.observers:
        observe(seen)

    (span,) = named(traced.spans(), "deliver s")
    assert (span.status.code, values(span)["error.type"]) == (2, "LookupError")
    assert span.end_time_unix_nano - span.start_time_unix_nano == 250_000_000


def test_without_the_plugin_nothing_is_observed(make_app):
    app = make_app()

    watchers = [*app.db.query_hooks, *app.bus.observers, *app.tasks.runner.observers]
    assert not [one for one in watchers if "opentelemetry" in getattr(one, "__module__", "")]
    assert context.traceparent.get() == ""


def test_after_shutdown_nothing_is_left_behind(make_app, collector):
    app = make_app("opentelemetry", opentelemetry={"endpoint": f"http://127.0.0.1:{collector.server_port}"})
    hooks = len(app.db.query_hooks), len(app.bus.observers), len(app.tasks.runner.observers)

    app.stop()

    assert (len(app.db.query_hooks), len(app.bus.observers), len(app.tasks.runner.observers)) == tuple(
        count - 1 for count in hooks
    )


@pytest.fixture
def silent():
    """A collector that takes everything and never answers; `gone` once it hung up."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = SimpleNamespace(port=listener.getsockname()[1], asked=threading.Event(), gone=False)
        enough = threading.Event()

        def hold() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(1)
                server.asked.set()
                server.gone = not enough.wait(60)

        thread = threading.Thread(target=hold)
        thread.start()
        yield server
        enough.set()
        thread.join()


def test_a_stop_does_not_wait_for_a_collector_that_does_not_answer(make_app, silent):
    endpoint = f"http://127.0.0.1:{silent.port}"
    app = make_app("opentelemetry", opentelemetry={"endpoint": endpoint, "timeout": 600})
    Client(app).unchecked().get("/problems/not-found")

    app.stop()

    assert silent.asked.wait(30)
    assert not silent.gone


def test_a_stop_does_not_wait_for_a_collector_that_is_away(make_app):
    app = make_app("opentelemetry", opentelemetry={"endpoint": f"http://127.0.0.1:{free_port()}"})
    Client(app).unchecked().get("/problems/not-found")
    stopping = threading.Thread(target=app.stop)

    stopping.start()
    stopping.join(30)

    assert not stopping.is_alive()
