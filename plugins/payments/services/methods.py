"""How people pay and are paid: tokens of gateways, kept for next time."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from kernel import NotFound, app, uuid7
from plugins.payments import gateways
from plugins.payments.models import Method


def add(
    owner_id: UUID, gateway: str, use: Literal["pay", "payout"], token: str, label: str, *, default: bool
) -> Method:
    """Keep a method; the same token again only changes its label. The first of a use is the default."""
    name = gateways.pick(gateway) if use == "pay" else (gateway or gateways.for_payouts())
    now = app.clock.now()
    with app.db.atomic():
        _one_at_a_time(owner_id)
        others = Method.select().where(Method.owner_id == owner_id, Method.use == use)
        chosen = default or not others.exists()
        made = (
            Method.insert(
                id=uuid7(), owner_id=owner_id, gateway=name, use=use, token=token, label=label,
                is_default=False, created_at=now, updated_at=now,
            )
            .on_conflict(
                conflict_target=[Method.owner_id, Method.gateway, Method.use, Method.token],
                update={Method.label: label, Method.updated_at: now},
            )
            .returning(Method)
            .execute()
        )  # fmt: skip
        [row] = made
        return _default(row) if chosen else row


def make_default(method_id: UUID, owner_id: UUID) -> Method:
    """Make a method the default of its use; raise NotFound."""
    with app.db.atomic():
        _one_at_a_time(owner_id)
        return _default(own(method_id, owner_id))


def remove(method_id: UUID, owner_id: UUID) -> None:
    """Forget a method; raise NotFound. The newest of those left becomes the default."""
    with app.db.atomic():
        _one_at_a_time(owner_id)
        gone = own(method_id, owner_id)
        Method.delete().where(Method.id == gone.id).execute()
        left = Method.select().where(Method.owner_id == owner_id, Method.use == gone.use)
        newest = left.order_by(Method.id.desc()).first()
        if gone.is_default and newest is not None:
            _default(newest)


def own(method_id: UUID, owner_id: UUID) -> Method:
    """Return a method of somebody's; raise NotFound."""
    found: Method | None = Method.get_or_none(Method.id == method_id, Method.owner_id == owner_id)
    if found is None:
        raise NotFound
    return found


def _default(row: Method) -> Method:
    same = Method.owner_id == row.owner_id, Method.use == row.use
    Method.update(is_default=False).where(*same, Method.is_default).execute()
    Method.update(is_default=True).where(Method.id == row.id).execute()
    row.is_default = True
    return row


def _one_at_a_time(owner_id: UUID) -> None:
    app.db.rows("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"payments.methods:{owner_id}",))
