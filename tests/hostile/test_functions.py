"""Who gets in where: every route is in a class, and answers outsiders as its class says.

OWASP API5:2023 (function level authorisation) and API9:2023 (inventory), over the
table of docs/security.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest

from kernel.http.endpoint import OPEN, Endpoint, endpoints_of
from kernel.http.routing import path_of
from kernel.storage import uuid7
from kernel.testing.matrix import _plausible as plausible
from kernel.testing.samples import filled_path, parameters, plain_path
from tests.hostile.conftest import DEMO

PLUGINS = DEMO
PAGE: Final = Path(__file__).parents[2] / "docs" / "security.md"
ROW: Final = re.compile(r"^\| (\w+) \| [^|]+ \| (`.+`) \|$", re.MULTILINE)
RULES: Final = [
    (pattern, name)
    for name, patterns in ROW.findall(PAGE.read_text(encoding="utf-8"))
    for pattern in patterns[1:-1].split("` `")
]
FOR_ANYBODY: Final = {"credentials", "secret", "open", "development"}


class Case(NamedTuple):
    """A method of a route, and how it is called in the table."""

    name: str
    method: str
    path: str
    declared: Endpoint


@pytest.fixture(autouse=True)
def sound() -> None:
    """The client in this process fails by itself on any 5xx and whatever else is not declared."""


@pytest.fixture
def cases(app) -> list[Case]:
    return list(_cases(app))


def _cases(app: Any) -> Iterator[Case]:
    for _, route in app.registry.routes:
        path = path_of(route)
        ids = {name: uuid7() for name in parameters(path)}
        for method, declared in endpoints_of(route.resource).items():
            yield Case(
                f"{method.upper()} {plain_path(path)}", method.upper(), filled_path(path, ids), declared
            )


def rule_of(case: Case) -> tuple[str, str]:
    """Return the first pattern that fits, and its class; both empty when none does."""
    return next((each for each in RULES if fits(case.name, each[0])), ("", ""))


def fits(name: str, pattern: str) -> bool:
    """Say whether a pattern of the table stands for a route: `*` for anything, braces for themselves."""
    return fnmatchcase(name, pattern.replace("[", "[[]"))


def asked(client: Any, case: Case) -> Any:
    headers = {"idempotency-key": uuid7().hex} if case.declared.idempotent else {}
    options: dict[str, Any] = {}
    if case.declared.consumes:
        headers["content-type"] = case.declared.consumes[0]
        options["body"] = b"x"
    elif case.declared.body is not None:
        options["json"] = plausible(case.declared.body)
    if case.declared.query is not None:
        options["query"] = {name: str(each) for name, each in plausible(case.declared.query).items()}
    return client.request(case.method, case.path, headers=headers, **options)


def test_every_route_is_in_a_class_and_every_pattern_stands_for_one(cases):
    found = {case.name: rule_of(case) for case in cases}

    assert [name for name, (_, kind) in found.items() if not kind] == [], "put it into docs/security.md"
    assert [each for each in RULES if each not in found.values()] == []


def test_what_anybody_may_call_is_where_the_table_says(cases):
    unlike = [
        case.name
        for case in cases
        if (case.declared.permission in OPEN) is not (rule_of(case)[1] in FOR_ANYBODY)
    ]

    assert unlike == []


def test_nobody_gets_in_without_credentials_but_where_anybody_may(cases, client):
    nobody = client.unchecked()

    let_in = [
        f"{case.name}: {answer.status}"
        for case in cases
        if rule_of(case)[1] not in FOR_ANYBODY and (answer := asked(nobody, case)).status != 401
    ]

    assert let_in == []


def test_an_ordinary_account_does_nothing_that_is_for_operators(cases, client):
    ordinary = client.as_user(mfa=True).unchecked()

    let_in = [
        f"{case.name}: {answer.status} {answer.text[:100]}"
        for case in cases
        if rule_of(case)[1] == "operators" and (answer := asked(ordinary, case)).status not in {403, 404}
    ]

    assert let_in == []


def test_a_bound_key_does_nothing_it_was_not_made_for(app, cases, client):
    owner = client.as_admin()
    _, key = app.auth.api_keys.create(owner.user_id, "robot", permissions=["accounts:search"])
    robot = client.unchecked().with_token(key)

    let_in = [
        f"{case.name}: {answer.status}"
        for case in cases
        if rule_of(case)[1] not in FOR_ANYBODY
        and case.declared.permission != "accounts:search"
        and (answer := asked(robot, case)).status != 403
    ]

    assert let_in == []
