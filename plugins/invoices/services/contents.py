"""What stands on a document, frozen when it is issued."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel import app
from plugins.accounts import api as accounts
from plugins.invoices.models import Document, Profile
from plugins.invoices.settings import InvoicesSettings
from plugins.invoices.sources import Sale, Settlement, lines_of


def invoice(ref: str, sale: Sale, settlement: Settlement | None) -> dict[str, Any]:
    """Return the columns of an invoice that say what it is about."""
    lines = [asdict(line) for line in lines_of(sale)]
    commission = settlement.commission if settlement else sale.commission
    data = {
        **_parties(sale),
        "order": {"number": sale.number, "ordered_at": _moment(sale.ordered_at)},
        "facts": [list(pair) for pair in sale.facts],
        "lines": lines,
        "adjustments": [{"label": label, "amount": amount} for label, amount in sale.adjustments],
        "subtotal": sum(line["amount"] for line in lines),
        "paid_at": _moment(settlement.paid_at) if settlement else None,
        "note": app.settings.of(InvoicesSettings).note,
    }
    return {"ref": ref, "total": sale.total, "commission": min(commission, sale.total), "data": data}


def credit_note(of: Document, amount: int, commission: int) -> dict[str, Any]:
    """Return the columns of a credit note over `amount` of an invoice."""
    told = {name: of.data[name] for name in ("seller", "buyer", "order", "facts", "note")}
    corrects = {"number": of.number, "issued_at": _moment(of.issued_at)}
    data = {**told, "corrects": corrects, "whole": amount == of.total}
    return {
        "ref": of.ref,
        "total": amount,
        "commission": min(commission, amount),
        "corrects_id": of.id,
        "data": data,
    }


def _parties(sale: Sale) -> dict[str, dict[str, str]]:
    """Return who sells and who buys, under the names they have given for this or are known by."""
    ids = [sale.seller_id, sale.buyer_id]
    profiles = {row.owner_id: row for row in Profile.select().where(Profile.owner_id.in_(ids))}
    cards = accounts.user_cards(ids)
    return {
        role: _party(person, profiles.get(person), cards[person].name if person in cards else "")
        for role, person in zip(("seller", "buyer"), ids, strict=True)
    }


def _party(person: UUID, profile: Profile | None, name: str) -> dict[str, str]:
    return {
        "id": str(person),
        "name": (profile.name if profile else "") or name,
        "address": profile.address if profile else "",
        "tax_id": profile.tax_id if profile else "",
    }


def _moment(at: datetime) -> str:
    return at.isoformat()
