"""Blocks made while others act."""

from __future__ import annotations

import threading
from collections import Counter

import pytest

from kernel.testing import race
from plugins.blocking import api

pytestmark = pytest.mark.plugins("blocking")

_WAITING = """
SELECT count(*) FROM pg_stat_activity
WHERE wait_event_type = 'Lock' AND wait_event = 'advisory' AND datname = current_database()
"""


def test_of_twenty_equal_blocks_at_once_there_is_one(person, published):
    ada, ben = person(), person("Ben")

    answers = race(*[lambda: ada.block(ben)] * 20)

    assert {each.status for each in answers} == {201}
    assert len({each.json["blocked_at"] for each in answers}) == 1
    assert published() == ["blocking.user.blocked.v1"]


@pytest.mark.settings(blocking={"max_blocks": 3})
def test_blocks_at_once_do_not_overfill_the_list(person):
    ada, others = person(), [person() for _ in range(9)]

    answers = race(*[lambda each=each: ada.block(each) for each in others])

    assert Counter(each.status for each in answers) == {201: 3, 409: 6}


def test_two_who_block_each_other_at_once_both_do(person, app):
    ada, ben = person(), person("Ben")

    answers = race(lambda: ada.block(ben), lambda: ben.block(ada))

    assert [each.status for each in answers] == [201, 201]
    assert app.db.rows("SELECT count(*) FROM blocking_block") == [(2,)]


def test_a_block_waits_for_who_looked_before_it_and_refuses_who_looks_after_it(person, app):
    ada, ben = person(), person("Ben")
    answers = []
    blocking = threading.Thread(target=lambda: answers.append(ada.block(ben).status))

    with app.db.atomic():
        api.require_not_blocked(ben.id, ada.id)
        blocking.start()
        while app.db.rows(_WAITING) == [(0,)]:
            assert blocking.is_alive(), "the block did not wait"
        assert answers == []
    blocking.join()

    assert answers == [201]
    with pytest.raises(api.Blocked), app.db.atomic():
        api.require_not_blocked(ben.id, ada.id)


def test_several_who_act_between_the_same_two_do_not_wait_for_each_other(person, app):
    ada, ben = person(), person("Ben")

    def act():
        with app.db.atomic():
            api.require_not_blocked(ben.id, ada.id)
            barrier.wait(timeout=20)

    barrier = threading.Barrier(3)
    race(act, act, act)

    assert not barrier.broken
