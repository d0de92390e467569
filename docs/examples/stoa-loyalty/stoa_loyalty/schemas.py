"""Requests and responses."""

from __future__ import annotations

from marshmallow import validate

from kernel import Schema, fields

POINTS = validate.Range(min=1, max=1_000_000)
REASON = validate.Length(min=1, max=200)


class AccountOut(Schema):
    """What one has."""

    balance = fields.Integer(required=True)
    lifetime = fields.Integer(required=True)
    tier = fields.String(required=True, validate=validate.OneOf(["bronze", "silver", "gold"]))


class EntryOut(Schema):
    """One movement; `points` is below zero when they were spent."""

    id = fields.UUID(required=True)
    points = fields.Integer(required=True)
    reason = fields.String(required=True)
    created_at = fields.DateTime(required=True)


class SpendIn(Schema):
    """How much, and what for."""

    points = fields.Integer(required=True, validate=POINTS)
    reason = fields.String(required=True, validate=REASON)


class GrantIn(SpendIn):
    """The same, and to whom."""

    owner_id = fields.UUID(required=True)
