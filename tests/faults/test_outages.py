"""Redis and PostgreSQL go away under load and come back."""

from __future__ import annotations

import pytest

from tests.faults.conftest import until
from tests.faults.load import Load

QUICK = {"events": {"lease": 1.0, "backoff": 0.1}, "tasks": {"lease": 2.0, "poll": 0.2}}


@pytest.mark.slow
@pytest.mark.parametrize("how", ["stop", "kill", "pause"])
def test_redis_gone_and_back_under_load_is_noticed_by_nobody(begin, redis, how):
    limits = {"rate_limits": True, "rate_limit": 1_000_000}
    site = begin(redis={"url": redis.url}, http=limits, **QUICK)
    server = site.server.start()
    with Load(server) as load:
        until(load.made_more(50))
        getattr(redis, how)()
        until(load.made_more(50))
        redis.resume() if how == "pause" else redis.start()
        until(load.made_more(50))
    until(site.settled)

    assert set(load.statuses) == {201}
    assert load.broken == 0
    assert site.one("SELECT count(*) FROM counter_entry") == len(load.made)
    assert _reactions(site) == dict.fromkeys(load.made, 1)
    assert site.faults() == []
    assert server.get("/health").status == 200


@pytest.mark.slow
def test_a_start_without_the_redis_it_is_told_of_serves_and_works(begin, redis):
    redis.stop()
    site = begin(redis={"url": redis.url}, **QUICK)
    server = site.server.start()

    with Load(server) as load:
        until(load.made_more(20))
        redis.start()
        until(load.made_more(20))
    until(site.settled)

    assert set(load.statuses) == {201}
    assert _reactions(site) == dict.fromkeys(load.made, 1)


@pytest.mark.slow
@pytest.mark.parametrize("how", ["restart", "halt"])
def test_postgresql_restarted_under_load_is_survived(begin, own_postgres, how):
    site = begin(on=own_postgres, database={"pool_timeout": 1, "connect_timeout": 2}, **QUICK)
    server = site.server.start()
    with Load(server) as load:
        until(load.made_more(50))
        if how == "restart":
            own_postgres.restart()
        else:
            own_postgres.halt()
            until(lambda: load.statuses[503] >= 20)
            assert server.get("/health/liveness").status == 200
            assert server.get("/health/readiness").status == 503
            own_postgres.revive()
        until(load.made_more(50))
    refused = [answer for answer in load.answered.values() if answer.status == 503]
    again = [note for note, answer in load.answered.items() if answer.status != 201]

    retried = {load.post(note).status for note in again}
    until(site.settled, 60)

    assert set(load.statuses) <= {201, 503}
    assert load.broken == 0
    assert {answer.headers["retry-after"] for answer in refused} <= {"1"}
    assert {answer.headers["content-type"] for answer in refused} <= {"application/problem+json"}
    assert retried <= {201}
    assert site.one("SELECT count(*) FROM counter_entry") == len(load.answered)
    assert _reactions(site) == dict.fromkeys(load.answered, 1)
    assert site.faults() == []
    until(lambda: server.get("/health/readiness").status == 200)


def _reactions(site):
    sql = "SELECT note, count(*) FROM counter_reaction WHERE note NOT LIKE 'task%%' GROUP BY 1"
    return dict(site.rows(sql))
