"""What each read of CondoMarket costs in SQL: bounded, and the same for a page of one row and of fifty.

Asked is what `benchmarks/scale.py` asks, taken from the routes, of its data at the
smallest size; so a new list is held to this without being named, and one that
cannot be asked fails here.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from benchmarks.harness_scale.dataset import Scale, load
from benchmarks.harness_scale.product import callers, statements
from benchmarks.harness_scale.questions import Caller, Question, questions, routes
from kernel import Application
from kernel.profile import read_profile
from kernel.storage import count_statements
from kernel.testing import Client
from kernel.testing.applications import Applications
from kernel.testing.samples import plain_path

PROFILE = read_profile("condomarket", {})
LOOKUPS = {
    "/search": "the buildings of hits that belong to one; the first is everybody's",
    "/buildings/{building_id}/members": "the units of members who have one; the first has none",
}
"""Lists of which a longer page runs one statement more for all its rows together, and what that reads."""

ROWS = 3
"""Rows more than which make a page a long one."""

SHORT = {
    "/admin/events": "the data are loaded past the events",
    "/bookings/feeds": "no feeds are drawn",
    "/bookings/resources/{resource_id}/exceptions": "two a resource",
    "/buildings/{building_id}/admins": "the caller and at most two more",
    "/chat/hashtags/{hashtag}": "a hashtag is seldom used twice",
    "/moderation/cases/{case_id}/trail": "three entries a case",
    "/payments/{payment_id}/refunds": "two a payment",
    "/verifications/{request_id}/history": "two changes a request",
    "/verifications/{request_id}/notes": "one note a request",
}
"""Lists of which nobody has more rows here than ROWS, and why."""


@pytest.fixture(scope="module")
def market(applications: Applications) -> Iterator[Application]:
    roles = PROFILE.sections["auth"]["roles"].raw
    app = applications.make(PROFILE.plugins, {"auth": {"roles": roles}})
    load(app, Scale(10), lambda *_: None)
    yield app
    applications.discard(app)


@pytest.fixture(scope="module")
def asked(market: Application) -> list[tuple[Caller, Question, int]]:
    """Return every question that is answered to who asks it, and its statements."""
    everything = [(caller, each) for caller in callers(market) for each in questions(market, caller)]
    market.db.release()
    costs = [(caller, each, *_cost(market, caller, each)) for caller, each in everything]
    return [(caller, each, count) for caller, each, status, count, _ in costs if status == 200]


def _cost(market: Application, caller: Caller, question: Question) -> tuple[int, int, int]:
    """Return the status, the statements when nothing is kept, and the rows of an answer."""
    client = Client(market).with_token(caller.token)
    market.cache.clear()
    with count_statements() as counted:
        answer = client.get(question.target)
    rows = len(answer.json["items"]) if question.pages and answer.status == 200 else 0
    return answer.status, counted.count, rows


def _least(market: Application, caller: Caller, question: Question) -> int:
    """Return the statements of an answer for which nothing was read that had only expired."""
    return statements(Client(market).with_token(caller.token), question)


def test_every_read_of_the_product_is_asked_and_answered(market, asked):
    answered = {question.path for _, question, _ in asked}

    unanswered = {plain_path(route.path) for route, _ in routes(market)} - answered

    assert unanswered == set()


def test_no_read_runs_more_statements_than_it_declares(market, asked):
    declared = {plain_path(route.path): endpoint.statements for route, endpoint in routes(market)}

    over = [
        f"{question} ({caller}): {count} statements, {declared[question.path]} are declared"
        for caller, question, count in asked
        if count > declared[question.path] < _least(market, caller, question)
    ]

    assert over == []


def test_a_page_of_fifty_rows_runs_no_statement_a_row(market, asked):
    grown, looked_up, long = [], set(), set()
    lists = [(caller, one) for caller, one, _ in asked if one.pages and one.deepens]
    for caller, question in lists:
        _, one, _ = _cost(market, caller, question.of_rows(1))
        _, fifty, rows = _cost(market, caller, question.of_rows(50))
        long |= {question.path} if rows > ROWS else set()
        looked_up |= {question.path} if fifty == one + 1 else set()
        allowed = one + (question.path in LOOKUPS)
        if fifty > allowed and _least(market, caller, question.of_rows(50)) > allowed:
            grown.append(f"{question} ({caller}): {one}, {fifty} for {rows}")

    assert grown == []
    assert set(LOOKUPS) <= looked_up, "an exception nothing needs any more"
    assert {question.path for _, question in lists} - long == set(SHORT)
