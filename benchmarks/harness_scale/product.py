"""A product with its data: a database, what is asked of it, and the server that answers."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from benchmarks.harness.peers import Peer
from benchmarks.harness_scale.dataset import CALLERS, Scale, load
from benchmarks.harness_scale.questions import Caller, Question, questions, routes
from kernel.testing.samples import plain_path

if TYPE_CHECKING:
    from kernel.application import Application
    from kernel.testing.client import Client

PLUGIN: Final = "scale"
STEP: Final = 100
"""Rows of a page while walking down."""

DEEP: Final = "cursor=…"
"""What is asked of a page far down."""

Moved = Callable[[int, int], None]


class QuestionError(Exception):
    """A question was answered with neither its answer nor a refusal."""


@dataclass(frozen=True, slots=True)
class Probe:
    """A question as it was answered once: to be timed.

    `statements` with an empty cache and with a filled one; `rows` of the page,
    None where the answer is no page.
    """

    question: Question
    token: str
    statements: tuple[int, int]
    rows: int | None

    def of_rows(self, rows: int | None) -> Probe:
        """Return it asking for no more rows than these, one at least."""
        if rows is None or self.rows is None or rows >= self.rows:
            return self
        return replace(self, question=self.question.of_rows(rows), rows=rows)


def installed(site: Path) -> Path:
    """Write the metadata by which Stoa finds the benchmark's plugin; return `site`."""
    info = site / "stoa_scale-1.0.dist-info"
    info.mkdir(parents=True, exist_ok=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: stoa-scale\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        f"[stoa.plugins]\n{PLUGIN} = benchmarks.harness_scale.plugin.plugin\n"
    )
    return site


class Product:
    """CondoMarket at one size."""

    def __init__(self, directory: Path, scale: Scale, url: str, site: Path) -> None:
        self.scale, self._site = scale, site
        self.file = directory / f"{scale.name}.toml"
        self._loaded = directory / f"{scale.name}.loaded"
        self._write(directory, url)

    def _write(self, directory: Path, url: str) -> None:
        """Write the profile: CondoMarket as it is shipped, with nothing that would refuse a busy client."""
        from kernel.profile import read_profile  # noqa: PLC0415

        sections: dict[str, dict[str, Any]] = {
            "kernel": {"var_dir": str(directory / f"var_{self.scale.name}"), "secret_key": "k" * 32},
            "database": {"url": url},
            "auth": {"access_ttl": 7200},
            "http": {"rate_limits": False},
        }
        plugins = [*read_profile("condomarket", {}).plugins, PLUGIN]
        lines = ['extends = "condomarket"', f"plugins = {json.dumps(plugins)}"]
        for section, keys in sections.items():
            lines += [f"[{section}]", *(f"{key} = {json.dumps(value)}" for key, value in keys.items())]
        self.file.write_text("\n".join(lines) + "\n")

    def server(self) -> Peer:
        """Return the server, without its worker: nothing but questions moves the data."""
        serve = [sys.executable, "-m", "kernel.cli", "serve", "--profile", str(self.file), "--no-worker"]
        return Peer([*serve, "--port"], self.file.with_suffix(".log"), self._site)

    def probes(self, depth: int, known: Sequence[Probe], moved: Moved) -> list[Probe]:
        """Load the data unless they are there, ask everything once, and return what was answered 200.

        `depth` is how many pages of 100 are walked down. A page that another size is
        `known` to fill in part only is asked for so many rows. Raises QuestionError for
        another answer, and for a route that answers nobody.
        """
        from kernel.application import boot  # noqa: PLC0415 - whatever asks for help stays quick

        quiet = {"observability": {"access_log": False, "log_level": "error"}}
        application = boot(self.file, overrides=quiet, migrate=True)
        application.start()
        try:
            if not self._loaded.exists():
                load(application, self.scale, moved)
                self._loaded.touch()
            rows = {probe.question.key: probe.rows for probe in known}
            found = list(_asked(application, depth, rows, moved))
            if missing := _unanswered(application, found):
                raise QuestionError(f"no caller gets an answer from {', '.join(missing)}: mend values.py")
            return found
        finally:
            application.stop()


def _asked(
    application: Application, depth: int, rows: Mapping[Any, int | None], moved: Moved
) -> Iterator[Probe]:
    """Yield a probe of each question that is answered, and of its page at depth."""
    from kernel.testing.client import Client  # noqa: PLC0415

    everything = [
        (caller, each) for caller in callers(application) for each in questions(application, caller)
    ]
    application.db.release()
    for done, (caller, question) in enumerate(everything):
        client = Client(application, checked=False).with_token(caller.token)
        asked = question.of_rows(rows.get(question.key))
        if (probe := _answered(client, asked, caller)) is not None:
            yield probe
            if asked.pages and asked.deepens:
                yield from _deep(client, asked, caller, depth)
        moved(done + 1, len(everything))


def callers(application: Application) -> list[Caller]:
    """Sign the callers in; the last one administers the platform."""
    rows = application.db.rows("SELECT seed.person(n) FROM generate_series(0, 2) AS n ORDER BY n")
    ids = [person for (person,) in rows]
    application.auth.grant(ids[-1], "admin")
    tokens = [application.auth.open_session(each, "benchmark", "127.0.0.1", mfa=True) for each in ids]
    return [Caller(n, ids[n], tokens[n].access_token) for n in range(len(CALLERS))]


def statements(client: Client, question: Question, *, kept: bool = False) -> int:
    """Return how many statements an answer takes, with an empty cache unless what is `kept` may be used.

    The least of three: now and then a request reads its caller's rights anew.
    """
    from kernel.storage import count_statements  # noqa: PLC0415

    counts = []
    for _ in range(3):
        if not kept:
            client.app.cache.clear()
        with count_statements() as counted:
            client.get(question.target)
        counts.append(counted.count)
    return min(counts)


def _answered(client: Client, question: Question, caller: Caller) -> Probe | None:
    """Ask; return the probe, None for what the caller may not ask or has none of."""
    answer = client.get(question.target)  # the first one warms what a server has long had
    if answer.status in {403, 404}:
        return None
    if answer.status != 200:
        raise QuestionError(f"{caller}: {question.target}: {answer.status} {answer.text[:500]}")
    counts = statements(client, question), statements(client, question, kept=True)
    rows = len(answer.json["items"]) if question.pages else None
    return Probe(question, caller.token, counts, rows)


def _deep(client: Client, question: Question, caller: Caller, depth: int) -> Iterator[Probe]:
    """Walk down and yield the probe of the last page that is full, if there is one beyond the first."""
    walked = question.of_rows(STEP)
    cursors = list(_cursors(client, walked.target, depth))[-2:]
    for cursor in reversed(cursors):
        target = f"{question.target}&cursor={quote(cursor)}"
        asked = f"{question.asked}{'&' if question.asked else ''}{DEEP}"
        probe = _answered(client, replace(question, target=target, asked=asked), caller)
        if probe is not None and probe.rows == question.rows:
            yield probe
            return


def _cursors(client: Client, target: str, depth: int) -> Iterator[str]:
    """Yield the cursors of a list, page after page."""
    cursor = ""
    for _ in range(depth):
        page: Mapping[str, Any] = client.get(f"{target}{cursor}").json
        if page["next"] is None:
            return
        yield page["next"]
        cursor = f"&cursor={quote(page['next'])}"


def _unanswered(application: Application, probes: Sequence[Probe]) -> list[str]:
    """Return the routes that nobody got an answer from."""
    got = {probe.question.path for probe in probes}
    return sorted({plain_path(route.path) for route, _ in routes(application)} - got)
