"""Everybody gets exactly what the table of the API guide says, and the table has every route."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kernel.http.endpoint import endpoints_of
from kernel.http.routing import path_of
from kernel.testing.samples import plain_path

pytestmark = pytest.mark.plugins("buildings")
PAGE = Path(__file__).parents[3] / "docs" / "api" / "buildings.md"
ROLES = ("stranger", "resident", "building admin", "platform admin")
ROW = re.compile(r"\| `(\w+) (\S+)` \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|")
TABLE = [
    (method, path, [int(each) for each in said])
    for method, path, *said in ROW.findall(PAGE.read_text().partition("<!-- roles -->")[2])
]


class Scene:
    """A building with people in every part, a unit, a request and a code; and four callers."""

    def __init__(self, house, person, client):
        self.house, self.person = house, person
        self.other = house.take_in(person("Oda Other"))
        self.second = person("Sol Second")
        house.admin.client.post(f"{house.url}/admins", {"user_id": str(self.second.id)})
        self.unit = house.add("9Z")
        self.request = person("Ravi Request").join(house).json
        self.code = house.invite(uses=2)
        [self.invitation] = house.admin.client.get(f"{house.url}/invitations").json["items"]
        self.banned = person("Bo Banned")
        house.admin.client.post(f"{house.url}/members/{self.banned.id}/ban")
        self.callers = {
            "stranger": person("Sam Stranger").client,
            "resident": house.take_in(person("Ria Resident")).client,
            "building admin": house.admin.client,
            "platform admin": person("Pat Platform", "admin").client,
        }

    def path(self, method, path):
        user = (
            self.second
            if "/admins/" in path
            else self.banned
            if (method, path[-4:]) == ("DELETE", "/ban")
            else self.other
        )
        return path.format(
            building_id=self.house.id,
            user_id=user.id,
            unit_id=self.unit["id"],
            request_id=self.request["id"],
            invitation_id=self.invitation["id"],
        )

    def body(self, method, path):
        newcomer = str(self.person("Nia Newcomer").id)
        bodies = {
            "POST /v1/buildings": {"name": "New", "city": "Porto", "country": "PT"},
            "POST /v1/buildings/invitations/accept": {"code": self.code},
            "PATCH /v1/buildings/{building_id}": {"name": "Renamed"},
            "PATCH /v1/buildings/{building_id}/settings": {"auto_approve": True},
            "POST /v1/buildings/{building_id}/admins": {"user_id": newcomer},
            "POST /v1/buildings/{building_id}/units": {"number": "1A"},
            "POST /v1/buildings/{building_id}/units/import": {"units": [{"number": "1B"}]},
            "PATCH /v1/buildings/{building_id}/units/{unit_id}": {"floor": "9"},
            "PATCH /v1/buildings/{building_id}/members/{user_id}": {"kind": "OWNER"},
        }
        without = method in {"GET", "DELETE"} or path.endswith(("/ban", "/leave", "/cancel"))
        return None if without else bodies.get(f"{method} {path}", {})


@pytest.mark.parametrize(("method", "path", "said"), TABLE, ids=[f"{row[0]} {row[1]}" for row in TABLE])
def test_each_role_gets_what_the_table_says(attalos, house, person, client, method, path, said):
    answers = []

    for number, role in enumerate(ROLES):
        scene = Scene(house(f"House {number}"), person, client)
        body = scene.body(method, path)
        answers.append(scene.callers[role].request(method, scene.path(method, path), body).status)

    assert answers == said


def test_the_table_has_every_route_of_buildings(app):
    declared = {
        f"{method.upper()} {plain_path(path_of(route))}"
        for owner, route in app.registry.routes
        if owner == "buildings"
        for method, endpoint in endpoints_of(route.resource).items()
        if endpoint is not None
    }

    assert {f"{method} {path}" for method, path, _ in TABLE} == declared


def test_without_signing_in_everything_but_the_directory_is_closed(attalos, client, person):
    scene = Scene(attalos, person, client)

    answers = {
        f"{method} {path}": client.request(method, scene.path(method, path), scene.body(method, path)).status
        for method, path, _ in TABLE
    }

    assert answers.pop("GET /v1/buildings") == 200
    assert set(answers.values()) == {401}
