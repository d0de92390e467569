"""The pytest plugin: applications on real databases, clients, a test clock.

A module or a test says which plugins it wants:

    pytestmark = pytest.mark.plugins("loyalty")
    @pytest.mark.settings(loyalty={"rate": 2}, http={"rate_limits": True})

and takes fixtures: `app` (clean for each test), `client`, `clock`, `work` (runs
what waits), `make_app` (one of its own), `server` (a real process), `realtime`
(a real process with sockets on `app`'s database), `redis`.
`PLUGINS` and `SETTINGS` of a module mean the same as the marks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from kernel.application import Application
from kernel.clock import TestClock
from kernel.observability.logs import show_no_locals
from kernel.tasks.worker import run_due
from kernel.testing.applications import Applications, test_settings
from kernel.testing.client import Client
from kernel.testing.postgres import DisposablePostgres, shared_postgres
from kernel.testing.redis import DisposableRedis, disposable_redis
from kernel.testing.server import Server

if TYPE_CHECKING:
    from kernel.testing.realtime import Realtime


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marks; let logged tracebacks be plain: rich draws one with its locals for seconds."""
    show_no_locals()
    config.addinivalue_line("markers", "plugins(*names): the plugins the test's application runs")
    config.addinivalue_line("markers", "settings(**sections): settings of the test's application")


@pytest.fixture(scope="session")
def postgres() -> DisposablePostgres:
    """Return the run's PostgreSQL server; the workers of pytest-xdist share it."""
    return shared_postgres()


@pytest.fixture(scope="session")
def applications(
    postgres: DisposablePostgres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Applications]:
    """Give what makes and keeps the applications of this process."""
    made = Applications(postgres, tmp_path_factory.mktemp("applications"))
    yield made
    made.close()


@pytest.fixture
def wanted_plugins(request: pytest.FixtureRequest) -> tuple[str, ...]:
    """Return the plugins of the nearest `plugins` mark, else of the module's PLUGINS."""
    mark = request.node.get_closest_marker("plugins")
    return tuple(mark.args) if mark else tuple(getattr(request.module, "PLUGINS", ()))


@pytest.fixture
def wanted_settings(request: pytest.FixtureRequest) -> dict[str, dict[str, Any]]:
    """Return the sections of all `settings` marks, the nearest first, over the module's SETTINGS."""
    wanted: dict[str, dict[str, Any]] = {
        name: dict(keys) for name, keys in getattr(request.module, "SETTINGS", {}).items()
    }
    for mark in reversed(list(request.node.iter_markers("settings"))):
        for name, keys in mark.kwargs.items():
            wanted.setdefault(name, {}).update(keys)
    return wanted


@pytest.fixture
def app(
    applications: Applications, wanted_plugins: tuple[str, ...], wanted_settings: dict[str, dict[str, Any]]
) -> Iterator[Application]:
    """Give the started application of the wanted plugins, on clean tables, at the present time."""
    application = applications.shared(wanted_plugins, wanted_settings)
    yield application
    applications.clean(application)


@pytest.fixture
def make_app(applications: Applications) -> Iterator[Callable[..., Application]]:
    """Make applications of their own: `make_app("loyalty", http={"rate_limits": True})`."""
    made: list[Application] = []

    def make(*plugins: str, **sections: dict[str, Any]) -> Application:
        made.append(applications.make(plugins, sections))
        return made[-1]

    yield make
    applications.discard(*made)


@pytest.fixture
def client(app: Application) -> Client:
    """Return what calls the application as nobody; `client.as_user()` signs in."""
    return Client(app)


@pytest.fixture
def work(app: Application) -> Callable[[], int]:
    """Run what is due now, events and tasks and ticks, to the end; return how much that was."""
    return lambda: run_due(app)


@pytest.fixture
def mailbox(client: Client) -> Callable[..., list[dict[str, Any]]]:
    """Return what would have been sent, oldest first: `mailbox("ann@example.com")`."""

    def read(to: str) -> list[dict[str, Any]]:
        messages: list[dict[str, Any]] = (
            client.unchecked().get("/_mailbox.json", query={"to": to}).json["items"]
        )
        return messages

    return read


@pytest.fixture
def server(
    postgres: DisposablePostgres,
    applications: Applications,
    wanted_plugins: tuple[str, ...],
    wanted_settings: dict[str, dict[str, Any]],
    tmp_path: Path,
) -> Iterator[Server]:
    """Run a real `serve` process with the wanted plugins, for races and faults."""
    url = postgres.fresh_database(applications.template(wanted_plugins))
    process = Server(test_settings(wanted_plugins, wanted_settings, tmp_path / "var", url), tmp_path)
    process.start()
    yield process
    process.stop()
    postgres.drop_database(url)


@pytest.fixture
def realtime(
    app: Application,
    applications: Applications,
    wanted_plugins: tuple[str, ...],
    wanted_settings: dict[str, dict[str, Any]],
) -> Iterator[Realtime]:
    """Give a process that serves sockets on the application's database, and connect clients to it.

    The process is kept for the next test of the same application; it runs no worker.
    """
    from kernel.testing.realtime import Realtime  # noqa: PLC0415 - most tests use no sockets

    server = applications.serving(app, wanted_plugins, wanted_settings)
    sockets = Realtime(server, app.clock)
    sockets.advance(timedelta())
    yield sockets
    sockets.close()


@pytest.fixture
def redis() -> Iterator[DisposableRedis]:
    """Run a Redis of the test's own, to kill and restart; skip loudly where there is none."""
    with disposable_redis() as server:
        yield server


@pytest.fixture
def clock(app: Application) -> TestClock:
    """Return the application's clock: `clock.advance(timedelta(days=1))`."""
    assert isinstance(app.clock, TestClock), "turn kernel.test_clock on"
    return app.clock
