"""Rows as the services take hold of them: a payment's lock comes before everything else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final, TypeVar
from uuid import UUID

import orjson
from peewee import Model

from kernel import NotFound, Prepared, Statement, app, arg, uuid7
from plugins.payments.models import History, Payment, Payout, Split
from plugins.payments.states import ESCROW, PAYMENT, PAYOUT, refused

_Row = TypeVar("_Row", bound=Model)
_LOCKED: Final = Prepared(lambda: Payment.select().where(Payment.id == arg("id")).for_update(), planned=True)
_OWN: Final = Prepared(lambda: _own().where(Payment.payer_id == arg("payer")), planned=True)
_OWN_LOCKED: Final = Prepared(
    lambda: _own().where(Payment.payer_id == arg("payer")).for_update(), planned=True
)
_UPDATE: Final = "UPDATE payments_payment SET"
_CASTS: Final = {"client": "::jsonb"}
_NOTED: Final = """
WITH moved AS ({update})
INSERT INTO payments_history (id, subject_id, before, after, actor, reason, at)
VALUES (%(step)s, %(id)s, %(before)s, %(after)s, %(actor)s, %(reason)s, %(now)s)
"""
_HANDED_ON: Final = """
WITH moved AS ({update}), noted AS (
    INSERT INTO payments_history (id, subject_id, before, after, actor, reason, at)
    VALUES (%(step)s, %(id)s, %(before)s, %(after)s, %(actor)s, %(reason)s, %(now)s)
)
UPDATE payments_split SET state = %(split_state)s, updated_at = %(now)s WHERE payment_id = %(id)s
RETURNING *
"""


def as_row(kind: type[_Row], values: Mapping[str, Any]) -> _Row:
    """Return a row that was read by a statement of ours as its model has it."""
    return kind(__no_default__=1, **values)


def locked(payment_id: UUID) -> Payment:
    """Return a payment, locked until the transaction ends; raise NotFound."""
    return _only(_LOCKED.dicts(app.db, id=payment_id))


def own(payment_id: UUID, payer_id: UUID, *, lock: bool = False) -> Payment:
    """Return a payment of this payer; raise NotFound for another's as for none."""
    return _only((_OWN_LOCKED if lock else _OWN).dicts(app.db, id=payment_id, payer=payer_id))


def _own() -> Any:
    return Payment.select().where(Payment.id == arg("id"))


def _only(rows: Sequence[Mapping[str, Any]]) -> Payment:
    if not rows:
        raise NotFound
    return as_row(Payment, rows[0])


def splits_of(payment: Payment) -> list[Split]:
    """Return a payment's splits in a fixed order; its lock covers them."""
    return list(Split.select().where(Split.payment_id == payment.id).order_by(Split.id))


def move(payment: Payment, target: str, actor: str, reason: str = "", **changes: Any) -> None:
    """Take a locked payment to another status, with a row of history; raise PaymentStatus."""
    _write(payment, _NOTED, _step(payment, target, actor, reason), _changes(payment, target, changes))


def hand_on(payment: Payment, state: str, actor: str, reason: str, **changes: Any) -> list[Split]:
    """Take a locked payment to CAPTURED and its splits to `state`; return these in a fixed order.

    One statement. Raises PaymentStatus.
    """
    step = _step(payment, "CAPTURED", actor, reason) | {"split_state": state}
    cursor = _write(payment, _HANDED_ON, step, _changes(payment, "CAPTURED", changes))
    names = [column.name for column in cursor.description]
    found = [as_row(Split, dict(zip(names, row, strict=True))) for row in cursor.fetchall()]
    return sorted(found, key=lambda one: str(one.id))


def write(payment: Payment, **changes: Any) -> None:
    """Write columns of a locked payment."""
    _write(payment, "{update}", {}, changes)


def _step(payment: Payment, target: str, actor: str, reason: str) -> dict[str, Any]:
    if payment.status not in PAYMENT[target]:
        raise refused(PAYMENT, "payment", payment.status, target)
    return {"before": payment.status, "after": target, "actor": actor, "reason": reason}


def _changes(payment: Payment, target: str, changes: dict[str, Any]) -> dict[str, Any]:
    return {"intent": payment.intent, **changes, "status": target}


def _write(payment: Payment, sql: str, more: dict[str, Any], changes: dict[str, Any]) -> Any:
    """Write columns, named by this package's own code, and what `sql` adds to that: one statement."""
    values = {f"new_{name}": value for name, value in changes.items()}
    if "client" in changes:
        values["new_client"] = orjson.dumps(changes["client"]).decode()
    fixed = {"id": payment.id, "now": app.clock.now(), "step": uuid7()}
    cursor = app.db.execute_sql(_written(sql, tuple(changes)), {**values, **more, **fixed})
    for name, value in changes.items():
        setattr(payment, name, value)
    payment.version += 1
    return cursor


@cache
def _written(sql: str, names: tuple[str, ...]) -> Statement:
    columns = ", ".join(f"{name} = %(new_{name})s{_CASTS.get(name, '')}" for name in names)
    update = f"{_UPDATE} {columns}, version = version + 1, updated_at = %(now)s WHERE id = %(id)s"
    return Statement(sql.format(update=update))


def move_split(split: Split, target: str, actor: str, reason: str = "") -> None:
    """Take a split of a locked payment to another state; raise PaymentStatus."""
    if split.state not in ESCROW[target]:
        raise refused(ESCROW, "escrow", split.state, target)
    note(split.id, split.state, target, actor, reason)
    Split.update(state=target).where(Split.id == split.id).execute()
    split.state = target


def move_payout(payout: Payout, target: str, actor: str, reason: str = "", **changes: Any) -> None:
    """Take a locked payout to another status; raise PaymentStatus."""
    if payout.status not in PAYOUT[target]:
        raise refused(PAYOUT, "payout", payout.status, target)
    note(payout.id, payout.status, target, actor, reason)
    Payout.update(status=target, **changes).where(Payout.id == payout.id).execute()
    payout.status = target


def note(subject_id: UUID, before: str, after: str, actor: str, reason: str) -> None:
    """Write a row of history."""
    now = app.clock.now()
    History.insert(
        subject_id=subject_id, before=before, after=after, actor=actor, reason=reason, at=now
    ).execute()


def history_of(subject_id: UUID) -> Sequence[History]:
    """Return what happened to something, the oldest first."""
    return list(History.select().where(History.subject_id == subject_id).order_by(History.id).limit(200))


def facts(payment: Payment) -> dict[str, Any]:
    """Return the fields every event about a payment has."""
    return {
        "payment_id": payment.id,
        "ref": payment.ref,
        "payer_id": payment.payer_id,
        "amount": payment.amount,
        "currency": payment.currency,
    }


def escrow_facts(payment: Payment, split: Split, amount: int) -> dict[str, Any]:
    """Return the fields every event about an escrow has."""
    return {
        "escrow_id": split.id,
        "payment_id": payment.id,
        "ref": payment.ref,
        "payee_id": split.payee_id,
        "amount": amount,
        "currency": payment.currency,
    }
