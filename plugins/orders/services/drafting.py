"""From refs and quantities to a draft: what they stand for, of whom, for how much."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from kernel import FieldError, Forbidden, Invalid, Principal, app, uuid7
from plugins.orders.pipeline import Draft, DraftLine, Offer
from plugins.orders.problems import OutOfStock
from plugins.orders.settings import OrdersSettings

LARGEST: Final = 10**14
"""The most a checkout may come to, in minor units: sums over many of them must fit a BIGINT, too."""

Asked = Sequence[Mapping[str, Any]]


def drafted(buyer: Principal, lines: Asked, note: str) -> Draft:
    """Return the draft of a checkout; raise Invalid or OutOfStock naming every line at fault."""
    if buyer.id is None:
        raise Forbidden("This takes an account.")
    _check_refs(lines)
    offers = _resolved(lines, buyer)
    _check_offers(lines, offers, buyer.id)
    _check_quantities(lines, offers)
    orders: dict[UUID, UUID] = {}
    drafts = []
    for position, line in enumerate(lines):
        offer = offers[line["ref"]]
        order_id = orders.setdefault(offer.seller_id, uuid7())
        drafts.append(DraftLine(uuid7(), order_id, position, offer, line["quantity"]))
    currency = drafts[0].offer.unit_price.currency
    return Draft(uuid7(), buyer, currency, tuple(drafts), note)


def _check_refs(lines: Asked) -> None:
    most = app.settings.of(OrdersSettings).max_lines
    if len(lines) > most:
        raise Invalid(errors=[FieldError(f"At most {most} lines.", pointer="/lines")])
    seen: set[str] = set()
    faults = []
    for n, line in enumerate(lines):
        if line["ref"] in seen:
            faults.append(
                FieldError("This is there twice: add the quantities up.", pointer=f"/lines/{n}/ref")
            )
        seen.add(line["ref"])
    _refuse(faults)


def _resolved(lines: Asked, buyer: Principal) -> dict[str, Offer]:
    refs = [line["ref"] for line in lines]
    found: dict[str, Offer] = {}
    for answer in app.hooks.call("orders_resolve", refs=refs, buyer=buyer):
        for ref, given in answer.items():
            found[ref] = given if isinstance(given, Offer) else Offer(**given)
    missing = [n for n, ref in enumerate(refs) if ref not in found]
    _refuse([FieldError("There is no such thing to order.", pointer=f"/lines/{n}/ref") for n in missing])
    return found


def _check_offers(lines: Asked, offers: Mapping[str, Offer], buyer_id: UUID) -> None:
    """Refuse one's own goods, and what does not go into one checkout: another currency or scope."""
    first = offers[lines[0]["ref"]]
    faults = []
    for n, line in enumerate(lines):
        offer, pointer = offers[line["ref"]], f"/lines/{n}/ref"
        if offer.seller_id == buyer_id:
            faults.append(FieldError("This is your own.", pointer=pointer))
        if offer.unit_price.currency != first.unit_price.currency:
            told = f"This is priced in {offer.unit_price.currency}, the first line in"
            detail = f"{told} {first.unit_price.currency}: order them separately."
            faults.append(FieldError(detail, pointer=pointer))
        if offer.scope != first.scope:
            faults.append(FieldError("This is offered elsewhere: order it separately.", pointer=pointer))
    _refuse(faults)


def _check_quantities(lines: Asked, offers: Mapping[str, Offer]) -> None:
    faults, short = [], []
    total = 0
    for n, line in enumerate(lines):
        offer, quantity, pointer = offers[line["ref"]], line["quantity"], f"/lines/{n}/quantity"
        total += offer.unit_price.amount * quantity
        if quantity > offer.quantity_max:
            faults.append(FieldError(f"At most {offer.quantity_max} at once.", pointer=pointer))
        elif total > LARGEST:
            faults.append(FieldError("This comes to more money than can be counted.", pointer=pointer))
        elif offer.available is not None and quantity > offer.available:
            short.append(FieldError(f"Only {offer.available} left.", pointer=pointer))
    _refuse(faults)
    if short:
        raise OutOfStock(errors=short)


def _refuse(faults: Sequence[FieldError]) -> None:
    if faults:
        raise Invalid(errors=faults)
