"""schemathesis asks every operation of the demo profile, at a real server, what its description allows.

Values come from the OpenAPI document: sound ones, and unsound ones; ids are of
objects that exist as often as not. Nothing answers 5xx, nothing answers what it
does not declare, and every error is a problem document.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import schemathesis
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from kernel.http.routing import path_of
from kernel.profile import read_profile
from kernel.testing import Client, Sample, Server
from kernel.testing.applications import Applications, test_settings
from kernel.testing.postgres import DisposablePostgres
from kernel.testing.samples import plain_path, samples_beside

DEMO = tuple(read_profile("demo", {}).plugins)
TESTS = Path(__file__).parents[1]
EXAMPLES = {GenerationMode.POSITIVE: 10, GenerationMode.NEGATIVE: 5}  # an operation and a caller
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
BY_EXAMPLE = hypothesis.settings(
    derandomize=True,
    database=None,
    deadline=None,
    phases=[hypothesis.Phase.generate],
    suppress_health_check=list(hypothesis.HealthCheck),
)


class Site:
    """A server, an application on the same database that makes objects for it, and its description."""

    def __init__(self, server: Server, app: Any) -> None:
        self.server, self.app = server, app
        self.document = schemathesis.openapi.from_dict(server.get("/openapi.json").json)
        self._samples = {
            plugin.name: samples_beside(
                TESTS / plugin.manifest.package.replace(".", "/") / "test_contract.py"
            )
            for plugin in app.registry.plugins
        }
        self._routes = {plain_path(path_of(route)): (owner, route) for owner, route in app.registry.routes}

    def operations(self) -> Iterator[Any]:
        """Yield every operation of the document."""
        for found in self.document.get_all_operations():
            yield found.ok()

    def sample(self, operation: Any) -> Sample | None:
        """Make an object for the operation to meet, where its plugin's tests know how."""
        if operation.path not in self._routes:
            return None
        owner, route = self._routes[operation.path]
        make = self._samples[owner].of(operation.method.upper(), route.path)
        made = make(self.app) if make else None
        self.app.db.release()
        return made

    def headers(self, caller: str, sample: Sample | None) -> dict[str, str]:
        """Return the credentials of a caller of this kind, an account of its own."""
        client = Client(self.app)
        match caller:
            case "an administrator":
                return client.as_admin().headers
            case "the owner":
                return client.as_user(sample.owner if sample else None, mfa=True).headers
            case "nobody":
                return {}
        raise AssertionError(caller)


@pytest.fixture(scope="module")
def site(
    postgres: DisposablePostgres, applications: Applications, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    directory = tmp_path_factory.mktemp("openapi")
    url = postgres.fresh_database(applications.template(DEMO))
    storage = {"storage": {"directory": str(directory / "blobs")}}
    server = Server(test_settings(DEMO, {**storage}, directory / "var", url), directory).start()
    app = applications.make(DEMO, {"database": {"url": url}, **storage})
    yield Site(server, app)
    server.stop()
    applications.discard(app)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("caller", "mode"),
    [
        ("an administrator", GenerationMode.POSITIVE),
        ("the owner", GenerationMode.POSITIVE),
        ("the owner", GenerationMode.NEGATIVE),
        ("nobody", GenerationMode.POSITIVE),  # unsound data of nobody's is refused before it is looked at
    ],
)
def test_every_operation_does_what_it_describes(site: Site, caller: str, mode: GenerationMode) -> None:
    found = [line for operation in site.operations() for line in _faults(site, operation, caller, mode)]

    assert found == [], "\n\n".join(found)


def _faults(site: Site, operation: Any, caller: str, mode: GenerationMode) -> list[str]:
    """Return the first way in which an operation breaks its word, if any."""
    sample = site.sample(operation)
    headers, ids = site.headers(caller, sample), dict(sample.ids) if sample else {}

    @hypothesis.settings(BY_EXAMPLE, max_examples=EXAMPLES[mode])
    @hypothesis.seed(20260101)
    @hypothesis.given(case=operation.as_strategy(generation_mode=mode), existing=st.booleans())
    def ask(case: Any, existing: bool) -> None:
        if existing:
            case.path_parameters = {**(case.path_parameters or {}), **{k: str(v) for k, v in ids.items()}}
        answer = case.call(base_url=site.server.url, headers=headers)
        case.validate_response(answer, checks=CHECKS)
        if answer.status_code >= 400 and case.method != "HEAD":
            _check_problem(answer)

    try:
        ask()
    except hypothesis.errors.Unsatisfiable:
        return []  # it takes nothing that could be unsound
    except (Exception, BaseExceptionGroup) as ex:  # noqa: BLE001 - whatever the checks found
        return [f"{operation.method.upper()} {operation.path}: {_told(ex)}"]
    return []


def _check_problem(answer: Any) -> None:
    assert answer.headers["content-type"] == ["application/problem+json"], answer.headers
    problem = answer.json()
    assert problem["status"] == answer.status_code
    assert problem["type"].startswith("/problems/")
    assert problem["request_id"]


def _told(ex: BaseException) -> str:
    """Return what an exception, or all of a group, says."""
    if isinstance(ex, BaseExceptionGroup):
        return "\n".join(_told(each) for each in ex.exceptions)
    return f"{type(ex).__name__}: {ex}"
