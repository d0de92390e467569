"""Whom a sale and its documents concern."""

from __future__ import annotations

from kernel import Principal
from plugins.invoices.models import Document
from plugins.invoices.permissions import READ
from plugins.invoices.sources import Sale


def may_see(about: Document | Sale, viewer: Principal) -> bool:
    """Say whether somebody is a party, or keeps the books of the scope."""
    mine = viewer.id is not None and viewer.id in (about.seller_id, about.buyer_id)
    return mine or keeps_books(about, viewer)


def keeps_books(about: Document | Sale, viewer: Principal) -> bool:
    """Say whether somebody keeps the books of the scope."""
    return viewer.can(READ, about.scope or None)
