"""SIGTERM under load: what is answered holds, what is under way is finished."""

from __future__ import annotations

import threading

import psutil
import pytest

from tests.faults.conftest import until
from tests.faults.load import Load


def test_sigterm_under_load_loses_no_finished_request(begin):
    site = begin()
    server = site.server.start()
    with Load(server) as load:
        until(load.made_more(100))

        code = server.terminate()

    assert code == 0
    assert set(load.statuses) == {201}
    stored = {note for (note,) in site.rows("SELECT note FROM counter_entry")}
    assert load.made <= stored
    assert stored <= load.made | load.unanswered
    assert site.faults() == []


def test_requests_under_way_at_sigterm_are_answered(begin):
    site = begin(database={"pool_size": 12})
    server = site.server.start()
    answers = []

    def ask(number):
        answers.append(server.post("/v1/counter/slow", {"note": str(number)}).status)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(10)]
    for thread in threads:
        thread.start()
    busy = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%%pg_sleep%%' AND state = 'active'"
    until(lambda: site.one(busy) > 10)  # the ten, and this question

    code = server.terminate()
    for thread in threads:
        thread.join()

    assert code == 0
    assert answers == [201] * 10
    assert site.one("SELECT count(*) FROM counter_entry") == 10


@pytest.mark.parametrize("workers", [1, 2])
def test_sigterm_leaves_no_process_behind(begin, redis, workers):
    site = begin(redis={"url": redis.url}, http={"workers": workers, "rate_limits": False})
    server = site.server.start()
    family = psutil.Process(server.pid).children(recursive=True)
    assert len(family) >= workers

    code = server.terminate()

    assert code == 0
    _, alive = psutil.wait_procs(family, timeout=5)
    assert alive == []
