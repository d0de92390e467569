"""Many hands on one tree."""

from __future__ import annotations

import random
import threading
from collections import Counter
from uuid import UUID

import pytest

from kernel.testing import race
from plugins.categories import api
from tests.plugins.categories.test_use import Shelf, shelf  # noqa: F401 - a fixture

pytestmark = pytest.mark.plugins("categories")

_BROKEN = """
SELECT c.name FROM categories_category AS c LEFT JOIN categories_category AS p ON p.id = c.parent_id
WHERE c.path <> coalesce(p.path, '{}') || c.id OR c.path[1:cardinality(c.path) - 1] @> ARRAY[c.id]
"""
_WAITING = (
    "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
)


def move(admin, category, parent):
    return lambda: admin.post(f"/v1/categories/{category['id']}/move", {"parent_id": parent and parent["id"]})


@pytest.mark.parametrize("round", range(5))
def test_of_two_opposite_moves_one_is_refused(app, admin, grow, round):
    a, b = grow("A"), grow("B")

    outcomes = race(move(admin, a, b), move(admin, b, a))

    assert Counter(answer.status for answer in outcomes) == {200: 1, 409: 1}
    assert app.db.rows(_BROKEN) == []


def test_forty_moves_at_once_leave_a_tree(app, admin, grow):
    nodes = [grow(f"Node {number}") for number in range(12)]
    chance = random.Random(7)
    pairs = [(chance.choice(nodes), chance.choice([*nodes, None])) for _ in range(40)]

    outcomes = race(*[move(admin, node, parent) for node, parent in pairs])

    assert {answer.status for answer in outcomes} <= {200, 409}
    assert app.db.rows(_BROKEN) == []
    assert app.db.rows("SELECT count(*) FROM categories_category") == [(12,)]


def test_of_ten_who_take_one_slug_one_gets_it(admin):
    outcomes = race(*[lambda: admin.post("/v1/categories", {"name": "Lamps"})] * 10)

    assert Counter(answer.status for answer in outcomes) == {201: 1, 409: 9}


def test_ten_who_add_at_once_stand_in_one_order(admin, client, grow):
    race(*[lambda n=n: admin.post("/v1/categories", {"name": f"Lamp {n}"}) for n in range(10)])

    positions = [one["position"] for one in client.get("/v1/categories").json["items"]]

    assert positions == list(range(10))


def test_of_ten_editors_of_one_version_one_writes(admin, grow):
    made = grow("Lamps")
    editor = admin.with_headers(if_match='"1"')

    outcomes = race(
        *[
            lambda n=n: editor.patch(f"/v1/categories/{made['id']}", {"description": str(n)})
            for n in range(10)
        ]
    )

    assert Counter(answer.status for answer in outcomes) == {200: 1, 412: 9}


@pytest.mark.parametrize("change", ["delete", "move"])
def test_a_change_waits_for_whoever_is_about_to_use_the_category(app, admin, grow, shelf, change):  # noqa: F811
    lamps, other = grow("Lamps"), grow("Other")
    lamps_id = UUID(lamps["id"])
    answers = []
    calls = {
        "delete": lambda: admin.delete(f"/v1/categories/{lamps['id']}"),
        "move": move(admin, lamps, other),
    }
    changing = threading.Thread(target=lambda: answers.append(calls[change]()))

    with app.db.atomic():
        path = api.require(lamps_id, lock=True).path
        changing.start()
        while app.db.rows(_WAITING) == [(0,)]:
            assert changing.is_alive(), "the change did not wait"
        shelf.things[lamps_id] = ["a lamp"]
        assert api.path_of(lamps_id) == path
    changing.join()

    assert answers[0].status == (409 if change == "delete" else 200)
