"""Hash and check passwords without keeping others from the database.

PERF: a hash takes 16 ms of a native thread and waits its turn among others. A
request that queried before it holds a pooled connection, so it is given back
first: otherwise as many sign-ins as the pool is large stop everybody.
"""

from __future__ import annotations

from kernel import app


def hashed(password: str) -> str:
    """Return the hash of an accepted password. Call it outside a transaction."""
    app.db.release()
    return app.auth.passwords.hash(password)


def fits(stored: str | None, password: str) -> bool:
    """Say whether a password fits a stored hash; with None take as long and say no."""
    app.db.release()
    return app.auth.passwords.verify(stored, password)
