"""Trees to work on."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def admin(client):
    return client.as_admin()


@pytest.fixture
def grow(admin):
    """Add a category through the API: `grow("Phones", electronics, attributes=[…])`; returns its answer."""

    def add(
        name: str, parent: dict[str, Any] | None = None, *, scope: str = "", **fields: Any
    ) -> dict[str, Any]:
        body = {"name": name, "parent_id": parent and parent["id"], **fields}
        made = admin.post("/v1/categories", body, query={"scope": scope} if scope else {})
        assert made.status == 201, made.text
        return made.json

    return add


@pytest.fixture
def outline(client):
    """Return the tree as nested dicts of names."""

    def names(nodes):
        return {node["name"]: names(node["children"]) for node in nodes}

    return lambda who=client, **query: names(who.get("/v1/categories", query=query).json["items"])
