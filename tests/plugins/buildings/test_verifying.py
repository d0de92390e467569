"""Residents verified by their building's admins, buildings by the platform."""

from __future__ import annotations

import io
from uuid import UUID

import pytest
from PIL import Image

from plugins.buildings import api
from plugins.media import api as media

pytestmark = pytest.mark.plugins("buildings")
URL = "/v1/verifications"


@pytest.fixture
def proof(app, work):
    def make(owner, type_):
        data = io.BytesIO()
        Image.new("RGB", (64, 64), "teal").save(data, "PNG")
        data.seek(0)
        made = media.import_file(data, owner_id=owner.id, filename="a.png", visibility="private")
        work()
        return {"type": type_, "media_id": str(made)}

    return make


@pytest.fixture
def ask(proof):
    """Ask to be verified as living in a unit."""

    def make(who, unit, spelt=str):
        steps = {"residence": {"documents": [proof(who, "proof_of_residence")]}}
        body = {
            "kind": "buildings.unit",
            "subject": f"unit:{spelt(unit['id'])}",
            "steps": steps,
            "submit": True,
        }
        return who.client.post(URL, body)

    return make


def test_the_buildings_admins_verify_who_lives_where(attalos, house, person, ask, work, published):
    unit, other = attalos.add("4B"), house("Zenon").admin
    ada = attalos.take_in(person())
    asked = ask(ada, unit)
    request = f"{URL}/{asked.json['id']}"

    foreign = other.client.post(f"{request}/approve")
    queue = [each["id"] for each in attalos.admin.client.get(f"{URL}/queue").json["items"]]
    approved = attalos.admin.client.post(f"{request}/approve")

    mine = ada.client.get(attalos.url).json["mine"]
    assert (asked.status, asked.json["scope"]) == (201, attalos.scope)
    assert (foreign.status, other.client.get(f"{URL}/queue").json["items"]) == (404, [])
    assert queue == [asked.json["id"]]
    assert (approved.status, mine["verified"], mine["unit"]) == (200, True, "4B")
    assert published()[-1] == "member.verified"


def test_a_stranger_asks_about_no_unit(attalos, person, ask):
    assert ask(person(), attalos.add("4B")).status == 404


@pytest.mark.parametrize("spelt", [str.upper, lambda name: name.replace("-", "")], ids=["upper", "undashed"])
def test_a_unit_is_asked_about_once_however_its_id_is_written(attalos, person, ask, spelt):
    ada, unit, other = attalos.take_in(person()), attalos.add("4B"), attalos.add("5B")
    open_one = ask(ada, unit).json

    again, elsewhere = ask(ada, unit, spelt), ask(ada, other, spelt)

    assert (again.status, again.json["verification_id"]) == (409, open_one["id"])
    assert (elsewhere.status, elsewhere.json["subject"]) == (201, f"unit:{other['id']}")


def test_an_approval_taken_back_takes_the_standing_with_it(attalos, person, ask):
    ada = attalos.take_in(person())
    request = f"{URL}/{ask(ada, attalos.add('4B')).json['id']}"
    attalos.admin.client.post(f"{request}/approve")

    attalos.admin.client.post(f"{request}/revoke", {"reason": "The lease is forged."})

    assert ada.client.get(attalos.url).json["mine"]["verified"] is False


def test_who_moves_out_is_not_verified_by_an_old_request(attalos, person, ask, work):
    ada, unit = attalos.take_in(person()), attalos.add("4B")
    asked = ask(ada, unit).json
    ada.client.post(f"{attalos.url}/leave")

    too_late = attalos.admin.client.post(f"{URL}/{asked['id']}/approve")
    work()
    attalos.take_in(ada)

    assert too_late.status == 409
    assert ada.client.get(f"{URL}/{asked['id']}").json["status"] == "WITHDRAWN"
    assert ask(ada, unit).status == 201


def test_the_platform_verifies_a_building_for_its_admins(attalos, person, proof, client):
    step = {"values": {"managing_company": "Columns Ltd"}, "documents": [proof(attalos.admin, "mandate")]}
    body = {
        "kind": "buildings.building",
        "subject": f"building:{attalos.id}",
        "steps": {"mandate": step},
        "submit": True,
    }
    resident = attalos.take_in(person())

    refused = resident.client.post(URL, {**body, "steps": {}, "submit": False})
    asked = attalos.admin.client.post(URL, body)
    client.as_admin().post(f"{URL}/{asked.json['id']}/approve")

    assert refused.status == 404
    assert client.get("/v1/buildings").json["items"][0]["verified"] is True
    assert api.cards([attalos.id])[UUID(str(attalos.id))].verified
