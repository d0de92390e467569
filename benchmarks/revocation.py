"""How soon a session ended in one process is refused by another.

    python3 benchmarks/revocation.py [--rounds 50] [--quick] [--json]

Required: within a second, over HTTP and on open sockets. One process serves over
HTTP and knows the caller; this one ends the session, then asks the other until it
says 401. For sockets two processes serve: one answers `DELETE
/v1/auth/sessions/<id>`, and the other closes the session's socket with 4401; what
is measured is the time from that answer to the close frame, 0 where it came first.
"""

# ruff: noqa: E402 - the environment is entered before anything is imported from it

from __future__ import annotations

import os.path
import runpy
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120 - before any import
if __name__ == "__main__":
    sys.path[0] = ROOT
    runpy.run_path(f"{ROOT}/kernel/cli/bootstrap.py")["enter"](ROOT, sys.argv)

import http.client
import time
from concurrent.futures import ThreadPoolExecutor
from statistics import median, quantiles
from typing import TYPE_CHECKING, Final
from uuid import UUID

import click
import websocket

from benchmarks.harness.figures import Claim, figure, json_option, quick_option, report, scratch
from benchmarks.harness.load import generator
from benchmarks.harness.stand import GREETING, Size, Stand

if TYPE_CHECKING:
    from benchmarks.harness.peers import Peer

MOST = 30.0  # seconds until it counts as never
NAMESPACE: Final = "/presence"
_CLOSE = 8  # the opcode of a close frame (RFC 6455 §5.2)
_REVOKED: Final = 4401


class Caller:
    """Asks the serving process again and again on one connection."""

    def __init__(self, port: int, token: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        self._headers = {"Authorization": f"Bearer {token}"}

    def status(self) -> int:
        """Ask; return the status of the answer."""
        self._connection.request("GET", GREETING, headers=self._headers)
        answer = self._connection.getresponse()
        answer.read()
        return answer.status

    def close(self) -> None:
        """End the connection."""
        self._connection.close()


def delay(stand: Stand, account: UUID) -> float:
    """Return the seconds from the end of a session here to its first refusal there."""
    auth = stand.application.auth
    tokens = auth.open_session(account, "benchmark", "127.0.0.1")
    caller = Caller(stand.stoa.port, tokens.access_token)
    try:
        for _ in range(2):  # read once, remembered the second time
            if (status := caller.status()) != 200:
                raise SystemExit(f"{GREETING} answered {status} before anything was revoked")
        auth.revoke_session(tokens.session_id)
        began = time.perf_counter()
        while caller.status() == 200:
            if time.perf_counter() - began > MOST:
                raise SystemExit(f"not refused within {MOST:.0f} s")
        return time.perf_counter() - began
    finally:
        caller.close()
        stand.application.db.release()


class Socket:
    """A client's WebSocket in one namespace."""

    def __init__(self, port: int, token: str) -> None:
        url = f"ws://127.0.0.1:{port}/socket.io/?EIO=4&transport=websocket"
        self._wire = websocket.create_connection(url, timeout=MOST)
        self._wire.recv()
        self._wire.send(f'40{NAMESPACE},{{"token":"{token}"}}')
        answer = str(self._wire.recv())
        if not answer.startswith(f"40{NAMESPACE},"):
            raise SystemExit(f"a socket was refused: {answer}")

    def closed(self) -> float:
        """Wait for the close frame; return when it came. Any other code than 4401 ends the program."""
        while True:
            opcode, data = self._wire.recv_data(control_frame=True)
            if opcode == _CLOSE:
                break
        came, code = time.perf_counter(), int.from_bytes(data[:2], "big")
        self._wire.shutdown()  # type: ignore[no-untyped-call]  # the library has types for most of it
        if code != _REVOKED:
            raise SystemExit(f"closed with {code}, not {_REVOKED}")
        return came


def delay_of_socket(stand: Stand, other: Peer, account: UUID, waiting: ThreadPoolExecutor) -> float:
    """Return the seconds from the answer to DELETE at one process to the close code at the other."""
    auth = stand.application.auth
    kept, ended = (auth.open_session(account, "benchmark", "127.0.0.1") for _ in range(2))
    stand.application.db.release()
    closed = waiting.submit(Socket(other.port, ended.access_token).closed)
    connection = http.client.HTTPConnection("127.0.0.1", stand.stoa.port, timeout=10)
    bearer = {"Authorization": f"Bearer {kept.access_token}"}
    connection.request("DELETE", f"/v1/auth/sessions/{ended.session_id}", headers=bearer)
    answer = connection.getresponse()
    answered = time.perf_counter()
    connection.close()
    if answer.status not in {200, 204}:
        raise SystemExit(f"DELETE answered {answer.status}")
    return max(0.0, closed.result(MOST) - answered)


def claims(over: str, key: str, delays: list[float]) -> list[Claim]:
    """Return median, 95th percentile and slowest, in milliseconds; the slowest has the bound."""
    text = f"a revoked session {over} by another process"
    return [
        figure(f"{key}median", f"{text}: median", median(delays), "ms"),
        figure(f"{key}p95", f"{text}: 95 % of {len(delays)}", quantiles(delays, n=20)[-1], "ms"),
        Claim(f"{key}most", f"{text}: slowest of {len(delays)}", max(delays), 1000, False, "ms"),
    ]


@click.command()
@click.option("--rounds", default=50, show_default=True, help="How many sessions.")
@quick_option
@json_option
def main(rounds: int, *, quick: bool, as_text: bool) -> None:
    """Measure revocations between processes; exit 1 when one takes more than a second."""
    from benchmarks.harness.peers import stoa  # noqa: PLC0415 - see the top
    from kernel.storage import uuid7  # noqa: PLC0415

    rounds = min(rounds, 5) if quick else rounds
    with (
        scratch() as directory,
        Stand(directory, generator("python"), Size(0, 0, 0), ("presence",)) as stand,
        ThreadPoolExecutor(1) as waiting,
    ):
        account = uuid7()
        stand.application.auth.set_status(account, "active")
        delays = [delay(stand, account) * 1000 for _ in range(rounds)]
        other = stand.started(stoa(stand.profile("other"), stand.site), "/health/liveness")
        closed = [delay_of_socket(stand, other, account, waiting) * 1000 for _ in range(rounds)]
    found = claims("is refused", "", delays) + claims("is closed on an open socket (4401)", "socket-", closed)
    report(found, {"sessions": str(rounds)}, as_text=as_text)


if __name__ == "__main__":
    main()
