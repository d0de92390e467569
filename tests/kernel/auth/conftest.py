"""Auth on a real PostgreSQL with the kernel's own tables, and a clock to drive."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Barrier, Event, Thread
from typing import Any
from uuid import UUID

import pytest

import kernel
from kernel.auth import Auth, AuthSettings, Change, Roles
from kernel.cache import Limiter
from kernel.cache.limiter import MemoryBuckets
from kernel.clock import TestClock
from kernel.declarations import Permission, Role
from kernel.storage import Database, DatabaseSettings, db_proxy, uuid7
from kernel.storage.listener import Listener
from kernel.testing.postgres import shared_postgres

SECRET = "a secret of this deployment, long enough"
MIGRATIONS = Path(kernel.__file__).parent / "migrations"
TABLES = "kernel_account, kernel_code, kernel_signing_key"
PERMISSIONS = (
    Permission("shops:read", "See shops.", roles=("anonymous",)),
    Permission("shops:open", "Open a shop.", roles=("user",)),
    Permission("shops:edit", "Edit a shop.", roles=("keeper",)),
    Permission("shops:close", "Close any shop.", roles=("inspector",)),
)
ROLES = (Role("keeper", "Keeps a shop.", scoped=True), Role("inspector", "Inspects shops."))

MakeAuth = Callable[..., Auth]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    server = shared_postgres()
    with server.database(server.template([("kernel", MIGRATIONS)])) as url:
        yield url


@pytest.fixture(scope="module")
def clock() -> TestClock:
    return TestClock()


@pytest.fixture(scope="module")
def database(url: str, clock: TestClock) -> Iterator[Database]:
    before, database = db_proxy.obj, Database(DatabaseSettings(url=url, pool_size=40), clock)
    yield database.activate()
    database.close_all()
    db_proxy.initialize(before)


@pytest.fixture
def db(database: Database, clock: TestClock) -> Iterator[Database]:
    database.execute_sql(f"TRUNCATE {TABLES} CASCADE")
    yield database
    clock.__init__()  # every test starts at the machine's time
    database.release()


@pytest.fixture
def make_auth(db: Database, clock: TestClock, url: str) -> Iterator[MakeAuth]:
    """Make an Auth of its own process, as it were: own listener, own caches."""
    listeners: list[Listener] = []

    def make(*, roles: Roles | None = None, listener: Listener | None = None, **options: Any) -> Auth:
        names = {"authenticators", "throttled"}
        wiring = {name: options.pop(name) for name in names & options.keys()}
        heard = listener or Listener(DatabaseSettings(url=url))
        listeners.append(heard)
        auth = Auth(
            AuthSettings(**{"argon2_memory": 64, "argon2_time": 1, **options}),
            db=db,
            clock=clock,
            listener=heard,
            limiter=Limiter(MemoryBuckets(1000), clock),
            secret=SECRET,
            roles=roles or Roles(PERMISSIONS, ROLES),
            **wiring,
        )
        if listener is None:
            heard.start()
            assert heard.wait_connected()
        return auth

    yield make
    for listener in listeners:
        listener.stop()


@pytest.fixture
def auth(make_auth: MakeAuth) -> Auth:
    return make_auth()


@pytest.fixture
def user(auth: Auth) -> UUID:
    user_id = uuid7()
    auth.set_status(user_id, "active")
    return user_id


@pytest.fixture
def secret() -> str:
    return SECRET


@pytest.fixture
def bearer() -> Callable[[str], dict[str, str]]:
    return lambda token: {"authorization": f"Bearer {token}"}


@pytest.fixture
def settle(db: Database) -> Callable[[Auth], None]:
    """Wait until an Auth has heard all that was announced so far."""

    def wait(auth: Auth) -> None:
        marker, heard = Change("grants", uuid7()), Event()
        auth.on_change(lambda change: heard.set() if change == marker else None)
        db.notify("stoa_auth", marker.encoded())
        assert heard.wait(5)

    return wait


@pytest.fixture
def together(db: Database) -> Callable[..., list[Any]]:
    """Run `act` in `count` threads that start at once; return results and exceptions."""

    def run(count: int, act: Callable[[], Any]) -> list[Any]:
        barrier, outcomes = Barrier(count), []

        def one() -> None:
            barrier.wait()
            try:
                outcomes.append(act())
            except Exception as ex:  # noqa: BLE001 - the test looks at it
                outcomes.append(ex)
            finally:
                db.release()

        threads = [Thread(target=one) for _ in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return outcomes

    return run
