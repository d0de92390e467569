"""Two versions of the API serve one database at once, as they do while processes are replaced.

The older one is a commit of the past, run from git's history; where there is
none (an archive, a shallow clone) that is said and skipped. What keeps every
later pair apart from harm is checked without history in test_compatibility.py.
"""

from __future__ import annotations

import subprocess

import pytest

from kernel.testing import Server
from kernel.testing.postgres import shared_postgres
from tests.upgrade.databases import migrate, restore, settings_of
from tests.upgrade.filling import PASSWORD, PASTS, environ, tree_of

OLD = PASTS["market"]
ADA = {"email": "ada@example.com", "password": PASSWORD}
BEA = {"email": "bea@example.com", "password": PASSWORD, "name": "Bea"}


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """The files of the older version."""
    try:
        return tree_of(OLD.commit, tmp_path_factory.mktemp("old"))
    except (subprocess.CalledProcessError, FileNotFoundError):
        pytest.skip(f"git does not know {OLD.commit} here: no older version to serve beside the present one")


@pytest.fixture
def database():
    with shared_postgres().database() as url:
        restore("market", url)
        yield url


@pytest.fixture
def old(tree, database, tmp_path, monkeypatch):
    """The older version, serving before the migration."""
    (tmp_path / "old").mkdir()
    server = Server(settings_of(database, tmp_path / "old"), tmp_path / "old")
    for name, value in environ(tree).items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tree)
    server.start("--no-worker")
    monkeypatch.undo()
    yield server
    server.stop()


@pytest.fixture
def new(old, database, tmp_path):
    """The present version, on the database that it migrated while the older one served."""
    migrate(database, tmp_path)
    (tmp_path / "new").mkdir()
    server = Server(settings_of(database, tmp_path / "new"), tmp_path / "new")
    server.start("--no-worker")
    yield server
    server.stop()


@pytest.mark.slow
def test_two_versions_are_two(old, new):
    assert [server.get("/asyncapi.json").status for server in (old, new)] == [404, 200]


@pytest.mark.slow
def test_people_go_back_and_forth_between_two_versions(old, new):
    registered = old.post("/v1/auth/register", BEA)
    token = new.post("/v1/auth/login", {"email": BEA["email"], "password": PASSWORD}).json["access_token"]
    renamed = new.request("PATCH", "/v1/users/me", {"name": "Beatrix"}, token=token)

    assert registered.status in (201, 202), registered.json
    assert renamed.status == 200, renamed.json
    assert old.get("/v1/users/me", token=token).json["name"] == "Beatrix"


@pytest.mark.slow
def test_what_one_version_writes_the_other_reads_and_changes(old, new):
    token = old.post("/v1/auth/login", ADA).json["access_token"]
    offer = {
        "title": "A table",
        "type": "PRODUCT",
        "status": "DRAFT",
        "price": {"amount": 1, "currency": "USD"},
    }

    of_old = old.post("/v1/listings", offer, token=token).json["id"]
    of_new = new.post("/v1/listings", offer, token=token).json["id"]
    by_new = new.request("PATCH", f"/v1/listings/{of_old}", {"title": "By the new"}, token=token)
    by_old = old.request("PATCH", f"/v1/listings/{of_new}", {"title": "By the old"}, token=token)

    assert (by_new.status, by_old.status) == (200, 200), (by_new.json, by_old.json)
    assert old.get(f"/v1/listings/{of_old}", token=token).json["title"] == "By the new"
    assert new.get(f"/v1/listings/{of_new}", token=token).json["title"] == "By the old"


@pytest.mark.slow
def test_a_session_ended_in_one_version_is_over_in_the_other(old, new):
    tokens = old.post("/v1/auth/login", ADA).json
    renewed = new.post("/v1/auth/refresh", {"refresh_token": tokens["refresh_token"]})
    token = renewed.json["access_token"]

    ended = old.post("/v1/auth/logout", token=token)

    assert renewed.status == 200
    assert ended.status in (200, 204)
    assert new.get("/v1/users/me", token=token).status == 401


@pytest.mark.slow
def test_the_older_version_starts_again_on_the_migrated_database(old, new, tree, monkeypatch):
    assert new.get("/health/readiness").status == 200
    old.terminate()
    for name, value in environ(tree).items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tree)

    old.start("--no-worker")

    assert old.post("/v1/auth/login", ADA).status == 200
