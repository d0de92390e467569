"""One id and one trace from a socket's event to what it leads to, in whatever process that runs."""

from __future__ import annotations

import threading
import time
from http.server import ThreadingHTTPServer

import pytest

pytest.importorskip("opentelemetry.sdk", reason="pip install 'stoa[telemetry]' to test traces")

from kernel.testing.server import free_port
from tests.contrib.opentelemetry.test_tracing import CALLERS_TRACE, TRACEPARENT, Collector, named, values

PLUGINS = ("notes", "opentelemetry")
PORT = free_port()
SETTINGS = {"opentelemetry": {"endpoint": f"http://127.0.0.1:{PORT}"}}
EVENT = "SELECT correlation_id, trace FROM kernel_event WHERE starts_with(type, 'notes.note.written')"


@pytest.fixture(scope="module", autouse=True)
def collector():
    """Collect what the serving process sends, soon."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OTEL_BSP_SCHEDULE_DELAY", "100")
        server = ThreadingHTTPServer(("127.0.0.1", PORT), Collector)
        server.spans, server.services, server.paths = [], set(), set()
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()
        server.server_close()


def spans(collector, name, count=1):
    """Wait for spans of this name."""
    deadline = time.monotonic() + 20
    while len(found := named(collector.spans, name)) < count:
        assert time.monotonic() < deadline, {span.name for span in collector.spans}
        time.sleep(0.02)
    return found


def test_a_sockets_event_its_domain_event_and_their_trace_bear_one_id(app, realtime, client, collector):
    ann = client.as_user()
    socket = realtime.connect("/notes", ann, headers={"traceparent": TRACEPARENT})

    socket.call("note:write", {"text": "A chair"})

    (span,) = spans(collector, "/notes note:write")
    [(correlation, traceparent)] = app.db.rows(EVENT)
    assert values(span)["stoa.correlation_id"] == correlation
    assert correlation.endswith((".1", ".2"))  # the socket's second turn; the first was `connected`
    assert traceparent == f"00-{span.trace_id.hex()}-{span.span_id.hex()}-{traceparent[-2:]}"
    assert [link.trace_id.hex() for link in span.links] == [CALLERS_TRACE]
    assert values(span)["stoa.outcome"] == "ok"
    children = [one for one in collector.spans if one.parent_span_id == span.span_id]
    assert {"INSERT", "WITH"} & {one.name for one in children}


def test_a_fault_marks_the_span_and_a_name_of_the_clients_own_does_not_name_it(realtime, client, collector):
    socket = realtime.connect("/notes", client.as_user())

    socket.ask("note:boom")
    socket.ask("made:up:by:a:client")

    (failed,) = spans(collector, "/notes note:boom")
    (unknown,) = spans(collector, "/notes (unknown)")
    assert (failed.status.code, values(failed)["error.type"]) == (2, "500")
    assert (unknown.status.code, values(unknown)["stoa.outcome"]) == (0, "refused")
    assert "made:up" not in str(collector.spans)
