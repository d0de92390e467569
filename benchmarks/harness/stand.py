"""The stand all claims are measured on: database, peers, data and callers."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from benchmarks.harness.cores import CLIENT, pinned
from benchmarks.harness.load import Generator, Load
from benchmarks.harness.peers import PLUGIN, ROOT, Peer, bare, installed, profile, stoa
from kernel.discovery import discover
from kernel.storage.embedded import EmbeddedPostgres

if TYPE_CHECKING:
    from kernel.application import Application

PLENTY = 10**9
WARM_UP = 1.0  # seconds of load before a peer's first round
GREETING = "/v1/benchmark/greeting"


@dataclass(frozen=True, slots=True)
class Target:
    """What a round asks one peer for."""

    peer: Peer
    path: str
    headers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Measured:
    """One peer's part of a round; `cpu` is the server's time a request, in microseconds."""

    load: Load
    cpu: float


@dataclass(frozen=True, slots=True)
class Size:
    """How much: listings, rounds of a comparison, seconds of load a peer and round."""

    rows: int
    rounds: int
    seconds: float


def in_tree() -> tuple[str, ...]:
    """Return every plugin of `plugins/`; contrib's adapters need somebody to talk to."""
    return tuple(one.name for one in discover().found.values() if one.directory.parent == ROOT / "plugins")


class Stand:
    """Makes each part when a claim first needs it; ends all of them."""

    def __init__(self, directory: Path, load: Generator, size: Size, plugins: tuple[str, ...]) -> None:
        self.directory, self.load, self.size, self.plugins = directory, load, size, plugins
        self._ends = contextlib.ExitStack()

    def __enter__(self) -> Self:
        self._ends.__enter__()
        self.site = installed(self.directory / "site")
        sys.path.append(str(self.site))
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._ends.__exit__(*exc_info)  # type: ignore[arg-type]
        sys.path.remove(str(self.site))

    # -- the database and what stands in it ----------------------------------

    @cached_property
    def database(self) -> str:
        """The URL of a PostgreSQL on the client's core."""
        with pinned(CLIENT):
            server = self._ends.enter_context(EmbeddedPostgres(self.directory / "postgres"))
        return server.ensure_database("stoa")

    def profile(self, name: str, *, list_cache: int | None = None, **http: Any) -> Path:
        """Write a profile on the stand's database with the benchmarks' plugin."""
        listings = {} if list_cache is None else {"listings": {"list_cache": list_cache}}
        return profile(
            self.directory / f"{name}.toml",
            [*self.plugins, PLUGIN],
            kernel={"var_dir": str(self.directory / "var"), "secret_key": "k" * 32},
            database={"url": self.database},
            auth={"access_ttl": 7200},
            http={"rate_limit": PLENTY, **http},
            **listings,
        )

    @cached_property
    def application(self) -> Application:
        """The application in this process, to seed and to look with; it keeps no page."""
        from kernel.application import boot  # noqa: PLC0415 - claims that need none stay quick
        from kernel.observability.logs import configure  # noqa: PLC0415
        from kernel.observability.settings import ObservabilitySettings  # noqa: PLC0415

        configure(ObservabilitySettings(log_level="error"))
        cache = 0 if "listings" in self.plugins else None
        silent = {"observability": {"access_log": False}}
        application = boot(self.profile("here", list_cache=cache), overrides=silent, migrate=True)
        application.start()
        self._ends.callback(application.stop)
        return application

    @cached_property
    def seeded(self) -> Application:
        """The application in this process, its tables filled."""
        from benchmarks.harness.dataset import seed  # noqa: PLC0415

        seed(self.application, self.size.rows)
        return self.application

    @cached_property
    def bearer(self) -> str:
        """The header of somebody who is signed in."""
        from kernel.storage import uuid7  # noqa: PLC0415

        auth, account = self.application.auth, uuid7()
        auth.set_status(account, "active")
        tokens = auth.open_session(account, "benchmark", "127.0.0.1")
        self.application.db.release()
        return f"Authorization: Bearer {tokens.access_token}"

    # -- the peers -----------------------------------------------------------

    @cached_property
    def bare(self) -> Peer:
        """Falcon alone."""
        return self.started(bare(self.directory), "/greeting")

    @cached_property
    def stoa(self) -> Peer:
        """Stoa whole: every plugin, limits counted (none is reached), every request logged."""
        assert self.application  # it migrates
        return self.started(stoa(self.profile("stoa"), self.site), "/health/liveness")

    @cached_property
    def uncached(self) -> Peer:
        """Stoa whole, with every page of the list read from PostgreSQL."""
        assert self.seeded
        return self.started(stoa(self.profile("uncached", list_cache=0), self.site), "/health/liveness")

    def started(self, peer: Peer, path: str) -> Peer:
        """Start a peer that ends with the stand."""
        self._ends.callback(peer.stop)
        peer.start(path)
        return peer

    # -- rounds --------------------------------------------------------------

    def compare(self, targets: Mapping[str, Target]) -> list[dict[str, Measured]]:
        """Measure the targets in turn, round after round."""
        for target in targets.values():
            self.load.run(target.peer.url + target.path, WARM_UP, target.headers)
        return [{name: self._measure(one) for name, one in targets.items()} for _ in range(self.size.rounds)]

    def _measure(self, target: Target) -> Measured:
        before = target.peer.cpu()
        load = self.load.run(target.peer.url + target.path, self.size.seconds, target.headers)
        return Measured(load, (target.peer.cpu() - before) / load.requests * 1e6)


def ratios(rounds: Sequence[Mapping[str, Measured]], subject: str, yardstick: str) -> list[float]:
    """Return the subject's rate as a part of the yardstick's, round by round."""
    return [one[subject].load.rate / one[yardstick].load.rate for one in rounds]
