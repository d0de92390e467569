"""What requests for reports take and responses show."""

from __future__ import annotations

from typing import Final

from marshmallow.validate import OneOf

from kernel import MoneyField, Schema, fields
from plugins.dashboards.posting import SPANS

TABLES: Final = ("revenue", "products", "counts", "orders")


class ReportQuery(Schema):
    """The days a report is about."""

    days = fields.Integer(
        load_default=30, validate=OneOf(SPANS), metadata={"description": "Today and the days before it, UTC."}
    )


class CsvQuery(ReportQuery):
    """Which of a report's tables."""

    table = fields.String(load_default="revenue", validate=OneOf(TABLES))


def _text(form: str, description: str = "") -> fields.String:
    """Return a text of a format: a report comes out of the cache as JSON, and goes out as it is."""
    return fields.String(required=True, metadata={"format": form, "description": description})


def _minor(description: str) -> fields.Integer:
    return fields.Integer(required=True, metadata={"description": f"{description}, in minor units."})


class SumsOut(Schema):
    """What came in."""

    sales = fields.Integer(required=True, metadata={"description": "How many were sold, cancelled ones too."})
    gross = _minor("What was sold")
    refunded = _minor("What was cancelled or paid back then, of whatever day's sales")
    net = _minor("`gross` less `refunded`")
    commission = _minor("The platform's part of `net`")


class DayOut(SumsOut):
    """What came in on a day."""

    day = _text("date")


class RevenueOut(Schema):
    """What came in in one currency."""

    currency = fields.String(required=True)
    ever = fields.Nested(SumsOut, required=True)
    period = fields.Nested(SumsOut, required=True)
    days = fields.List(fields.Nested(DayOut), required=True, metadata={"description": "The oldest first."})


class CountOut(Schema):
    """How many things of a kind there are."""

    total = fields.Integer(required=True)
    by_status = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)


class ProductOut(Schema):
    """What a product brought in so far, refunds taken off."""

    ref = fields.String(required=True)
    title = fields.String(required=True)
    quantity = fields.Integer(required=True)
    revenue = MoneyField(required=True)


class OrderOut(Schema):
    """One of the latest orders."""

    id = _text("uuid")
    number = fields.String(required=True)
    status = fields.String(required=True)
    total = MoneyField(required=True)
    placed_at = _text("date-time")
    buyer_id = _text("uuid")
    seller_id = _text("uuid")


class ReportOut(Schema):
    """The figures of the platform, a building or a seller."""

    title = fields.String(required=True, allow_none=True, metadata={"description": "The building's name."})
    generated_at = _text("date-time", "When its figures were read.")
    days = fields.Integer(required=True)
    since = _text("date")
    until = _text("date")
    revenue = fields.List(fields.Nested(RevenueOut), required=True)
    counts = fields.Dict(
        keys=fields.String(),
        values=fields.Nested(CountOut),
        required=True,
        metadata={"description": "By kind: `order`, `listing`, `user` …"},
    )
    top_products = fields.List(fields.Nested(ProductOut), required=True)
    recent_orders = fields.List(fields.Nested(OrderOut), required=True)
    figures = fields.Dict(
        keys=fields.String(),
        values=fields.Integer(),
        required=True,
        metadata={"description": "More of a seller: `listing_views`."},
    )
