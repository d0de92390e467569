"""Errors, as a server that speaks Sentry's envelope protocol receives them."""

from __future__ import annotations

import gzip
import io
import logging
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import brotli
import orjson
import pytest
import structlog

pytest.importorskip("sentry_sdk", reason="pip install 'stoa[sentry]' to test error reports")

from contrib.sentry.plugin import _reporters
from kernel import context
from kernel.errors import PluginError
from kernel.observability import configure
from kernel.observability.settings import ObservabilitySettings

SECRET = "the-secret-key-of-this-deployment-0123"


class Envelopes(BaseHTTPRequestHandler):
    """Takes envelopes: a header line, then for each item a header line and a payload."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        unpack = {"gzip": gzip.decompress, "br": brotli.decompress}
        body = unpack.get(self.headers.get("Content-Encoding"), bytes)(body)
        self.server.raw.append(body)
        _, *items = body.split(b"\n")
        for header, payload in zip(items[::2], items[1::2], strict=False):
            if header and orjson.loads(header)["type"] == "event":
                self.server.events.append((self.path, orjson.loads(payload)))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def sentry():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Envelopes)
    server.events, server.raw = [], []
    server.dsn = f"http://public@127.0.0.1:{server.server_port}/7"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def logs():
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    configure(ObservabilitySettings(), stream=io.StringIO())
    yield structlog.get_logger()
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def app(make_app, sentry, logs):
    return make_app("sentry", sentry={"dsn": sentry.dsn, "release": "1.2"}, kernel={"secret_key": SECRET})


def failing():
    card_number = "4111" * 4
    raise LookupError(f"no route for password={card_number} with {SECRET}")


def test_a_logged_exception_arrives_with_its_stack_and_tags_and_without_secrets(app, sentry, logs):
    with context.bound("request-7"):
        try:
            failing()
        except LookupError:
            logs.exception("request_failed", plugin="listings", password="hunter" * 2, listing="42")
    _reporters[id(app)].flush()

    ((path, event),) = sentry.events
    raised = event["exception"]["values"][-1]  # what was raised; before it stands what it was raised during
    assert path == "/api/7/envelope/"
    assert (raised["type"], event["release"], event["environment"]) == ("LookupError", "1.2", "test")
    assert raised["stacktrace"]["frames"][-1]["function"] == "failing"
    assert (event["tags"]["correlation_id"], event["tags"]["plugin"]) == ("request-7", "listings")
    assert event["contexts"]["log"]["listing"] == "42"
    sent = b"".join(sentry.raw)
    assert not [secret for secret in (SECRET, "hunter" * 2, "4111" * 4) if secret.encode() in sent]


def test_a_failure_of_a_library_arrives_too_and_a_warning_does_not(app, sentry, logs):
    logging.getLogger("lib").error("broken", exc_info=OSError("away"))
    logs.warning("retrying", exc_info=OSError("again"))
    logs.error("no exception, no report")
    _reporters[id(app)].flush()

    assert [event["exception"]["values"][0]["value"] for _, event in sentry.events] == ["away"]


def test_after_shutdown_nothing_is_sent(app, sentry, logs):
    app.stop()

    logs.error("late", exc_info=OSError("late"))

    assert sentry.events == []


@pytest.mark.parametrize(
    ("dsn", "told"), [("", "sentry.dsn is empty"), ("http://nowhere", "sentry.dsn is no DSN")]
)
def test_a_dsn_that_is_none_is_named_at_boot(make_app, logs, dsn, told):
    with pytest.raises(PluginError, match=told):
        make_app("sentry", sentry={"dsn": dsn})
