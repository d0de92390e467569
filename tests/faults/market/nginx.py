"""The shipped nginx configuration, in front of this run's API processes."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from kernel.testing.server import Server, free_port

SHIPPED = Path(__file__).parents[3] / "deploy" / "nginx"
_MAIN = """
worker_processes 1;
error_log {directory}/error.log warn;
pid {directory}/nginx.pid;
{user}
events {{ worker_connections 4096; }}
http {{
    access_log off;
    client_body_temp_path {directory}/body;
    proxy_temp_path {directory}/proxy;
    fastcgi_temp_path {directory}/fastcgi;
    uwsgi_temp_path {directory}/uwsgi;
    scgi_temp_path {directory}/scgi;
    include {directory}/stoa.conf;
}}
"""


def nginx_program() -> str | None:
    """Return the path of nginx, None where it is not installed."""
    return shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/bin")


class Nginx(Server):
    """What people's clients talk to; knows the API processes by their ports."""

    def __init__(self, program: str, directory: Path, servers: Sequence[Server]) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = directory / "error.log"
        self._process = None
        self._command = [program, "-p", str(directory), "-c", "nginx.conf", "-g", "daemon off;"]
        directory.mkdir()
        user = "user root;" if directory.owner() == "root" else ""
        (directory / "nginx.conf").write_text(_MAIN.format(directory=directory, user=user))
        (directory / "stoa.conf").write_text(self._shipped([one.port for one in servers]))

    def _shipped(self, ports: Sequence[int]) -> str:
        """Return the shipped configuration with this run's addresses in place of its own."""
        [file] = SHIPPED.iterdir()
        text = file.read_text()
        upstream = " ".join(f"server 127.0.0.1:{port};" for port in ports)
        replaced = {"server api:8000;": upstream, "listen 8080;": f"listen 127.0.0.1:{self.port};"}
        for old, new in replaced.items():
            assert old in text, f"{file} has no `{old}` any more"
            text = text.replace(old, new)
        return text

    def start(self, *options: str) -> Nginx:
        """Start it; people ask again until something behind it answers."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen([*self._command, *options], stdout=log, stderr=log)
        return self
