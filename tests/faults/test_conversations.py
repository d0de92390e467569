"""Conversations through faults: every member has every message once, in order, and counts right.

Redis is away for 120 messages, or for as long as is asked for by the clock:

    STOA_REDIS_AWAY=30 python3 manage.py test tests/faults -k redis_is_away
"""

from __future__ import annotations

import os
import time
from contextlib import contextmanager

import psycopg2
import pytest

from kernel import uuid7
from kernel.testing import Server
from plugins.accounts import api as accounts
from tests.faults.conftest import DEADLINE, until
from tests.faults.conversing import Conversation, Person

pytestmark = pytest.mark.slow

QUICK = {"events": {"lease": 1.0, "backoff": 0.1}, "tasks": {"lease": 2.0, "poll": 0.2}}
REDIS_AWAY = float(os.environ.get("STOA_REDIS_AWAY", "0"))  # seconds, at least
LOCK = 4711
HELD_AT_COMMIT = f"""
CREATE FUNCTION held() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM pg_advisory_xact_lock({LOCK}); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER held AFTER INSERT ON chat_message DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION held()
"""
DURABLE = """
DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit = on', current_database()); END $$
"""  # what tests turn off for speed, and a database of real people never has off
WAITING = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND NOT granted"


@pytest.fixture
def conversation(begin, applications, tmp_path):
    """Start two processes and open a group of four: `conversation(on=…, redis={"url": …})`."""
    made, started = [], []

    def make(**options):
        site = begin("chat", **QUICK, **options)
        site.execute(DURABLE)
        (tmp_path / "second").mkdir()
        servers = [site.server, Server(site.server.settings, tmp_path / "second")]
        started.extend(servers)
        for server in servers:
            server.start()
        made.append(Conversation(site, servers, *opened(applications, site)))
        return made[-1]

    yield make
    for each in made:
        each.close()
    for server in started:
        server.stop()


def opened(applications, site):
    """Return four people with tokens and the id of their group."""
    application = applications.make(("counter", "chat"), {"database": {"url": site.url}})
    try:
        people = []
        for name in ("ada", "ben", "cleo", "dan"):
            user_id = accounts.create_user(name=name, email=f"{name}@example.com", verified=True)
            tokens = application.auth.open_session(user_id, "test", "127.0.0.1")
            people.append(Person(str(user_id), tokens.access_token))
        application.db.release()
    finally:
        application.stop()
    body = {"kind": "group", "title": "Garden", "members": [one.id for one in people[1:]]}
    answer = site.server.post("/v1/conversations", body, token=people[0].token)
    assert answer.status == 201, answer.text
    return people, answer.json["id"]


@contextmanager
def commits_held(url):
    """Hold every commit of a message while the block runs."""
    connection = psycopg2.connect(url)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
        yield
    finally:
        connection.close()


@pytest.mark.parametrize("with_redis", [True, False], ids=["with Redis", "without Redis"])
def test_a_process_killed_after_its_commit_and_before_it_told_anybody(conversation, request, with_redis):
    redis = {"redis": {"url": request.getfixturevalue("redis").url}} if with_redis else {}
    talk = conversation(**redis)
    talk.site.execute(HELD_AT_COMMIT)
    talk.listen()
    ada, key = talk.people[0], str(uuid7())
    talk.send(ada, str(uuid7()))

    with commits_held(talk.site.url):
        sending = talk.send_later(ada, key)
        until(lambda: talk.site.one(WAITING, LOCK))
        talk.servers[0].kill()
    sending.join()
    talk.servers[0].start()
    talk.send(talk.people[1], str(uuid7()))

    assert talk.again == 1
    assert len(talk.stored()) == 3
    talk.assert_all_have_everything_once_in_order()


def test_processes_are_killed_in_turn_while_everybody_writes(conversation):
    talk = conversation()
    with talk:
        for server in (*talk.servers, *talk.servers):
            until(talk.said_more(30))
            server.kill()
            server.start()
        until(talk.said_more(30))

    assert talk.again > 0
    talk.assert_all_have_everything_once_in_order()


@pytest.mark.parametrize("how", ["stop", "kill", "pause"])
def test_redis_is_away_for_a_while_while_everybody_writes(conversation, redis, how):
    talk = conversation(redis={"url": redis.url})
    with talk:
        until(talk.said_more(40))
        getattr(redis, how)()
        enough, back = talk.said_more(120), time.monotonic() + REDIS_AWAY
        until(lambda: enough() and time.monotonic() >= back, REDIS_AWAY + DEADLINE)
        redis.resume() if how == "pause" else redis.start()
        until(talk.said_more(60))

    assert talk.again == 0
    assert all(len(listener.clients) == 1 for listener in talk.listeners)
    talk.assert_all_have_everything_once_in_order()


@pytest.mark.parametrize("how", ["restart", "kill"])
def test_postgresql_is_restarted_while_everybody_writes(conversation, own_postgres, how):
    talk = conversation(on=own_postgres, database={"pool_timeout": 1, "connect_timeout": 2})
    with talk:
        until(talk.said_more(40))
        if how == "restart":
            own_postgres.restart()
        else:
            own_postgres.kill()
            own_postgres.revive()
        until(talk.said_more(60), 60)

    assert talk.again > 0
    talk.assert_all_have_everything_once_in_order()
