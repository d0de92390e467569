"""Is it alive, may it get traffic, what is wrong: the checks behind `/health`.

* **liveness** — the process answers. Nothing else: restarting it would not mend
  a database.
* **readiness** — what every request needs works: the database, and memory is
  within its limit; and the process is not stopping.
* **health** — all of it: also Redis, the queues, plugins that were dropped, and
  what plugins report by the `health` hook. Without these the service goes on,
  degraded.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import structlog

from kernel.declarations import HealthCheck

if TYPE_CHECKING:
    from kernel.application import Application
    from kernel.observability.settings import ObservabilitySettings
    from kernel.redis import RedisLink

log = structlog.get_logger()

Check = Callable[[], HealthCheck | Sequence[HealthCheck]]
Running = dict[str, Future[HealthCheck | Sequence[HealthCheck]]]

_KEPT = 1.0  # seconds an answer is kept: probing must not become the load
_LATE = 300.0  # seconds a due task or event may wait before the queue reads as stuck
_NO_LIMIT = 2**60


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of all checks."""

    checks: tuple[HealthCheck, ...]
    essential: frozenset[str]
    dropped: tuple[tuple[str, str], ...] = ()
    taken_at: float = field(default_factory=time.monotonic)

    @property
    def ready(self) -> bool:
        """Whether requests can be answered."""
        return all(check.ok for check in self.checks if check.name in self.essential)

    @property
    def status(self) -> str:
        """`ok`, `degraded` (works, but not all of it) or `failing`."""
        if not self.ready:
            return "failing"
        return "ok" if all(check.ok for check in self.checks) and not self.dropped else "degraded"


class Health:
    """Runs checks side by side, each for a bounded time."""

    def __init__(self, application: Application, link: RedisLink | None = None) -> None:
        self._application, self._link = application, link
        self._settings: ObservabilitySettings = application.settings.observability
        self._essential: dict[str, Check] = {"database": self._database, "memory": self._memory}
        self._others: dict[str, Check] = {"tasks": self._tasks, "events": self._events}
        if link is not None:
            self._others["redis"] = self._redis
        self._kept: dict[bool, Report] = {}
        self._stuck: dict[bool, Running] = {True: {}, False: {}}
        self._locks = {True: Lock(), False: Lock()}
        self.stopping = False
        """Set when the process begins to stop: it is not ready any more."""

    def readiness(self) -> Report:
        """Run the essential checks, or return what they said within the last second."""
        return self._report(essential_only=True)

    def report(self) -> Report:
        """Run all checks, the plugins' too, or return what they said within the last second."""
        return self._report(essential_only=False)

    def _report(self, *, essential_only: bool) -> Report:
        with self._locks[essential_only]:
            kept = self._kept.get(essential_only)
            if kept is None or time.monotonic() - kept.taken_at > _KEPT or self.stopping:
                kept = self._kept[essential_only] = self._taken(essential_only=essential_only)
            return kept

    def _taken(self, *, essential_only: bool) -> Report:
        checks = dict(self._essential)
        if not essential_only:
            checks |= self._others
            checks |= {
                name: self._hook(hook) for name, hook in self._application.hooks.implementations("health")
            }
        release, stuck = self._application.db.release, self._stuck[essential_only]
        found = run_checks(checks, self._settings.health_timeout, release, stuck)
        essential = set(self._essential)
        if self.stopping:
            found.append(HealthCheck("process", ok=False, detail="stopping"))
            essential.add("process")
        out = () if essential_only else self._application.registry.dropped
        dropped = tuple((one.name, str(one.error)) for one in out)
        return Report(tuple(found), frozenset(essential), dropped)

    def _hook(self, hook: Callable[..., Any]) -> Check:
        return lambda: hook(app=self._application)

    def _database(self) -> HealthCheck:
        started = time.perf_counter()
        self._application.db.rows("SELECT 1")
        return HealthCheck("database", ok=True, data={"ms": _since(started)})

    def _redis(self) -> HealthCheck:
        if self._link is None:
            raise AssertionError("there is a check only where there is a link")
        return HealthCheck("redis", ok=True, data={"ms": round(self._link.ping() * 1000, 1)})

    def _memory(self) -> HealthCheck:
        used, limit = resident_bytes(), self._settings.memory_limit or container_limit()
        data = {"bytes": used} | ({"limit": limit} if limit else {})
        return HealthCheck("memory", ok=not limit or used < limit, data=data)

    def _tasks(self) -> HealthCheck:
        lag = self._application.tasks.lag()
        detail = "" if lag < _LATE else "is a worker running?"
        return HealthCheck("tasks", ok=lag < _LATE, detail=detail, data={"lag_seconds": round(lag, 1)})

    def _events(self) -> HealthCheck:
        lag = max(self._application.bus.operations.lag().values(), default=0.0)
        detail = "" if lag < _LATE else "is a worker running?"
        return HealthCheck("events", ok=lag < _LATE, detail=detail, data={"lag_seconds": round(lag, 1)})


def run_checks(
    checks: dict[str, Check], timeout: float, release: Callable[[], None], stuck: Running | None = None
) -> list[HealthCheck]:
    """Run checks side by side; one that raises or takes longer than `timeout` seconds reads as not ok.

    What has not ended by then is left in `stuck` and, given it the next time, is
    not begun again: each probe would leave one more thread behind.
    """
    stuck = {} if stuck is None else stuck
    pool = ThreadPoolExecutor(max_workers=max(1, len(checks)), thread_name_prefix="health")
    running = {
        name: stuck[name] if name in stuck else pool.submit(_released, check, release)
        for name, check in checks.items()
    }
    wait(running.values(), timeout)
    pool.shutdown(wait=False, cancel_futures=True)
    stuck.clear()
    stuck.update({name: future for name, future in running.items() if not future.done()})
    return [result for name, future in running.items() for result in _results(name, future, timeout)]


def _released(check: Check, release: Callable[[], None]) -> HealthCheck | Sequence[HealthCheck]:
    try:
        return check()
    finally:
        release()


def _results(
    name: str, future: Future[HealthCheck | Sequence[HealthCheck]], timeout: float
) -> Iterable[HealthCheck]:
    if not future.done():
        return [HealthCheck(name, ok=False, detail=f"no answer within {timeout:g} s")]
    error = future.exception()
    if error is not None:
        log.warning("health_check_failed", check=name, error=str(error))
        return [HealthCheck(name, ok=False, detail=f"{type(error).__name__}: {error}")]
    result = future.result()
    return [result] if isinstance(result, HealthCheck) else list(result or ())


def _since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 1)


def resident_bytes() -> int:
    """Return the resident memory of this process; 0 where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except (OSError, IndexError, ValueError):
        return 0
    return pages * 4096


def container_limit() -> int:
    """Return the memory limit of the container (cgroup v2, then v1); 0 when there is none."""
    for path in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        try:
            limit = int(Path(path).read_text(encoding="ascii"))
        except (OSError, ValueError):
            continue
        return limit if limit < _NO_LIMIT else 0
    return 0
