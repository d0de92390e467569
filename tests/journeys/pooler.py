"""PgBouncer in transaction mode before a database, where it is installed."""

from __future__ import annotations

import getpass
import shutil
import socket
import subprocess
import time
from pathlib import Path

from psycopg2.extensions import make_dsn, parse_dsn

from kernel.testing.server import free_port

CONNECTIONS = 4
"""Of the server, for any number of clients."""
_CONFIGURATION = """
[databases]
{name} = {address}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = {connections}
max_client_conn = 500
ignore_startup_parameters = extra_float_digits, options
"""


def pgbouncer_program() -> str | None:
    """Return the path of pgbouncer, None where it is not installed."""
    return shutil.which(
        "pgbouncer", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/bin"
    )


class PgBouncer:
    """One, before one database; `url` leads through it."""

    def __init__(self, program: str, directory: Path, database_url: str) -> None:
        given, self._port = parse_dsn(database_url), free_port()
        name, user = given.pop("dbname"), given["user"]
        self.url = f"postgresql://{user}@127.0.0.1:{self._port}/{name}"
        self.log = directory / "pgbouncer.log"
        file = directory / "pgbouncer.ini"
        file.write_text(
            _CONFIGURATION.format(
                name=name, address=make_dsn(dbname=name, **given), port=self._port, connections=CONNECTIONS
            )
        )
        directory.chmod(0o755)
        # It refuses to be root, and must reach the server's socket.
        as_another = ["-u", Path(given["host"]).owner()] if getpass.getuser() == "root" else []
        self._command = [program, *as_another, str(file)]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> PgBouncer:
        """Start it and wait until it listens."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(self._command, stdout=log, stderr=log)
        deadline = time.monotonic() + 30
        while True:
            try:
                socket.create_connection(("127.0.0.1", self._port), timeout=5).close()
            except OSError:
                assert self._process.poll() is None, self.log.read_text()
                assert time.monotonic() < deadline, self.log.read_text()
                time.sleep(0.02)
            else:
                return self

    def stop(self) -> None:
        """End it."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
