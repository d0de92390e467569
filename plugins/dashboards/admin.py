"""Figures in the web console: of the platform, and of a building."""

from __future__ import annotations

from typing import Any, Final

from kernel import AdminChart, AdminPage
from plugins.dashboards.permissions import PLATFORM, SCOPE

CHARTS: Final = (
    AdminChart(
        title="Revenue",
        rows="revenue",
        x="currency",
        y={"period.gross": "Sold", "period.refunded": "Went back", "period.net": "Net",
           "period.commission": "Commission", "period.sales": "Sales"},
        money="currency",
        counts=("period.sales",),
    ),
    AdminChart(
        title="Revenue by day",
        rows="revenue.days",
        x="day",
        y={"net": "Net", "gross": "Sold"},
        kind="line",
        money="currency",
    ),
    AdminChart(title="What there is", rows="counts", x="key", y={"total": "Total"}, kind="bars", plural=True),
    AdminChart(
        title="Best sellers",
        rows="top_products",
        x="title",
        y={"quantity": "Sold", "revenue": "Revenue"},
        kind="table",
    ),
    AdminChart(
        title="Latest orders",
        rows="recent_orders",
        x="number",
        y={"status": "Status", "total": "Total", "placed_at": "Placed"},
        kind="table",
    ),
)  # fmt: skip


def _figures(name: str, title: str, permission: str, reads: str, **more: Any) -> AdminPage:
    return AdminPage(
        name=f"dashboards.{name}",
        title=title,
        group="Analytics",
        permission=permission,
        reads=reads,
        filters=("days",),
        charts=CHARTS,
        downloads={
            "Revenue as CSV": f"{reads}/export.csv",
            "All as Excel": f"{reads}/export.xlsx",
            "As PDF": f"{reads}/export.pdf",
        },
        **more,
    )


PAGES: Final = (
    _figures("platform", "The platform in figures", PLATFORM, "/v1/analytics/platform"),
    _figures(
        "building",
        "A building in figures",
        SCOPE,
        "/v1/analytics/building/{building_id}",
        scope_kind="building",
    ),
)
