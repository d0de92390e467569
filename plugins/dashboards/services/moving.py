"""The windows of products end with today: moved once a day, by whoever comes first.

What was sold on the days that leave a window is taken off, what was sold on those that
come into it is added: a statement over these days' sales, whatever there was before.
"""

from __future__ import annotations

from datetime import date

from kernel import app
from plugins.dashboards import sql
from plugins.dashboards.posting import SPANS


def held() -> date:
    """Lock the windows in the caller's transaction, moved to today if they were not; return where they end.

    The first lock of who keeps figures: shared, but by the one who moves them.
    """
    assert app.db.in_transaction(), "the lock holds as long as the figures change"
    today = app.clock.now().date()
    shared: list[tuple[date]] = list(app.db.rows(sql.SHARE, {"today": today}))
    return shared[0][0] if shared else alone()


def alone() -> date:
    """Lock the windows in the caller's transaction against all others, moved to today; return their end."""
    today = app.clock.now().date()
    held: list[tuple[date]] = list(app.db.rows(sql.HOLD))
    [(was,)] = held
    if was >= today:
        return was
    app.db.execute_sql(sql.MOVE, {"was": was, "day": today, "spans": list(SPANS)})
    app.db.execute_sql(sql.EMPTY)
    app.db.execute_sql(sql.MOVED, {"day": today})
    return today


def move() -> date:
    """Move the windows to today if nobody did; return where they end."""
    with app.db.atomic():
        return held()
