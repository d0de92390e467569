"""What racers borrow of the database goes back with the end of the race."""

from __future__ import annotations

from kernel.testing import race


def test_racers_give_back_the_connections_they_borrowed(app):
    app.db.release()

    outcomes = race(*[lambda: app.db.rows("SELECT 1")] * 4, lambda: app.db.rows("SELECT 1 / 0"))

    assert outcomes[:4] == [[(1,)]] * 4
    assert isinstance(outcomes[4], Exception)
    assert app.db.gauge()["in_use"] == 0
