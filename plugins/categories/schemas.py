"""What categories look like on the wire."""

from __future__ import annotations

from typing import Any, Final

from marshmallow.validate import Length, OneOf, Range, Regexp

from kernel import Schema, fields
from plugins.categories.attributes import TYPES

MAX_ATTRIBUTES: Final = 50
MAX_OPTIONS: Final = 200
ONE_LINE: Final = Regexp(r"[^\x00-\x1f\x7f]*\Z", error="Write it in one line, without control characters.")
VISIBLE: Final = Regexp(r".*\S", error="Not empty.")
SLUG: Final = Regexp(
    r"[^\W_A-Z]+(-[^\W_A-Z]+)*\Z", error="Lower-case letters and digits, joined by single hyphens."
)
KEY: Final = Regexp(r"[a-z][a-z0-9_]{0,39}\Z", error="A lower-case letter, then letters, digits and _.")
LANGUAGE: Final = Regexp(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*\Z", error="Not a language tag such as pt-BR.")
SCOPE: Final = Regexp(
    r"[a-z][a-z0-9_]*:[A-Za-z0-9][A-Za-z0-9._-]*\Z", error="A scope such as shop:0190f3c2-…."
)


def scope() -> fields.String:
    """Return the query's scope; None when it is not given."""
    return fields.String(
        load_default=None,
        validate=[Length(max=120), SCOPE],
        metadata={"description": "Of this scope; without it, everybody's.", "example": "shop:0190f3c2"},
    )


def title(**kwargs: Any) -> fields.String:
    """Return a field for a name people see."""
    return fields.String(validate=[Length(min=1, max=100), ONE_LINE, VISIBLE], **kwargs)


def names() -> fields.Dict:
    """Return a field for names in other languages."""
    return fields.Dict(
        keys=fields.String(validate=LANGUAGE),
        values=title(),
        validate=Length(max=50),
        metadata={"description": "In other languages, by BCP 47 tag.", "example": {"de": "Möbel"}},
    )


class AttributeIn(Schema):
    """An attribute a category gives to its things, and to those of all below."""

    key = fields.String(required=True, validate=KEY, metadata={"example": "screen_size"})
    label = title(required=True)
    type = fields.String(required=True, validate=OneOf(TYPES))
    required = fields.Boolean(load_default=False)
    unit = fields.String(load_default="", validate=[Length(max=20), ONE_LINE], metadata={"example": "in"})
    minimum = fields.Raw(
        load_default=None,
        allow_none=True,
        metadata={"description": "Least number, earliest date, fewest characters of a text, fewest choices."},
    )
    maximum = fields.Raw(
        load_default=None, allow_none=True, metadata={"description": "The other end of `minimum`."}
    )
    options = fields.List(title(), load_default=list, validate=Length(max=MAX_OPTIONS))


class AttributeOut(Schema):
    """An attribute as defined."""

    key = fields.String(required=True)
    label = fields.String(required=True)
    type = fields.String(required=True, validate=OneOf(TYPES))
    required = fields.Boolean(required=True)
    unit = fields.String(required=True)
    minimum = fields.Raw(required=True, allow_none=True)
    maximum = fields.Raw(required=True, allow_none=True)
    options = fields.List(fields.String(), required=True)


class InheritedOut(AttributeOut):
    """An attribute of a category's things, and the category that defines it."""

    category_id = fields.UUID(required=True, metadata={"description": "Where it is defined."})


class CategoryChange(Schema):
    """What of a category may change; `attributes` replaces the list of its own."""

    name = title()
    names = names()
    slug = fields.String(
        validate=[Length(max=100), SLUG], metadata={"description": "Made of the name when not given."}
    )
    description = fields.String(validate=Length(max=2000))
    attributes = fields.List(fields.Nested(AttributeIn), validate=Length(max=MAX_ATTRIBUTES))


class CategoryIn(CategoryChange):
    """A new category."""

    parent_id = fields.UUID(load_default=None, allow_none=True, metadata={"description": "None: a root."})
    name = title(required=True)


class MoveIn(Schema):
    """Where a category goes."""

    parent_id = fields.UUID(required=True, allow_none=True, metadata={"description": "None: a root."})
    position = fields.Integer(
        bits=32,
        load_default=None,
        allow_none=True,
        validate=Range(min=0, max=10_000),
        metadata={"description": "Place among its siblings, from 0; without it, the last."},
    )


class StepOut(Schema):
    """A category on the way from the root."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    slug = fields.String(required=True)


class CategoryFields(Schema):
    """What every form of a category tells."""

    id = fields.UUID(required=True)
    parent_id = fields.UUID(required=True, allow_none=True)
    scope = fields.String(required=True, allow_none=True)
    name = fields.String(required=True)
    names = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    slug = fields.String(required=True)
    description = fields.String(required=True)
    position = fields.Integer(required=True)
    version = fields.Integer(required=True)


class CategoryOut(CategoryFields):
    """A category with its path, itself last, and all attributes, inherited ones first."""

    path = fields.List(fields.Nested(StepOut), required=True)
    attributes = fields.List(fields.Nested(InheritedOut), required=True)


class NodeOut(CategoryFields):
    """A category in the tree, with its own attributes and what is below."""

    attributes = fields.List(fields.Nested(AttributeOut), required=True)
    children = fields.List(fields.Nested(lambda: NodeOut()), required=True)  # noqa: PLW0108 - not there yet


class TreeOut(Schema):
    """The roots, in order."""

    items = fields.List(fields.Nested(NodeOut), required=True)


class ScopeQuery(Schema):
    """Whose categories."""

    scope = scope()


class DeleteQuery(Schema):
    """What becomes of the things of a deleted category."""

    reassign_to = fields.UUID(
        load_default=None, metadata={"description": "The category that gets what belongs to this one."}
    )
