"""Requests and responses of search."""

from __future__ import annotations

from typing import Any, Final

from marshmallow.validate import Length, OneOf, Range

from kernel import MoneyField, Schema, fields

TEXT: Final = Length(min=1, max=200)


def _text(**kwargs: Any) -> fields.String:
    kwargs.setdefault("validate", TEXT)
    return fields.String(**kwargs)


class SearchParameters(Schema):
    """What to search for."""

    q = _text(
        required=True,
        metadata={
            "description": 'Words, `"a phrase"`, `or`, `-without`; the last word may be a beginning.',
            "example": "oak chair",
        },
    )
    kind = fields.List(
        _text(),
        load_default=list,
        validate=Length(max=50),
        metadata={"description": "Only these kinds; repeat it for several."},
    )
    scope = _text(metadata={"description": "Only what belongs to this scope, `<kind>:<id>`."})
    sort = fields.String(
        load_default="relevance",
        validate=OneOf(("relevance", "newest", "popular")),
        metadata={"description": "What comes first."},
    )


class SuggestParameters(Schema):
    """What is being typed."""

    q = _text(required=True, validate=Length(min=2, max=200), metadata={"description": "The text so far."})
    kind = fields.List(
        _text(), load_default=list, validate=Length(max=50), metadata={"description": "Only these kinds."}
    )
    limit = fields.Integer(
        load_default=8, validate=Range(min=1, max=20), metadata={"description": "Most titles."}
    )


class HitOut(Schema):
    """A thing that was found."""

    kind = fields.String(required=True, metadata={"description": "What it is, such as `listing`."})
    id = fields.UUID(required=True)
    title = fields.String(required=True)
    summary = fields.String(required=True)
    image_url = fields.String(required=True, metadata={"description": "Empty without an image."})
    url = fields.String(required=True, metadata={"description": "Its path in this API."})
    price = MoneyField(allow_none=True)
    score = fields.Float(
        required=True, metadata={"description": "Relevance; comparable within one answer, 0 in other sorts."}
    )


class MeantOut(Schema):
    """What a page of hits tells besides them."""

    corrected = fields.String(
        required=True,
        allow_none=True,
        metadata={
            "description": "What was searched for in place of a misspelling; null when as it was typed."
        },
    )


class SuggestionsOut(Schema):
    """How the text may go on."""

    titles = fields.List(fields.String(), required=True)
    corrected = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "What was probably meant, when nothing goes on as it was typed."},
    )
