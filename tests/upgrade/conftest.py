"""Databases of the past at the present's schema, and a server on them."""

from __future__ import annotations

import json

import pytest

from kernel.testing import Server
from kernel.testing.postgres import shared_postgres
from tests.upgrade.databases import Upgraded, contents, migrate, restore, settings_of
from tests.upgrade.filling import PASTS, PLACE


@pytest.fixture(scope="session", params=PASTS)
def upgraded(request, tmp_path_factory):
    """Restore a past, migrate it as an operator does, with every plugin of the demo."""
    with shared_postgres().database() as url:
        restore(request.param, url)
        before = contents(url)
        applied = migrate(url, tmp_path_factory.mktemp("migrate"))
        known = json.loads((PLACE / f"{request.param}.json").read_text())
        yield Upgraded(request.param, url, known, before, contents(url), applied)


@pytest.fixture
def present(upgraded, tmp_path):
    """Serve an upgraded database by the present code."""
    server = Server(settings_of(upgraded.url, tmp_path), tmp_path)
    server.start("--no-worker")
    yield server
    server.stop()
