"""Read paths. Every query goes through the owner: a foreign id is an unknown id."""

from __future__ import annotations

from uuid import UUID

from kernel import NotFound, Page, paginate
from stoa_loyalty.models import Account, Entry


def account(owner_id: UUID) -> Account:
    """Return somebody's account; an empty one if they never earned a point."""
    return Account.get_or_none(Account.owner_id == owner_id) or Account(owner_id=owner_id)


def entry(owner_id: UUID, entry_id: UUID) -> Entry:
    """Return one of somebody's movements; raise NotFound."""
    found = Entry.get_or_none(Entry.id == entry_id, Entry.owner_id == owner_id)
    if found is None:
        raise NotFound
    return found


def entries(owner_id: UUID, cursor: str | None, limit: int) -> Page[Entry]:
    """Return a page of somebody's movements, the latest first."""
    mine = Entry.select().where(Entry.owner_id == owner_id)
    return paginate(mine, (Entry.id.desc(),), cursor=cursor, limit=limit)
