"""People who come and go, written down in spite of races and of processes that die."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kernel import app as application
from kernel.testing import Server, SocketClient, race
from kernel.testing.applications import test_settings as settings_of
from plugins.presence import transitions
from plugins.presence.models import Person
from plugins.presence.transitions import Transitions
from tests.plugins.presence.test_sockets import PATH, change_of, told, watch
from tests.plugins.presence.waiting import until, until_written

PLUGINS = ("presence", "blocking")
pytestmark = pytest.mark.plugins(*PLUGINS)


@pytest.fixture
def another(app, tmp_path):
    """Run a second serving process on the application's database."""
    server = Server(settings_of(PLUGINS, {}, tmp_path / "var", app.settings.database.url), tmp_path)
    yield server.start("--no-worker")
    server.stop()


def token_of(who):
    return who.client.headers["authorization"].partition(" ")[2]


def is_counted(*people):
    return len(application.realtime.online([each.id for each in people])) == len(people)


def test_news_that_come_late_do_not_undo_what_is_true(app, person):
    ada = person()
    app.realtime.connected(ada.id)
    until_written(ada, present=True)

    app.service(Transitions).note(ada.id, False)
    app.service(Transitions).stop()

    assert Person.get_by_id(ada.id).present
    app.realtime.disconnected(ada.id)


def test_of_many_who_write_down_the_same_people_one_does(app, person):
    people = [person(f"Person {number}") for number in range(5)]
    ids = [each.id for each in people]
    for each in people:
        app.realtime.connected(each.id)
    until(lambda: is_counted(*people), "the kernel's count")
    for each in people:
        until_written(each, present=True)
    Person.update(present=False).where(Person.id.in_(ids)).execute()

    changed = race(*[lambda some=ids[:: 1 - 2 * (n % 2)]: transitions.reconcile(some) for n in range(10)])

    assert sum(changed) == 5
    assert Person.select().where(Person.present).count() == 5
    for each in people:
        app.realtime.disconnected(each.id)


def test_a_going_that_nobody_wrote_down_is_found(person, clock, work):
    ada, ben = person(), person("Ben")
    ada.show("online")
    Person.update(present=True).where(Person.id == ada.id).execute()
    assert ben.sees(ada) == ["online"]

    clock.advance(timedelta(seconds=31))
    work()
    clock.advance(timedelta(seconds=11))

    assert ben.sees(ada) == ["offline"]
    assert Person.get_by_id(ada.id).last_seen_at is not None


def test_a_change_in_one_process_is_told_in_another(realtime, another, person):
    ada, ben = person(), person("Ben")
    watcher = realtime.connect(PATH, ben.client)
    watch(watcher, ada)

    device = SocketClient(another.url, PATH, token_of(ada))
    watcher.expect("presence:changed", change_of(ada, "online"))
    device.call("status:set", {"status": "dnd"})
    watcher.expect("presence:changed", change_of(ada, "dnd"))
    device.close()


def test_people_of_a_process_that_is_killed_are_gone_when_its_time_is_up(realtime, another, person, app):
    ada, ben = person(), person("Ben")
    watcher = realtime.connect(PATH, ben.client)
    watch(watcher, ada)
    device = SocketClient(another.url, PATH, token_of(ada))
    watcher.expect("presence:changed", change_of(ada, "online"))

    another.kill()
    realtime.advance(timedelta(seconds=app.settings.realtime.node_ttl + 1))
    until_written(ada, present=False)
    until_written(ben, present=True)
    realtime.advance(timedelta(seconds=11))
    watcher.expect("presence:changed", change_of(ada, "offline"))
    device.close()

    assert told(watcher, ada) == ["online", "offline"]


def test_what_was_notified_while_nobody_listened_is_told(realtime, person, app):
    ada, ben = person(), person("Ben")
    watcher = realtime.connect(PATH, ben.client)
    watch(watcher, ada)
    realtime.connect(PATH, ada.client)
    watcher.expect("presence:changed", change_of(ada, "online"))

    with app.db.atomic():
        app.db.rows(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name LIKE '%% listener' AND datname = current_database()"
        )
    ada.show("dnd")

    watcher.expect("presence:changed", change_of(ada, "dnd"))
