"""What is stored about a person: sums of what they sold.

Erasing takes nothing: the figures follow what their owners keep, and hold no name.
Orders stay under an id that leads nowhere any more, and so do their sums.
"""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from kernel import app
from plugins.dashboards.posting import seller_bucket

_DAYS: Final = """
SELECT day::text, currency, sales, gross, refunded, commission FROM dashboards_day
WHERE bucket = %(bucket)s ORDER BY day, currency
"""
_PRODUCTS: Final = """
SELECT ref, title, quantity, amount, currency FROM dashboards_product
WHERE bucket = %(bucket)s ORDER BY currency, ref
"""


def export(user_id: UUID) -> dict[str, Any]:
    """Return what somebody sold, by day and by product."""
    values = {"bucket": seller_bucket(user_id)}
    return {"days": app.db.dicts(_DAYS, values), "products": app.db.dicts(_PRODUCTS, values)}
