"""What the pytest plugin promises to those who test plugins."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from kernel.storage import uuid7
from kernel.tasks.worker import run_due
from kernel.testing import Client, race

CODE = """
from kernel import app

@task()
def note(text: str) -> None:
    app.cache.set("note", text)

@hookimpl
def register_tasks(): return [note]

@hookimpl
def register_events(): return []

class Number(Schema):
    n = fields.Raw()

class Undeclared:
    @endpoint(summary="Answer what is not declared", permission=PUBLIC, response=Number)
    def on_get(self, req, resp):
        if req.get_header("x-mood") == "conflict":
            raise Conflict
        if req.get_header("x-mood") == "bug":
            raise RuntimeError("a bug")
        if req.get_header("x-mood") == "status":
            resp.status = 202
        return {"n": 1}

@hookimpl
def register_routes(): return [Route("/odd", Undeclared())]
"""


@pytest.fixture
def odd(site, make_app):
    """Return an application with a plugin whose endpoint answers oddly."""
    site.install("odd", CODE, prefixes=["odd"])
    return make_app("odd")


@pytest.mark.parametrize("round_", [1, 2])
def test_a_test_finds_the_tables_empty_whatever_the_one_before_left(app, client, round_):
    user = client.as_user()
    app.db.release()

    assert app.db.rows("SELECT count(*) FROM kernel_session") == [(1,)]
    assert app.auth.status(user.user_id).status == "active"


def test_what_migrations_and_start_wrote_is_still_there(app):
    assert app.db.rows("SELECT count(*) > 0 FROM kernel_signing_key") == [(True,)]
    assert app.db.rows("SELECT count(*) > 0 FROM kernel_migration") == [(True,)]


def test_the_clock_is_moved_by_the_test(clock):
    before = clock.now()

    clock.advance(timedelta(days=3))

    assert clock.now() - before >= timedelta(days=3)


def test_the_clock_is_right_again_in_the_next_test(clock):
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(minutes=1)


@pytest.mark.settings(http={"title": "Marked"})
def test_a_mark_sets_settings(app):
    assert app.settings.http.title == "Marked"


def test_work_runs_what_waits_and_then_finds_nothing(app, work):
    work()

    assert work() == 0


def test_a_task_enqueued_is_run_by_work(odd):
    odd.registry.plugin("odd").module.note.enqueue("rain")
    run_due(odd)

    assert odd.cache.get("note") == "rain"


@pytest.mark.parametrize(
    ("mood", "fault"),
    [
        ("conflict", "answered 409: declare a problem of status 409 in errors"),
        ("bug", "answered 500: the server failed"),
        ("status", "answered 202: declared is 200"),
    ],
)
@pytest.mark.filterwarnings("ignore")
def test_an_answer_that_is_not_declared_fails_the_test_that_gets_it(odd, mood, fault):
    client = Client(odd)

    with pytest.raises(AssertionError, match=fault):
        client.get("/v1/odd", headers={"x-mood": mood})
    assert client.unchecked().get("/v1/odd", headers={"x-mood": mood}).status in {202, 409, 500}


def test_a_signed_in_client_is_its_principal(app, client):
    user = client.as_user(mfa=True)

    principal = app.auth.principal_for({"authorization": user.headers["authorization"]})

    assert (principal.id, principal.session_id) == (user.user_id, user.session_id)
    assert client.as_admin().user_id != user.user_id


def test_a_service_wanted_by_many_at_once_is_made_once(site, make_app):
    code = """
    import threading
    made, gate = [], threading.Event()

    def make(app):
        gate.wait(5)
        made.append(1)
        return {}

    @hookimpl
    def register_services(): return [Service(dict, make)]
    """
    site.install("slow", code)
    application = make_app("slow")
    module = application.registry.plugin("slow").module
    threading.Timer(0.05, module.gate.set).start()

    outcomes = race(*[lambda: application.service(dict)] * 8)

    assert outcomes == [{}] * 8
    assert module.made == [1]


def test_health_says_degraded_when_a_plugin_was_dropped(site, make_app):
    site.install("bad", "@hookimpl\ndef startup(): raise ValueError('no')")

    answer = Client(make_app("bad", kernel={"policy": "continue"})).get("/health")

    assert answer.json["status"] == "degraded"
    assert "bad" in answer.text


def test_a_real_server_answers_races_stops_and_starts_again(server):
    outcomes = race(*[lambda: server.get(f"/v1/{uuid7()}")] * 10)

    assert Counter(answer.status for answer in outcomes) == {404: 10}
    assert server.terminate() == 0
    assert server.start().get("/health/liveness").status == 200


def test_a_server_that_was_killed_starts_again_on_its_data(server):
    server.kill()

    with pytest.raises(OSError, match="refused"):
        server.get("/health/liveness")
    assert server.start().get("/health/readiness").status == 200


def test_a_redis_of_its_own_is_there(redis, make_app):
    application = make_app(redis={"url": redis.url})

    application.cache.set("a", 1)

    assert application.cache.get("a") == 1
