"""What a stage says of the promises, and which part was the first at its limit."""

from __future__ import annotations

from benchmarks.harness.figures import Claim, figure
from benchmarks.harness_load.histogram import percentile
from benchmarks.harness_load.parts import ONE, cores, slope
from benchmarks.harness_load.stage import Stage
from benchmarks.harness_load.stand import POOL

API, SOCKET, HITS = 200.0, 100.0, 80.0  # milliseconds, milliseconds, of a hundred
FLAT = 1.0  # percent a minute a server process may grow after its first minute
SETTLED = 1.0  # minutes after which memory is looked at
_ERRORS = "requests failed, sockets lost, deliveries missed or doubled"
FULL = 0.95  # of the machine's cores


def broken(stage: Stage) -> list[str]:
    """Return the bounds a stage breaks, with what it had."""
    found = []
    if stage.p(95) > API:
        found.append(f"API p95 {stage.p(95):.0f} ms")
    if (delivery := percentile(stage.messages, 95)) > SOCKET:
        found.append(f"socket p95 {delivery:.0f} ms")
    if stage.errors:
        found.append(f"{stage.errors} errors")
    return found


def first_limit(stage: Stage) -> str:
    """Name what was at its limit in a stage that broke: what asks, a process, the pool, or all cores."""
    late, name = percentile(stage.late, 95), max(stage.shares, key=lambda each: stage.shares[each])
    share, total = stage.shares[name], sum(stage.shares.values()) + stage.others
    listeners = [stage.shares[each] for each in stage.shares if each.startswith("sockets")]
    if max(*listeners, stage.shares["requests"]) > ONE:
        return f"the load's own programs: a process of theirs took {100 * share:.0f} % of a core"
    if share > ONE and name != "PostgreSQL":
        return f"{name}: its one thread took {100 * share:.0f} % of a core"
    if stage.pool >= POOL:
        return f"a pool: all {POOL} connections were in use"
    if total > FULL * cores():
        told = ", ".join(f"{part} {100 * each:.0f} %" for part, each in sorted(stage.shares.items()))
        asking = (
            f"what asks and listens took {100 * stage.generator / total:.0f} % of it, and was {late:.0f} ms"
        )
        others = f"processes of others {100 * stage.others:.0f} %"
        return f"the {cores()} cores together ({told}, {others} of one; {asking} late at p95)"
    return f"nothing that is measured was at its limit; {name} took most, {100 * share:.0f} % of a core"


def claims(stage: Stage, *, growth: bool) -> list[Claim]:
    """Return the figures of the stage the promises are about; memory's only of minutes."""
    share = 100 * stage.generator / sum(stage.shares.values())
    return [
        *_times(stage),
        Claim("errors", _ERRORS, stage.errors, 0, False, "", None, _lost(stage)),
        Claim("hits", "hits of kept lists", 100 * stage.cached, HITS, True, "%"),
        figure("cpu", "of the CPU time, by what asks and listens", share, "%", **_percent(stage)),
        figure("late", "p95 of how late the load itself sent a request", percentile(stage.late, 95), "ms"),
        figure("pool", "connections of PostgreSQL", stage.connections, "", **_pool(stage)),
        *(_growth(stage) if growth else []),
    ]


def _times(stage: Stage) -> list[Claim]:
    """Return how long requests, messages and presences took."""
    asked = {"p50": stage.p(50), "p99": stage.p(99), "requests": float(sum(stage.api.values()))}
    asked |= {f"{kind} p95": percentile(bins, 95) for kind, bins in sorted(stage.kinds.items())}
    heard = {f"p{share}": percentile(stage.messages, share) for share in (50, 99)}
    heard["deliveries"] = float(sum(stage.messages.values()))
    watched = {"p95": percentile(stage.presences, 95), "deliveries": float(sum(stage.presences.values()))}
    delivery, presence = percentile(stage.messages, 95), percentile(stage.presences, 50)
    return [
        Claim("api", f"p95 of {stage.rate:g} requests a second", stage.p(95), API, False, "ms", None, asked),
        Claim(
            "socket",
            f"p95 of a message to {stage.users:,} sockets",
            delivery,
            SOCKET,
            False,
            "ms",
            None,
            heard,
        ),
        figure("presence", "median of a presence's, told in a batch a second", presence, "ms", **watched),
    ]


def _pool(stage: Stage) -> dict[str, float]:
    return {"in use of the fullest pool": stage.pool, "times a server told nothing": stage.unanswered}


def _lost(stage: Stage) -> dict[str, float]:
    return {**stage.failures, "sockets lost": stage.lost}


def _percent(stage: Stage) -> dict[str, float]:
    """Return each part's share of one core, in percent."""
    told = {f"{name} % of a core": 100 * share for name, share in stage.shares.items()}
    return {**told, "processes of others": 100 * stage.others}


def _growth(stage: Stage) -> list[Claim]:
    """Return how each part's memory grew after the first minute: a bound for the servers and the worker."""
    found = []
    for name, samples in stage.memory.items():
        settled = [each for each in samples if each[0] >= SETTLED]
        percent = 100 * slope(settled) / max(settled[0][1], 1.0)
        details = {f"minute {at:.0f} MB": held for at, held in samples} | {"MB a minute": slope(settled)}
        bound = FLAT if name.startswith(("server", "worker")) else None
        text = f"growth of {name}'s memory after the first minute"
        found.append(Claim("memory", text, percent, bound, False, "% a minute", None, details))
    return found


def doubled(stage: Stage, bounds: list[str]) -> Claim:
    """Return the line of a stage with more users than were promised."""
    details = {"API p50": stage.p(50), "API p95": stage.p(95), "API p99": stage.p(99)}
    details |= {"socket p95": percentile(stage.messages, 95), "errors": float(stage.errors)}
    details |= {"late p95": percentile(stage.late, 95), **_percent(stage)}
    text = f"bounds broken with {stage.users:,} users and {stage.rate:g} requests a second"
    return figure("doubled", text, float(len(bounds)), "", **details)
