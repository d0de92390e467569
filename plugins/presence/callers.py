"""Who calls, as the services want to know it."""

from __future__ import annotations

from uuid import UUID

from kernel import Forbidden, Principal


def person(caller: Principal) -> UUID:
    """Return the account a caller acts for; raise Forbidden when it is a machine's own."""
    if caller.id is None:
        raise Forbidden("This takes an account.")
    return caller.id
