"""Tables of invoices."""

from __future__ import annotations

from typing import Final

import peewee

from kernel import JSONField, Table, TimestampField, uuid7


class Document(Table):
    """An invoice or a credit note, as it was issued: the database refuses to change it.

    `key` says what it is for (`invoice:<ref>`, `refund:<id>`, `void:<ref>`), and that there is one.
    `data` is all that stands on it; amounts are minor units of `currency`. An empty `scope`
    means everybody's. `corrects_id` is the invoice a credit note is about.
    """

    id = peewee.UUIDField(primary_key=True, default=uuid7)
    kind = peewee.TextField()
    key = peewee.TextField()
    ref = peewee.TextField()
    series = peewee.TextField()
    number = peewee.TextField()
    seller_id = peewee.UUIDField()
    buyer_id = peewee.UUIDField()
    scope = peewee.TextField()
    currency = peewee.FixedCharField(max_length=3)  # type: ignore[call-overload]  # the stubs lack it
    total = peewee.BigIntegerField()
    commission = peewee.BigIntegerField()
    corrects_id = peewee.UUIDField(null=True)
    data = JSONField(index=False)
    issued_at = TimestampField()

    class Meta:
        table_name = "invoices_document"


class Series(Table):
    """How far the numbers of a series have come; its row is locked by who takes the next one."""

    series = peewee.TextField()
    kind = peewee.TextField()
    period = peewee.TextField()
    last = peewee.BigIntegerField()

    class Meta:
        table_name = "invoices_series"
        primary_key = peewee.CompositeKey("series", "kind", "period")


class Profile(Table):
    """Under which name and address somebody buys and sells; new documents bear it."""

    owner_id = peewee.UUIDField(primary_key=True)
    name = peewee.TextField()
    address = peewee.TextField()
    tax_id = peewee.TextField()
    updated_at = TimestampField()

    class Meta:
        table_name = "invoices_profile"


INDEXES: Final = (
    "UNIQUE INDEX invoices_document_key ON invoices_document (key)",
    "UNIQUE INDEX invoices_document_number ON invoices_document (series, number)",
    "INDEX invoices_document_ref ON invoices_document (ref, id)",
    "INDEX invoices_document_buyer ON invoices_document (buyer_id, id DESC)",
    "INDEX invoices_document_seller ON invoices_document (seller_id, id DESC)",
    "INDEX invoices_document_scope ON invoices_document (scope, id DESC)",
    "INDEX invoices_document_age ON invoices_document (issued_at)",
)
for _definition in INDEXES:
    Document.add_index(peewee.SQL(f"CREATE {_definition}"))

MODELS: Final = (Document, Series, Profile)
