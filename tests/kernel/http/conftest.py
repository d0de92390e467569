"""An API over real parts: PostgreSQL, the limiter, the cache, a test clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import falcon.testing
import pytest

import kernel.migrations
from kernel.auth.principals import ALL, Principal
from kernel.auth.problems import CredentialsRefused, StepUpRequired
from kernel.cache import make_cache, make_limiter
from kernel.cache.settings import CacheSettings
from kernel.clock import TestClock
from kernel.declarations import Route
from kernel.http.settings import HttpSettings
from kernel.http.stack import Stack
from kernel.http.wsgi import build_wsgi
from kernel.storage import Database, DatabaseSettings
from kernel.testing.postgres import shared_postgres

ANN, BOB = UUID(int=0xA), UUID(int=0xB)


class Tokens:
    """An authenticator whose bearer tokens are the keys of a dict."""

    def __init__(self, clock: TestClock) -> None:
        self.known = {
            "ann": Principal(kind="user", id=ANN, permissions={"shops:edit": frozenset({"shop:1"})}),
            "bob": Principal(kind="user", id=BOB, mfa_at=clock.now()),
            "root": Principal(kind="user", id=UUID(int=0xF), permissions={"shops:edit": ALL}),
        }

    def principal_for(self, headers: Mapping[str, str]) -> Principal:
        given = headers.get("authorization")
        if not given:
            return Principal()
        try:
            return self.known[given.removeprefix("Bearer ")]
        except KeyError as ex:
            raise CredentialsRefused from ex

    def require_step_up(self, principal: Principal) -> None:
        if principal.mfa_at is None:
            raise StepUpRequired


MakeApi = Callable[..., falcon.testing.TestClient]


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
def db(clock: TestClock) -> Iterator[Database]:
    server = shared_postgres()
    template = server.template([("kernel", Path(kernel.migrations.__path__[0]))])
    with server.database(template) as url:
        db = Database(DatabaseSettings(url=url), clock)
        yield db
        db.close_all()


class NoDatabase:
    """For endpoints that never touch one: nothing to release."""

    def release(self) -> None:
        """Do nothing."""


@pytest.fixture
def make_api(clock: TestClock) -> MakeApi:
    def make(
        path: str, resource: object, *others: Route, db: Any = None, **options: Any
    ) -> falcon.testing.TestClient:
        environment, observe = options.pop("environment", "test"), options.pop("observe", None)
        unavailable = options.pop("unavailable", {})
        extra = {"observe": observe} if observe else {}
        stack = Stack(
            settings=HttpSettings(**{"rate_limit": 100_000, **options}),
            secret="secret of the tests",
            clock=clock,
            auth=Tokens(clock),
            limiter=make_limiter(CacheSettings(), clock),
            cache=make_cache(CacheSettings(), clock),
            db=db or NoDatabase(),
            environment=environment,
            unavailable=unavailable,
            **extra,
        )
        return falcon.testing.TestClient(build_wsgi([Route(path, resource), *others], stack))

    return make


def as_user(name: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {name}"}
