"""A server that logs all it can, reports errors and traces, and is told secrets in every place."""

from __future__ import annotations

import gzip
import threading
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import brotli
import psycopg2
import pytest

from kernel.testing import Server
from kernel.testing.applications import test_settings
from tests.secrets.teller import SETTINGS, Teller

PLUGINS = (
    *("accounts", "bookings", "chat", "listings", "notifications", "opentelemetry", "payments", "sentry"),
    *("smtp", "webhooks"),
)
UNPACK = {"gzip": gzip.decompress, "br": brotli.decompress, "deflate": zlib.decompress}


class Collected(BaseHTTPRequestHandler):
    """Keeps what error trackers and collectors of traces are sent."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.bodies.append(UNPACK.get(self.headers.get("Content-Encoding"), bytes)(body))
        self.server.paths.add(self.path)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture(scope="module")
def outside():
    """An error tracker and a collector of traces in one."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Collected)
    server.bodies, server.paths = [], set()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module", params=["json", "console"])
def told(request, outside, postgres, applications, tmp_path_factory):
    """A server after everybody told it secrets; what it wrote and answered."""
    directory = tmp_path_factory.mktemp("secrets")
    url = postgres.fresh_database(applications.template(PLUGINS))
    sections = {
        "observability": {"log_format": request.param, "log_level": "debug", "access_log": True},
        "sentry": {"dsn": f"http://{SETTINGS['dsn']}@127.0.0.1:{outside.server_port}/7"},
        "opentelemetry": {
            "endpoint": f"http://127.0.0.1:{outside.server_port}",
            "headers": {"X-Key": SETTINGS["collector"]},
        },
        "smtp": {"host": "127.0.0.1", "port": 9, "username": "stoa", "password": SETTINGS["smtp"]},
    }
    sections["observability"]["metrics_token"] = SETTINGS["metrics"]
    settings = test_settings(PLUGINS, sections, directory / "var", url)
    settings["kernel"]["secret_key"] = SETTINGS["secret_key"]
    teller = Teller(Server(settings, directory).start(), url)
    try:
        teller.tell_everything()
        yield teller
    finally:
        teller.server.stop()
    postgres.drop_database(url)


@pytest.fixture
def tables(told):
    """Every row of every table as text, by table."""
    found = {}
    with psycopg2.connect(told.database) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            found[table] = [row for (row,) in cursor.fetchall()]
    connection.close()
    return found
