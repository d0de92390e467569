"""Read a list to its depth, and count what reading it costs."""

from __future__ import annotations

import http.client
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from benchmarks.harness.load import LoadError
from benchmarks.harness.peers import Peer
from kernel.cli.output import progress

if TYPE_CHECKING:
    from kernel.application import Application

STEP = 100  # the largest page


def cursor_at(peer: Peer, depth: int) -> str:
    """Walk down the list as a client does; return the cursor after `depth` listings."""
    connection = http.client.HTTPConnection("127.0.0.1", peer.port, timeout=30)
    cursor = ""
    try:
        with progress(f"walking {depth:,} listings") as moved:
            for done in range(0, depth, STEP):
                cursor = _next(connection, cursor)
                moved(done + STEP, depth)
    finally:
        connection.close()
    return quote(cursor)


def _next(connection: http.client.HTTPConnection, cursor: str) -> str:
    after = f"&cursor={quote(cursor)}" if cursor else ""
    connection.request("GET", f"/v1/listings?limit={STEP}{after}")
    answer = connection.getresponse()
    page: dict[str, Any] = json.loads(answer.read())
    if answer.status != http.client.OK or page["next"] is None:
        raise LoadError(f"the list ends early: {answer.status} {page.get('title', 'no next page')}")
    return str(page["next"])


def statements(application: Application, path: str, rows: int) -> list[int]:
    """Read all pages of a list in this process; return the statements of each."""
    from kernel.storage import count_statements  # noqa: PLC0415 - the application is booted by now
    from kernel.testing.client import Client  # noqa: PLC0415

    client, counts, seen, cursor = Client(application), [], 0, ""
    while True:
        with count_statements() as counted:
            page = client.get(path + cursor).json
        counts.append(counted.count)
        seen += len(page["items"])
        if page["next"] is None:
            break
        cursor = f"&cursor={quote(page['next'])}"
    if seen != rows:
        raise LoadError(f"{path}: {seen} rows, not {rows}")
    return counts
