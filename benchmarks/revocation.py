"""How soon a session ended in one process is refused by another.

    python3 benchmarks/revocation.py [--rounds 50] [--quick] [--json]

Required: within a second. One process serves over HTTP and knows the caller;
this one ends the session, then asks the other until it says 401.
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
from statistics import median
from uuid import UUID

import click

from benchmarks.harness.figures import Claim, figure, json_option, quick_option, report, scratch
from benchmarks.harness.load import generator
from benchmarks.harness.stand import GREETING, Size, Stand

MOST = 30.0  # seconds until it counts as never


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


@click.command()
@click.option("--rounds", default=50, show_default=True, help="How many sessions.")
@quick_option
@json_option
def main(rounds: int, *, quick: bool, as_text: bool) -> None:
    """Measure revocations between processes; exit 1 when one takes more than a second."""
    from kernel.storage import uuid7  # noqa: PLC0415 - see the top

    rounds = min(rounds, 5) if quick else rounds
    with (
        scratch() as directory,
        Stand(directory, generator("python"), Size(0, 0, 0), ()) as stand,
    ):
        account = uuid7()
        stand.application.auth.set_status(account, "active")
        delays = [delay(stand, account) * 1000 for _ in range(rounds)]
    text = f"a revoked session is refused by another process: slowest of {rounds}"
    found = [
        figure("median", "a revoked session is refused by another process: median", median(delays), "ms"),
        Claim("most", text, max(delays), 1000, False, "ms"),
    ]
    report(found, {"sessions": str(rounds)}, as_text=as_text)


if __name__ == "__main__":
    main()
