"""The promises, (a) to (f): how each is measured."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from benchmarks.harness.dataset import FEW, MANY, account
from benchmarks.harness.figures import Claim, claim_of
from benchmarks.harness.load import finished, ordered
from benchmarks.harness.peers import Memory, profile, stoa
from benchmarks.harness.people import register
from benchmarks.harness.reading import cursor_at, statements
from benchmarks.harness.stand import GREETING, Measured, Stand, Target, ratios

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

PAGE = "/v1/listings?limit=20"
DEEP = 100_000
PACE = 0.005  # seconds between two requests of the probe
CROWD = 4  # clients that sign in at once
STARTS = 3
REST = 3.0  # seconds a server is left alone before its memory is read
MB = 1_000_000


def _trivial(stand: Stand) -> list[Claim]:
    rounds = stand.compare(
        {"bare": Target(stand.bare, "/greeting"), "stoa": Target(stand.stoa, GREETING, (stand.bearer,))}
    )
    return [_against_bare("a", "trivial endpoint, authenticated", rounds, "stoa", 0.50)]


def _page(stand: Stand) -> list[Claim]:
    """Compare a page of 20 with bare falcon: read each time, and kept."""
    assert stand.seeded
    rounds = stand.compare(
        {
            "bare": Target(stand.bare, "/greeting"),
            "read": Target(stand.uncached, PAGE),
            "kept": Target(stand.stoa, PAGE),
        }
    )
    return [
        _against_bare("b", "page of 20 listings from PostgreSQL", rounds, "read", 0.20),
        _against_bare("b", "page of 20 listings from the cache", rounds, "kept", 0.45),
    ]


def _deep(stand: Stand) -> list[Claim]:
    """Compare the page that is DEEP listings down with the first."""
    assert stand.seeded
    cursor = cursor_at(stand.uncached, DEEP)
    targets = {
        "first": Target(stand.uncached, PAGE),
        "deep": Target(stand.uncached, f"{PAGE}&cursor={cursor}"),
    }
    rounds = stand.compare(targets)
    costs = [1 / ratio for ratio in ratios(rounds, "deep", "first")]
    told = {f"{name}/s": statistics.median(one[name].load.rate for one in rounds) for name in targets}
    return [
        claim_of(
            "c",
            f"time of the page after {DEEP:,} listings",
            costs,
            2,
            least=False,
            peer="the first page",
            **told,
        )
    ]


def _statements(stand: Stand) -> list[Claim]:
    """Count what pages over few rows and over many send to PostgreSQL."""
    few = statements(stand.seeded, f"/v1/listings?seller={account(0)}&limit=10", FEW)
    many = statements(stand.seeded, f"/v1/listings?seller={account(1)}&limit=100", MANY)
    text = f"statements of a page over {MANY:,} rows less those over {FEW}"
    told = {"statements": float(max(many)), "pages": float(len(many))}
    return [claim_of("d", text, [float(max(many) - min(few))], 0, least=False, **told)]


def _sign_in(stand: Stand) -> list[Claim]:
    """Ask at a steady pace, with and without people signing in meanwhile."""
    peer = stand.started(stoa(stand.profile("lenient", rate_limits=False), stand.site), "/health/liveness")
    body = json.dumps({"email": "ann@example.com", "password": "a long enough passphrase"})
    register(peer, {**json.loads(body), "name": "Ann"})
    probe = {
        "url": peer.url + GREETING,
        "headers": [stand.bearer],
        "seconds": max(3.0, stand.size.seconds),
        "interval": PACE,
    }
    crowd = {"url": f"{peer.url}/v1/auth/login", "body": body, "connections": CROWD}
    quiet, busy, logins = [], [], []
    for _ in range(stand.size.rounds):
        quiet.append(finished(ordered(probe)).p99)
        people = ordered({**crowd, "seconds": probe["seconds"]})
        busy.append(finished(ordered(probe)).p99)
        logins.append(finished(people).rate)
    told = {"p99 without": statistics.median(quiet), "sign-ins/s": statistics.median(logins)}
    text = f"p99 of another request while {CROWD} clients sign in without pause"
    return [claim_of("e", text, busy, 20, least=False, unit="ms", **told)]


def _serve(stand: Stand) -> list[Claim]:
    """Start as an operator does, with a PostgreSQL of its own: the first start makes it."""
    starts, held = [], []
    settings = {"var_dir": str(stand.directory / "own")}
    file = profile(stand.directory / "own.toml", stand.plugins, kernel=settings)
    first = _start(file, starts=[], held=[])
    for _ in range(STARTS):
        _start(file, starts, held)
    last = held[-1]
    told = {"very first start": first, "RSS MB": last.rss / MB, "PostgreSQL's PSS MB": last.postgres_pss / MB}
    return [
        claim_of("f", "`serve` with all plugins: first answer", starts, 2.5, least=False, unit="s"),
        claim_of(
            "f",
            "memory at rest (PSS of the tree without PostgreSQL)",
            [one.pss / MB for one in held],
            130,
            least=False,
            unit="MB",
            **told,
        ),
    ]


def _start(file: Path, starts: list[float], held: list[Memory]) -> float:
    peer = stoa(file)
    try:
        starts.append(peer.start("/health/liveness"))
        time.sleep(REST)
        held.append(peer.memory())
    finally:
        peer.stop()
    return starts[-1]


def _against_bare(
    key: str, text: str, rounds: Sequence[Mapping[str, Measured]], subject: str, bound: float
) -> Claim:
    told = {}
    for name in ("bare", subject):
        told[f"{name}/s"] = statistics.median(one[name].load.rate for one in rounds)
        told[f"{name} CPU µs"] = statistics.median(one[name].cpu for one in rounds)
    by_cpu = statistics.median(one["bare"].cpu / one[subject].cpu for one in rounds)
    return claim_of(
        key, text, ratios(rounds, subject, "bare"), bound, least=True, peer="bare falcon",
        own=(told[f"{subject}/s"], "/s"), **told, by_CPU_time=by_cpu,
    )  # fmt: skip


CLAIMS: dict[str, Callable[[Stand], list[Claim]]] = {
    "a": _trivial,
    "b": _page,
    "c": _deep,
    "d": _statements,
    "e": _sign_in,
    "f": _serve,
}
