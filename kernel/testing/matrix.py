"""The isolation matrix: every route with an id, times everybody who is not its owner.

The rule is the architecture's: *a foreign id answers exactly like an unknown
id*. So each outsider asks for a sample's id and for an id that does not exist,
and the two answers must have one status and one problem type; neither may be a
success. Nothing has to be known about the route for that.

A route proves nothing when nobody at all gets an answer from it, so the owner
(or an administrator) must then succeed with the same request.

    outsiders: anonymous · a stranger · someone with every scoped role elsewhere
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from marshmallow import Schema
from marshmallow import fields as base

from kernel.application import Application
from kernel.declarations import Route
from kernel.http.endpoint import Endpoint, endpoints_of
from kernel.http.routing import path_of
from kernel.registry import Registry
from kernel.storage import uuid7
from kernel.testing.answers import Answer
from kernel.testing.client import Client
from kernel.testing.samples import Make, Sample, Samples, filled_path, parameters, plain_path

_SUCCESS = range(200, 400)


@dataclass(frozen=True, slots=True)
class Case:
    """One endpoint whose path has an id, and what makes a sample for it."""

    method: str
    route: Route
    endpoint: Endpoint
    make: Make

    def __str__(self) -> str:
        return f"{self.method} {plain_path(path_of(self.route))}"

    @property
    def key(self) -> str:
        """How a sample's bodies and queries name it: `PATCH /notes/{note_id}`."""
        return f"{self.method} {plain_path(self.route.path)}"


def cases(registry: Registry, plugin: str, samples: Samples) -> list[Case]:
    """Return a case for each of a plugin's endpoints with an id.

    Raises AssertionError naming the endpoints that have neither a sample nor a
    reason in UNSCOPED.
    """
    found, lacking = [], []
    for method, route, endpoint in _with_ids(registry, plugin):
        make = samples.of(method, route.path)
        if make is not None:
            found.append(Case(method, route, endpoint, make))
        elif not samples.is_unscoped(method, route.path):
            lacking.append(f"{method} {plain_path(route.path)}")
    assert not lacking, (
        f"{plugin}: give samples.py a @sample, or a reason in UNSCOPED, for {', '.join(lacking)}"
    )
    return found


def _with_ids(registry: Registry, plugin: str) -> Iterator[tuple[str, Route, Endpoint]]:
    for owner, route in registry.routes:
        if owner == plugin and parameters(route.path):
            for method, endpoint in endpoints_of(route.resource).items():
                if endpoint is not None:
                    yield method.upper(), route, endpoint


def leaks(app: Application, case: Case) -> list[str]:
    """Return what is wrong with the endpoint's isolation, one line each; [] is none."""
    sample = case.make(app)
    app.db.release()
    found = [line for name, client in outsiders(app, sample) for line in _leak(case, sample, name, client)]
    return found or _unproven(app, case, sample)


def outsiders(app: Application, sample: Sample) -> Iterator[tuple[str, Client]]:
    """Yield those who may not see a sample, and what they are called in a report."""
    nobody = Client(app, checked=False)
    yield "anonymous", nobody
    yield "a stranger", nobody.as_user(mfa=True)
    yield "someone with every scoped role elsewhere", _elsewhere(app, nobody, sample.scope or "scope:none")


def _elsewhere(app: Application, nobody: Client, scope: str) -> Client:
    """Return a caller who holds, in another scope of the same kind, every role there is."""
    client = nobody.as_user(mfa=True)
    assert client.user_id is not None, "as_user names its account"
    for _, role in app.registry.roles:
        if role.scoped:
            app.auth.grant(client.user_id, role.name, f"{scope.partition(':')[0]}:{uuid7()}")
    app.db.release()
    return client


def _leak(case: Case, sample: Sample, who: str, client: Client) -> Iterator[str]:
    """Yield how an outsider tells the sample's id from an unknown one."""
    reads = case.method == "GET"
    if sample.public and reads:
        return
    foreign = ask(case, sample, sample.ids, client)
    if foreign.status in _SUCCESS:
        yield f"{case}: {who} gets {foreign.status} for another's id"
        return
    unknown = ask(case, sample, {name: _unknown(value) for name, value in sample.ids.items()}, client)
    if not sample.public and (foreign.status, _kind(foreign)) != (unknown.status, _kind(unknown)):
        yield f"{case}: {who} gets {foreign.status} for another's id and {unknown.status} for an unknown one"


def _unproven(app: Application, case: Case, sample: Sample) -> list[str]:
    """Return a line when not even the owner or an administrator can use the endpoint."""
    nobody = Client(app, checked=False)
    answer = ask(case, sample, sample.ids, nobody.as_user(sample.owner, mfa=True))
    if answer.status in (401, 403, 404):
        answer = ask(case, sample, sample.ids, nobody.as_admin())
    if answer.status in _SUCCESS:
        return []
    told = f"{answer.status} {answer.body[:200].decode(errors='replace')}"
    return [
        f"{case}: proves nothing, its owner gets {told}: give the sample what it needs in bodies or queries"
    ]


def ask(case: Case, sample: Sample, ids: Mapping[str, Any], client: Client) -> Answer:
    """Send the case's request about these ids."""
    headers: dict[str, str] = {}
    if case.endpoint.idempotent:
        headers["idempotency-key"] = str(uuid7())
    options: dict[str, Any] = {"headers": headers, "query": _chosen(sample.queries, case) or {}}
    body = _chosen(sample.bodies, case)
    if case.endpoint.consumes:
        headers["content-type"] = case.endpoint.consumes[0]
        options["body"] = body or b"x"
    elif case.endpoint.body is not None:
        options["json"] = _plausible(case.endpoint.body) if body is None else body
    return client.request(case.method, filled_path(path_of(case.route), ids), **options)


def _chosen(given: Mapping[str, Any], case: Case) -> Any:
    return given.get(case.key, given.get(case.method))


def _kind(answer: Answer) -> str:
    return answer.problem if answer.body and "problem" in answer.headers.get("content-type", "") else ""


def _unknown(value: Any) -> Any:
    """Return an id of the same kind that nothing bears."""
    if isinstance(value, UUID):
        return uuid7()
    return 2**31 - 1 if isinstance(value, int) else f"unknown-{uuid7().hex}"


_PLAUSIBLE: tuple[tuple[type[base.Field[Any]], Callable[[], Any]], ...] = (
    (base.UUID, lambda: str(uuid7())),
    (base.Email, lambda: "someone@example.com"),
    (base.Url, lambda: "https://example.com/"),
    (base.AwareDateTime, lambda: "2030-01-01T00:00:00Z"),
    (base.Date, lambda: "2030-01-01"),
    (base.Boolean, lambda: True),
    (base.Integer, lambda: 1),
    (base.Float, lambda: 1.5),
    (base.List, list),
    (base.Dict, dict),
    (base.String, lambda: "sample"),
)


def _plausible(schema: type[Schema] | Schema) -> dict[str, Any]:
    """Return a body with the schema's required fields, for endpoints that ask for little."""
    made = schema() if isinstance(schema, type) else schema
    body: dict[str, Any] = {}
    for name, declared in made.load_fields.items():
        if declared.required:
            body[declared.data_key or name] = next(
                (make() for kind, make in _PLAUSIBLE if isinstance(declared, kind)), {}
            )
    return body
