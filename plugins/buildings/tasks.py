"""Background work: what follows the deletion of a building, and invitations that are over."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from kernel import app, schedule, task
from plugins.buildings.models import Invitation, Member
from plugins.buildings.services.membership import close

BATCH: Final = 100
KEPT: Final = timedelta(days=30)


@task(retries=5, backoff=60, unique=True, timeout=600)
def dissolve(building_id: UUID) -> dict[str, int]:
    """Take the roles of a deleted building's members, a hundred in a transaction."""
    done = 0
    while batch := _dissolve_batch(building_id):
        done += batch
    return {"left": done}


def _dissolve_batch(building_id: UUID) -> int:
    with app.db.atomic():
        query = Member.select().where(Member.building == building_id, Member.status == "ACTIVE")
        rows = list(query.order_by(Member.id).limit(BATCH).for_update())
        for member in rows:
            close(member, "LEFT", "deleted")
    return len(rows)


@schedule(cron="41 3 * * *", timeout=300)
def purge_invitations() -> dict[str, int]:
    """Delete invitations that have been over for a month."""
    over = Invitation.expires_at < app.clock.now() - KEPT
    return {"purged": Invitation.delete().where(over).execute()}


TASKS = (dissolve, purge_invitations)
