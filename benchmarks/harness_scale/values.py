"""What a route's parameters are filled with: ids of rows there are, and what people look for.

Looked up by `"<path> <name>"`, else by `"<name>"`; SQL in which `%(me)s` is the
caller and the path's other parameters stand by their names. A parameter that is
not here makes the benchmark fail: a new route names its values here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from marshmallow import fields as base
from marshmallow.validate import OneOf

if TYPE_CHECKING:
    from kernel.application import Application


class UnfilledError(Exception):
    """A route has a parameter whose values nobody gave."""


def _latest(table: str, condition: str = "true", column: str = "id") -> str:
    return f"SELECT {column} FROM {table} WHERE {condition} ORDER BY id DESC LIMIT 1"


_GROUP: Final = (
    "SELECT conversation_id FROM building_chat_room"
    " WHERE building_id = seed.building(0) AND purpose = 'group'"
)
_SAID: Final = f"SELECT id FROM chat_message WHERE conversation_id = ({_GROUP}) AND seq = 7"

PATHS: Final[Mapping[str, str]] = {
    "appeal_id": _latest("moderation_appeal", "appellant_id = %(me)s"),
    "/moderation/appeals/{contest_id} contest_id": _latest("moderation_appeal", "scope = seed.scope(0)"),
    "booking_id": _latest("bookings_booking", "customer_id = %(me)s"),
    "resource_id": _latest("bookings_resource", "provider_id = %(me)s"),
    "building_id": "SELECT seed.building(0)",
    "/buildings/{building_id}/join-requests/{request_id} request_id": _latest(
        "buildings_join_request", "building_id = seed.building(0) AND status = 'PENDING'"
    ),
    "user_id": "SELECT seed.person(0)",
    "unit_id": _latest("buildings_unit", "building_id = seed.building(0)"),
    "category_id": "SELECT seed.category(7)",
    "backup_id": _latest("chat_backup", "user_id = %(me)s AND kind = 'export'"),
    "restore_id": _latest("chat_backup", "user_id = %(me)s AND kind = 'restore'"),
    "hashtag": "SELECT 'oak'",
    "token": "SELECT 'invite7'",
    "scheduled_id": _latest("chat_scheduled", "sender_id = %(me)s"),
    "conversation_id": _GROUP,
    "message_id": _SAID,
    "/messages/{message_id}/voters message_id": "SELECT message_id FROM chat_vote LIMIT 1",
    "escrow_id": _latest("payments_split", "payer_id = %(me)s AND state = 'HELD'"),
    "listing_id": _latest("listings_listing", "seller_id = %(me)s AND status = 'ACTIVE' AND withheld = '{}'"),
    "media_id": _latest("media_medium", "owner_id = %(me)s"),
    "case_id": "SELECT case_id FROM moderation_report GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1",
    "/moderation/complaints/{contest_id} contest_id": _latest(
        "moderation_complaint", "scope = seed.scope(0)"
    ),
    "/reports/{report_id}/complaint report_id": _latest(
        "moderation_report AS r",
        "reporter_id = %(me)s AND EXISTS (SELECT FROM moderation_complaint AS c WHERE c.report_id = r.id)",
    ),
    "decision_id": _latest("moderation_decision", "owner_id = %(me)s"),
    "/moderation/decisions/{decision_id} decision_id": _latest(
        "moderation_decision", "scope = seed.scope(0) AND owner_id <> %(me)s"
    ),
    "delivery_id": _latest("webhooks_delivery", "endpoint_id = %(endpoint_id)s"),
    "/notifications/deliveries/{delivery_id} delivery_id": _latest("notifications_delivery"),
    "notification_id": _latest("notifications_notification", "user_id = %(me)s"),
    "order_id": _latest("orders_order", "buyer_id = %(me)s AND status = 'COMPLETED'"),
    "/order-chats/{order_id} order_id": (
        "SELECT o.id FROM orders_order AS o JOIN chat_conversation AS c ON c.ref = 'order:' || o.id"
        " WHERE buyer_id = %(me)s ORDER BY o.id DESC LIMIT 1"
    ),
    "/booking-chats/{booking_id} booking_id": (
        "SELECT b.id FROM bookings_booking AS b JOIN chat_conversation AS c ON c.ref = 'booking:' || b.id"
        " WHERE customer_id = %(me)s ORDER BY b.id DESC LIMIT 1"
    ),
    "payment_id": (
        "SELECT p.id FROM payments_payment AS p JOIN payments_operation AS o ON o.payment_id = p.id"
        " WHERE payer_id = %(me)s AND kind = 'refund' ORDER BY p.id DESC LIMIT 1"
    ),
    "payout_id": _latest("payments_payout", "owner_id = %(me)s"),
    "report_id": _latest("moderation_report", "reporter_id = %(me)s"),
    "review_id": _latest("reviews_review", "subject_id = seed.person(0) AND withheld = '{}'"),
    "subscription_id": _latest("subscriptions_subscription", "user_id = %(me)s AND ended_at IS NULL"),
    "request_id": _latest("verification_request", "requester_id = %(me)s"),
    "/verifications/{request_id}/notes request_id": _latest("verification_request", "scope = seed.scope(0)"),
    "document_id": _latest("invoices_document"),
    "endpoint_id": _latest("webhooks_endpoint", "owner_id = %(me)s", "first_value(id) OVER (ORDER BY id)"),
}
"""Ids in paths."""

QUERIES: Final[Mapping[str, str]] = {
    "q": "VALUES ('oak'), ('garden lamp'), ('radioax')",
    "/buildings q": "VALUES ('garden'), ('radioax')",
    "/buildings/{building_id}/units q": "VALUES ('7')",
    "/chat/search q": "VALUES ('oak'), ('radioax')",
    "/search/suggest q": "VALUES ('oa'), ('radioax'), ('gardne')",
    "/search q": "VALUES ('oak'), ('garden lamp'), ('radioax'), ('gardne')",
    "/users q": "VALUES ('oak'), ('radioax')",
    "/admin/scopes q": "VALUES ('garden'), ('radioax')",
    "/admin/settings q": "VALUES ('limit')",
    "/admin/events type": "VALUES ('orders'), ('orders.order.placed.v1')",
    "actor": "SELECT seed.person(0)",
    "ids": "SELECT seed.person(0)",
    "key": "SELECT key FROM kernel_event ORDER BY position DESC LIMIT 1",
    "of": "SELECT seed.scope(0)",
    "payer_id": "SELECT seed.person(0)",
    "/payments/all ref": _latest("payments_payment", column="ref"),
    "plan": "VALUES ('standard')",
    "section": "VALUES ('http')",
    "about": "SELECT about[1] FROM reviews_review ORDER BY id LIMIT 1",
    "address": "VALUES ('person0@example.com')",
    "case": PATHS["case_id"],
    "category": "VALUES (seed.category(7)), (seed.category(27))",
    "checkout": _latest("orders_order", "buyer_id = %(me)s", "checkout_id"),
    "city": _latest("buildings_building", column="city"),
    "conversation_id": _GROUP,
    "country": "VALUES ('DE')",
    "currency": "VALUES ('USD')",
    "days": "VALUES (7), (90)",
    "email": "VALUES ('person7@example.com')",
    "kind": "VALUES ('listing')",
    "/verifications kind": "VALUES ('buildings.unit')",
    "/verifications/queue kind": "VALUES ('buildings.unit')",
    "months": "VALUES (12)",
    "min_price": "VALUES (150000)",
    "max_price": "VALUES (20000)",
    "number": _latest("orders_order", "buyer_id = %(me)s", "number"),
    "owner": "SELECT seed.person(0)",
    "prefix": "VALUES ('oa')",
    "rating": "VALUES (1), (2)",
    "reason": "VALUES ('fraud')",
    "ref": _latest("payments_payment", "payer_id = %(me)s", "ref"),
    "/bookings/availability ref": "SELECT ref FROM bookings_resource ORDER BY id LIMIT 1",
    "reviewer": "SELECT seed.person(0)",
    "role": "VALUES ('building_admin'), ('admin')",
    "scope": "VALUES (seed.scope(0)), (seed.scope(9))",
    "/users scope": "",
    "seller": "SELECT seed.person(0)",
    "sender_id": "SELECT seed.person(0)",
    "subject": "SELECT seed.person(0)",
    "/chat/search type": "VALUES ('text'), ('poll')",
    "/chat/hashtags/{hashtag} type": "VALUES ('text'), ('poll')",
    "/conversations/{conversation_id}/messages type": "VALUES ('text'), ('poll')",
    "/orders status": "VALUES ('PENDING'), ('COMPLETED'), ('DISPUTED'), ('REFUNDED')",
    "/media type": "VALUES ('document')",
    "/notifications type": "VALUES ('chat.message')",
    "/notifications/deliveries type": "VALUES ('orders.placed')",
    "unit_id": PATHS["unit_id"],
    "user": "SELECT %(me)s::uuid",
    "user_id": "SELECT seed.person(0)",
    "/presence user_id": "SELECT seed.person(3)",
    "after": "VALUES (50)",
    "around": _SAID,
    "before": "VALUES (150)",
    "hashtag": "VALUES ('oak')",
    "thread_id": "",
    "limit": "",
    "until": "VALUES (seed.now() - interval '20 days')",
    "/bookings/availability until": "VALUES (seed.now()::date + 10)",
    "since": "VALUES (seed.now() - interval '20 days')",
    "/bookings/availability since": "VALUES (seed.now()::date)",
    "published_after": "VALUES (seed.now() - interval '20 days')",
    "published_before": "VALUES (seed.now() - interval '20 days')",
    "placed_after": "VALUES (seed.now() - interval '20 days')",
    "placed_before": "VALUES (seed.now() - interval '20 days')",
}
"""What is asked of lists; an empty value leaves a parameter out (`limit` is a page's size, not a filter)."""


def path_value(app: Application, path: str, name: str, known: dict[str, Any]) -> Any:
    """Return the value of a path's parameter for a caller; None when the caller has none of these."""
    rows = app.db.rows(_given(PATHS, path, name), known)
    return rows[0][0] if rows else None


def query_values(app: Application, path: str, name: str, field: base.Field[Any], me: Any) -> list[str]:
    """Return the values to try of a query's parameter: all of a choice, else those given here."""
    specific = f"{path} {name}" in QUERIES
    for validator in field.validators:
        if isinstance(validator, OneOf) and not specific:
            return [str(each) for each in validator.choices]
    if isinstance(field, base.Boolean):
        return ["true", "false"]
    statement = _given(QUERIES, path, name)
    return [_text(value) for (value,) in app.db.rows(statement, {"me": me})] if statement else []


def _given(table: Mapping[str, str], path: str, name: str) -> str:
    for key in (f"{path} {name}", name):
        if key in table:
            return table[key]
    raise UnfilledError(f"{path}: nothing to fill {name} with; name it in benchmarks/harness_scale/values.py")


def _text(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
