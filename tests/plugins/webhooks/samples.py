"""Objects of webhooks for the generated tests."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from kernel import uuid7
from kernel.application import Application
from kernel.auth.principals import ALL, Principal
from kernel.testing.samples import Sample, sample
from plugins.accounts import api as accounts
from plugins.webhooks.services import endpoints, replaying

SINCE = datetime(2026, 1, 1, tzinfo=UTC).isoformat()
UNTIL = datetime(2026, 1, 2, tzinfo=UTC).isoformat()


def owner() -> Principal:
    user_id = accounts.create_user(name="Sample", email=f"sample-{uuid7().hex}@example.com", verified=True)
    return Principal(id=user_id, kind="user", permissions={"webhooks:own": ALL})


def made(who: Principal) -> UUID:
    given = {"url": "https://example.com/hook", "description": "", "event_types": [], "scope": None}
    return UUID(str(endpoints.create(who, given).endpoint.id))


@sample("endpoint_id")
def endpoint(app: Application) -> Sample:
    who = owner()
    assert who.id is not None
    bodies = {
        "PATCH": {"description": "Orders"},
        "POST /webhooks/{endpoint_id}/replay": {"since": SINCE, "until": UNTIL},
    }
    return Sample({"endpoint_id": made(who)}, owner=who.id, bodies=bodies)


@sample("endpoint_id", "delivery_id")
def delivery(app: Application) -> Sample:
    who = owner()
    assert who.id is not None
    endpoint_id = made(who)
    ids = {"endpoint_id": endpoint_id, "delivery_id": replaying.send_test(who, endpoint_id)}
    return Sample(ids, owner=who.id)
