"""Methods that may be charged without their owners: what they agreed to, and the charges.

Agreeing asks the gateway, outside any transaction: some banks want to see the owner
once for all later charges. A charge is decided in its caller's transaction and made
by a worker, under the operation's id, as every other call to a gateway.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from peewee import IntegrityError

from kernel import Unavailable, app, invalid, uuid7, violated_constraint
from plugins.payments import gateways
from plugins.payments.models import Customer, Method, Payment
from plugins.payments.ports import GatewayDeclined, GatewayUnavailable, Kept
from plugins.payments.problems import MethodRefused
from plugins.payments.services import operations
from plugins.payments.services.confirming import operations_running, terms
from plugins.payments.services.methods import own
from plugins.payments.services.rows import locked, move, note

_PAYABLE: Final = ("DUE", "FAILED")


def agree(method_id: UUID, owner_id: UUID, words: str) -> tuple[Method, Mapping[str, Any]]:
    """Let a method be charged without its owner, who agreed in these words; harmless twice.

    Returns it, and what their device has to confirm first: ask again then. Raises NotFound,
    Invalid, MethodRefused, Unavailable.
    """
    row = own(method_id, owner_id)
    if row.use != "pay":
        raise invalid("/method_id", "One is paid by this, and pays with another.")
    if row.consented_at is not None:
        return row, {}
    kept = Kept(row.setup, row.kept) if row.kept else _asked(row)
    try:
        _agreed(row, kept, words)
    except IntegrityError as ex:
        if violated_constraint(ex) != "payments_method_kept":
            raise
        raise _not_theirs() from ex
    return own(method_id, owner_id), kept.client


def _agreed(row: Method, kept: Kept, words: str) -> None:
    """Write what somebody agreed to, once; raise MethodRefused for what is another account's."""
    with app.db.atomic():
        _expect_theirs(row, kept)
        same = (Method.id == row.id) & Method.consented_at.is_null()
        now = app.clock.now()
        agreed = {"kept": kept.token, "consent": words, "consented_at": now} if kept.token else {}
        changed = Method.update(setup=kept.ref, updated_at=now, **agreed).where(same).execute()
        if changed and agreed:
            note(row.id, "", "CONSENTED", f"user:{row.owner_id}", words)


def _expect_theirs(row: Method, kept: Kept) -> None:
    """Take a gateway's customer for the account that first keeps a method of it; one an account."""
    if kept.owner and kept.owner != str(row.owner_id):
        raise _not_theirs()
    if not kept.customer:
        return
    one = {"gateway": row.gateway, "ref": kept.customer, "owner_id": row.owner_id}
    Customer.insert(**one, created_at=app.clock.now()).on_conflict_ignore().execute()
    if not Customer.select().filter(**one).exists():
        raise _not_theirs()


def _not_theirs() -> MethodRefused:
    told = "The gateway has this under another customer. Have it save a method of your own, and keep that."
    return MethodRefused(told, code="not_yours")


def withdraw(method_id: UUID, owner_id: UUID) -> Method:
    """Have a method charged only with its owner present again; harmless twice. Raises NotFound."""
    with app.db.atomic():
        row = own(method_id, owner_id)
        agreed = (Method.id == row.id) & Method.consented_at.is_null(False)
        if Method.update(consented_at=None, consent="").where(agreed).execute():
            note(row.id, "CONSENTED", "", f"user:{owner_id}", "")
        return own(method_id, owner_id)


def charge(payment_id: UUID, actor: str) -> bool:
    """Have a payment made by what its payer lets be charged; say whether it is, or is being paid already.

    In the caller's transaction; a worker does it after the commit. What comes of it are events, as
    of every payment: captured, failed, or action required. Raises NotFound.
    """
    with app.db.atomic():
        payment = locked(payment_id)
        if payment.status not in _PAYABLE:
            return payment.status == "PROCESSING"
        if operations_running(payment):
            return True
        method = _chargeable(payment)
        if method is None:
            return False
        given = {**terms(payment), "method": method.kept, "off_session": True}
        move(payment, "PROCESSING", actor, source=method.gateway, failure="", off_session=True)
        operations.begin("confirm", payment, actor, data=given)
        return True


def _asked(row: Method) -> Kept:
    app.db.release()
    try:
        return gateways.named(row.gateway).keep(row.token, str(uuid7()), row.setup)
    except GatewayDeclined as ex:
        raise MethodRefused(str(ex), code=ex.code) from ex
    except GatewayUnavailable as ex:
        raise Unavailable("The gateway does not answer: ask again in a moment.") from ex


def _chargeable(payment: Payment) -> Method | None:
    """Return what a payment may be charged to: the payer's default, else what they kept last."""
    agreed = Method.consented_at.is_null(False) & (Method.use == "pay")
    kept = Method.select().where(Method.owner_id == payment.payer_id, agreed)
    for row in kept.order_by(Method.is_default.desc(), Method.id.desc()).limit(10):
        elsewhere = payment.intent and payment.source != row.gateway
        if elsewhere or row.gateway not in gateways.chosen():
            continue
        if not gateways.named(row.gateway).takes(payment.amount, payment.currency):
            return row
    return None
