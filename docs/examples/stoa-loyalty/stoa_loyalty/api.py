"""What other plugins may use of loyalty."""

from __future__ import annotations

from stoa_loyalty.events import PointsEarned
from stoa_loyalty.services import NotEnoughPoints, earn, spend

__all__ = ["NotEnoughPoints", "PointsEarned", "earn", "spend"]
