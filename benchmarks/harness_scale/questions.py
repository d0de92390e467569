"""The questions: every GET route that answers JSON or a table, by each caller, plainly and with each filter.

They are taken from the application's routes, so a new one is asked without being
named. What belongs to a route's answer in full grows with what it is asked for:
those are EXEMPT, with the reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from benchmarks.harness_scale.dataset import CALLERS
from benchmarks.harness_scale.values import path_value, query_values
from kernel.http.endpoint import Binary, Endpoint, endpoints_of
from kernel.http.page import PageOf
from kernel.http.routing import path_of
from kernel.testing.samples import filled_path, parameters, plain_path

if TYPE_CHECKING:
    from kernel.application import Application
    from kernel.declarations import Route

EXEMPT: Final[Mapping[str, str]] = {
    "/users/me/export": "all that is stored about a person, in one answer",
    "/_mailbox.json": "the development mailbox, which production does not have",
}
"""Routes not asked, and why."""

PAGE: Final = 20
DEPTHS: Final = ("sort", "as", "role")
"""Filters that change which index is walked: their lists are also read at depth."""


@dataclass(frozen=True, slots=True)
class Question:
    """One request by one caller; `path` is plain, `query` what is asked, `target` the filled path."""

    path: str
    asked: str
    caller: int
    target: str
    pages: bool
    deepens: bool
    rows: int = PAGE

    @property
    def key(self) -> tuple[str, str, int]:
        """What is the same in data sets of any size."""
        return self.path, self.asked, self.caller

    def of_rows(self, rows: int | None) -> Question:
        """Return it with pages of so many rows, one at least; None: as it is."""
        if rows is None or not self.pages:
            return self
        rows = max(1, rows)
        target = self.target.replace(f"limit={self.rows}", f"limit={rows}")
        return replace(self, target=target, rows=rows)

    def __str__(self) -> str:
        """Name it in a report."""
        return f"{self.path}{'?' if self.asked else ''}{self.asked}"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks."""

    number: int
    id: Any
    token: str

    def __str__(self) -> str:
        """Say which part they play."""
        return CALLERS[self.number]


def routes(app: Application) -> Iterator[tuple[Route, Endpoint]]:
    """Yield the routes that are asked: GET, answering JSON or a table."""
    for _, route in app.registry.routes:
        declared = endpoints_of(route.resource).get("get")
        if declared is None or plain_path(route.path) in EXEMPT:
            continue
        if not isinstance(declared.response, Binary) or "text/csv" in declared.response.media_types:
            yield route, declared


def questions(app: Application, caller: Caller) -> list[Question]:
    """Return what a caller asks; raise UnfilledError for a parameter without a value."""
    return [each for route, declared in routes(app) for each in _of(app, caller, route, declared)]


def _of(app: Application, caller: Caller, route: Route, declared: Endpoint) -> Iterator[Question]:
    plain, ids = plain_path(route.path), {"me": caller.id}
    for name in parameters(route.path):
        ids[name] = path_value(app, plain, name, ids)
    if None in ids.values():
        return
    path, pages = filled_path(path_of(route), ids), isinstance(declared.response, PageOf)
    always, filters = _filters(app, caller, plain, declared)
    for number, (name, value) in enumerate((("", ""), *filters)):
        query = {**always, **({name: value} if name else {}), **({"limit": str(PAGE)} if pages else {})}
        target = path + (f"?{urlencode(query)}" if query else "")
        deepens = not name or name in DEPTHS
        yield Question(plain, _named(name, value, number), caller.number, target, pages, deepens)


def _named(name: str, value: str, number: int) -> str:
    """Return a filter as it is called at every size: an id differs, so it is called by its number."""
    same = len(value) <= 30 and not value.startswith(("building:", "ZST-"))
    return f"{name}={value if same else f'({number})'}" if name else ""


def _filters(
    app: Application, caller: Caller, plain: str, declared: Endpoint
) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """Return what must be asked, and one filter at a time."""
    always: dict[str, str] = {}
    filters: list[tuple[str, str]] = []
    fields = declared.query().fields if declared.query is not None else {}
    for name, field in fields.items():
        found = query_values(app, plain, name, field, caller.id)
        wire = field.data_key or name
        if field.required:
            always[wire] = found[0]
            found = found[1:]
        filters += [(wire, value) for value in found]
    return always, filters
