"""Two people in two browser pages, and what they are told.

The pages run the stock `socket.io-client` and the client that docs/api/realtime.md
prints, both unchanged, from an origin of their own.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote
from urllib.request import urlopen

import psycopg2
import pytest

from kernel.testing import Server
from kernel.testing.server import free_port
from tests.kernel.realtime import node
from tests.plugins.welcome.browser import BrowserError, Tab

HERE = Path(__file__).parent
ROOT = HERE.parents[3]
VERSION = "4.8.1"
PATIENCE = 60_000  # milliseconds a conversation may take; nothing is measured by it


@contextmanager
def origin(directory: Path) -> Iterator[str]:
    """Serve the page and its two modules; yield where."""
    client = node.installed(f"socket.io-client@{VERSION}") / "node_modules" / "socket.io-client" / "dist"
    directory.mkdir()
    shutil.copy(HERE / "page.html", directory)
    shutil.copy(client / "socket.io.esm.min.js", directory)
    (directory / "follow.js").write_text(documented(), encoding="utf-8")
    handler = partial(_Quiet, directory=str(directory))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Write no line."""


def documented() -> str:
    """Return the complete client of the page on sockets, as it stands there."""
    page = (ROOT / "docs" / "api" / "realtime.md").read_text(encoding="utf-8")
    return re.search(r"```js\n(.*?)```", page.partition("## A complete client")[2], re.DOTALL)[1]


@dataclass
class Side:
    """One page, and who sits before it."""

    tab: Tab

    @classmethod
    def opened(cls, browser: Any, page: str, **asked: Any) -> Side:
        """Open the page and wait until it follows the conversation."""
        tab = browser.tab(f"{page}/page.html#{quote(json.dumps(asked))}")
        tab.until("window.talk?.snapshots === 1 && talk.connects === 1", PATIENCE)
        return cls(tab)

    @property
    def told(self) -> dict[str, Any]:
        """What the page knows: `seen`, `faults`, `connects`, `snapshots`, `transport`, `resent`."""
        return self.tab.run("talk")

    def begin(self) -> None:
        """Have it send its messages."""
        self.tab.run("void talk.start()")

    def until_seen(self, count: int) -> None:
        """Wait until it was told `count` messages."""
        self._until(f"talk.seen.length >= {count}")

    def until_acknowledged(self, count: int) -> None:
        """Wait until `count` messages of its own are."""
        self._until(f"talk.acknowledged >= {count}")

    def _until(self, condition: str) -> None:
        try:
            self.tab.until(f"{condition} || talk.faults.length", PATIENCE)
        except BrowserError as ex:
            raise AssertionError(f"{condition}: {self.told} {self.tab.complaints()}") from ex


def stored(url: str, conversation: str) -> list[list[Any]]:
    """Return `[seq, id]` of every message of a conversation, in order, as the database has it."""
    connection = psycopg2.connect(url)
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT seq, id::text FROM chat_message WHERE conversation_id = %s ORDER BY seq",
                (conversation,),
            )
            return [list(row) for row in cursor.fetchall()]
    finally:
        connection.close()


@contextmanager
def nginx(directory: Path, servers: Sequence[Server]) -> Iterator[tuple[str, str]]:
    """Run nginx with deploy/nginx/stoa.conf before the servers; yield its address for two clients.

    Changed are the addresses, and what docs/integrators/realtime.md says of
    several processes. The clients come from 127.0.0.1 and from ::1, and the
    servers' names are chosen so that the hash gives each client another one.
    """
    binary = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
    if binary is None:
        pytest.skip("UNTESTED behind nginx: nginx is not installed")
    directory.mkdir()
    port = free_port()
    clients = (f"http://127.0.0.1:{port}", f"http://[::1]:{port}")
    for number in range(1, 20):
        _configure(directory, port, [f"127.0.{at}.{number}:{one.port}" for at, one in enumerate(servers)])
        process = subprocess.Popen([binary, "-c", str(directory / "nginx.conf"), "-p", str(directory)])
        try:
            _await(clients[0], directory)
            if _apart(clients, servers):
                yield clients
                return
        finally:
            process.terminate()
            process.wait()
    raise AssertionError("the hash gave both clients one server, whatever the servers were called")


def _configure(directory: Path, port: int, addresses: Sequence[str]) -> None:
    shipped = (ROOT / "deploy" / "nginx" / "stoa.conf").read_text()
    upstream = "".join(["hash $remote_addr consistent;", *[f" server {one};" for one in addresses]])
    adapted = shipped.replace("server api:8000;", upstream)
    adapted = adapted.replace("listen 8080;", f"listen 127.0.0.1:{port}; listen [::1]:{port};")
    assert upstream in adapted
    assert f"listen [::1]:{port};" in adapted
    (directory / "stoa.conf").write_text(adapted)
    paths = "".join(
        f"{kind}_temp_path {directory}/{kind};"
        for kind in ("proxy", "fastcgi", "uwsgi", "scgi", "client_body")
    )
    (directory / "nginx.conf").write_text(
        f"user root; worker_processes 1; daemon off; pid {directory}/pid; error_log {directory}/error.log;"
        f"events {{ worker_connections 512; }}"
        f"http {{ access_log off; {paths} include {directory}/stoa.conf; }}"
    )


def _await(url: str, directory: Path) -> None:
    deadline = time.monotonic() + 10
    while True:
        try:
            urlopen(f"{url}/health/liveness").close()
        except OSError:
            assert time.monotonic() < deadline, (directory / "error.log").read_text()
            time.sleep(0.02)
        else:
            return


def _apart(clients: Sequence[str], servers: Sequence[Server]) -> bool:
    """Tell whether each client comes to another process: who opened its session knows it."""
    knows = []
    for client in clients:
        with urlopen(f"{client}/socket.io/?EIO=4&transport=polling") as answer:
            sid = json.loads(answer.read()[1:])["sid"]
        path = f"/socket.io/?EIO=4&transport=polling&sid={sid}"
        knows.append(
            [at for at, one in enumerate(servers) if one.request("POST", path, body=b"1").status == 200]
        )
    return sorted(knows) == [[0], [1]]
