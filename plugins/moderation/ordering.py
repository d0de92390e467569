"""What moderation has to say about a deal: nothing is bought of or booked with who is suspended or banned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel import app
from plugins.moderation.problems import SellerNotAvailable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID


def guard(seller_ids: Sequence[UUID], remedy: str = "Take their lines out.") -> None:
    """Raise SellerNotAvailable for a seller whose account may not be used now; one statement."""
    known = app.auth.statuses(seller_ids)
    gone = [each for each in seller_ids if each not in known or known[each].status != "active"]
    if gone:
        raise SellerNotAvailable(remedy, seller_ids=[str(each) for each in gone])
