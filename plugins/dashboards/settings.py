"""What an operator may tune about dashboards: section `[dashboards]`."""

from __future__ import annotations

from dataclasses import dataclass

from kernel import setting


@dataclass(frozen=True, slots=True)
class DashboardsSettings:
    """How fresh reports are, and how much of them there is."""

    cache_seconds: int = setting(
        300, help="Seconds a report is kept; it says when it was made.", minimum=0, maximum=86_400
    )
    top_products: int = setting(
        10, help="Best sellers of a report, for each currency.", minimum=1, maximum=100
    )
    export_products: int = setting(
        1000, help="Best sellers of an export, for each currency.", minimum=1, maximum=100_000
    )
