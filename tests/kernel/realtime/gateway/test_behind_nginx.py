"""Two processes behind nginx, as docs/integrators/realtime.md describes it."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from urllib.request import urlopen

import pytest

from kernel.testing import ConnectRefused, Server, SocketClient
from kernel.testing.server import free_port

PLUGINS = ("notes",)
CLIENTS = 16  # so many that hardly ever all go to one process
CONFIGURATION = """
worker_processes 1; daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
    map $http_upgrade $connection_upgrade {{ default upgrade; "" ""; }}
    upstream stoa {{ {balance} server 127.0.0.1:{first}; server 127.0.0.1:{second}; }}
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass http://stoa;
            proxy_http_version 1.1;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection $connection_upgrade;
            proxy_set_header Host $http_host;
            proxy_read_timeout 75s;
            proxy_buffering off;
        }}
    }}
}}
"""


@pytest.fixture
def second(realtime, tmp_path):
    """Run another process on the same database."""
    process = Server(realtime.server.settings, tmp_path).start("--no-worker")
    yield process
    process.stop()


@pytest.fixture
def nginx(realtime, second, tmp_path):
    """Run nginx before both processes: `nginx("hash $http_x_client consistent;")` returns its address."""
    binary = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
    if binary is None:
        pytest.skip("UNTESTED behind a proxy: nginx is not installed")
    started = []

    def start(balance):
        port, file = free_port(), tmp_path / "nginx.conf"
        ports = {"first": realtime.server.port, "second": second.port, "port": port}
        file.write_text(CONFIGURATION.format(folder=tmp_path, balance=balance, **ports))
        started.append(subprocess.Popen([binary, "-c", str(file), "-p", str(tmp_path)]))
        url, deadline = f"http://127.0.0.1:{port}", time.monotonic() + 10
        while True:
            try:
                urlopen(f"{url}/health/liveness").close()
            except OSError:
                assert time.monotonic() < deadline, (tmp_path / "error.log").read_text()
            else:
                return url

    yield start
    for process in started:
        process.terminate()
        process.wait()


def connections(server) -> int:
    """Return how many clients a process holds."""
    found = re.findall(r"^stoa_realtime_connections\{.*\} (\S+)$", server.get("/metrics").text, re.MULTILINE)
    return int(sum(map(float, found)))


@pytest.mark.parametrize("transports", [("polling",), ("websocket",), ("polling", "websocket")])
def test_clients_that_stick_to_a_process_hear_everything(realtime, second, nginx, notes, client, transports):
    url, ann = nginx("hash $http_x_client consistent;"), client.as_user()
    token = ann.headers["authorization"].partition(" ")[2]
    note = notes.write(None, ann.user_id, "0")
    sockets = [
        SocketClient(url, "/notes", token, transports=transports, headers={"X-Client": f"client {number}"})
        for number in range(CLIENTS)
    ]
    for socket in sockets:
        socket.join(f"note:{note.id}")

    held = [connections(one) for one in (realtime.server, second)]
    for socket in sockets:
        socket.call("note:write", {"id": str(note.id), "text": "by a client"})
    for socket in sockets:
        socket.until(lambda one: len(one.heard("note:written")) >= CLIENTS)
        socket.close()

    assert sum(held) == CLIENTS
    assert min(held) > 0


def test_without_stickiness_polling_fails_and_a_websocket_does_not(nginx, client):
    url, ann = nginx(""), client.as_user()  # nginx's own way: in turn
    token = ann.headers["authorization"].partition(" ")[2]

    socket = SocketClient(url, "/notes", token, transports=("websocket",))

    assert socket.call("count")["value"] == 1
    socket.close()
    with pytest.raises((ConnectRefused, AssertionError)):
        SocketClient(url, "/notes", token, transports=("polling",)).close()
