"""kill -9 at the worst moments: nothing acknowledged is lost, nothing happens twice."""

from __future__ import annotations

import pytest

from tests.faults.conftest import until
from tests.faults.load import ENTRIES, Load

QUICK = {"events": {"lease": 1.0, "backoff": 0.1}, "tasks": {"lease": 2.0, "poll": 0.2}}


def test_an_event_committed_before_the_kill_is_delivered_once_after_the_restart(begin):
    site = begin(**QUICK)
    server = site.server.start("--no-worker")  # committed, and nobody there to dispatch
    assert server.post(ENTRIES, {"note": "kept"}).status == 201

    server.kill()
    assert site.one("SELECT count(*) FROM counter_reaction") == 0
    server.start()
    until(site.settled)

    assert sorted(site.rows("SELECT note, count(*) FROM counter_reaction GROUP BY 1")) == [
        ("kept", 1),
        ("task kept", 1),
    ]


def test_a_kill_in_the_middle_of_a_delivery_repeats_it_without_repeating_its_effect(begin):
    site = begin(**QUICK)
    site.var.mkdir()
    (site.var / "hold").touch()
    server = site.server.start()
    assert server.post(ENTRIES, {"note": "held"}).status == 201
    until((site.var / "holding").exists)

    server.kill()
    (site.var / "hold").unlink()
    server.start()
    until(site.settled)

    assert site.one("SELECT count(*) FROM counter_reaction WHERE note = 'held'") == 1
    assert site.one("SELECT attempt FROM kernel_delivery") >= 2


@pytest.mark.slow
def test_kills_under_load_lose_nothing_that_was_acknowledged_and_double_nothing(begin):
    site = begin(**QUICK)
    server = site.server.start()
    with Load(server) as load:
        for _ in range(2):
            until(load.made_more(40))
            server.kill()
            server.start()
        until(load.made_more(40))

    until(site.settled)

    assert set(load.statuses) == {201}
    assert load.broken > 0
    notes = load.made
    assert site.one("SELECT count(*) FROM counter_entry") == len(notes)
    assert {note for (note,) in site.rows("SELECT note FROM counter_entry")} == notes
    reactions = site.rows(
        "SELECT note, count(*) FROM counter_reaction WHERE note NOT LIKE 'task%%' GROUP BY 1"
    )
    assert {note for note, _ in reactions} == notes
    assert {count for _, count in reactions} == {1}
    tasks = site.rows("SELECT DISTINCT note FROM counter_reaction WHERE note LIKE 'task%%'")
    assert {note.removeprefix("task ") for (note,) in tasks} == notes
    assert site.faults() == []


def test_a_mail_of_a_registration_survives_the_kill_and_comes_once(begin):
    site = begin("accounts", **QUICK)
    server = site.server.start("--no-worker")
    ada = {"email": "ada@example.com", "password": "violet-harbour-71", "name": "Ada"}
    assert server.post("/v1/auth/register", ada).status == 201

    server.kill()
    server.start()

    def verifying():
        mails = server.get("/_mailbox.json?to=ada@example.com").json["items"]
        return [mail for mail in mails if "verify-email" in mail["text"]]

    until(verifying)
    until(lambda: site.one("SELECT count(*) FROM kernel_delivery WHERE state <> 'done'") == 0)
    until(
        lambda: (
            site.one(
                "SELECT count(*) FROM kernel_task WHERE state IN ('queued', 'running') AND run_at <= now()"
            )
            == 0
        )
    )
    assert len(verifying()) == 1
