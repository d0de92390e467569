"""The tables of loyalty."""

from __future__ import annotations

from peewee import BigIntegerField, Check, TextField, UUIDField

from kernel import Model

TIERS = ((2000, "gold"), (500, "silver"), (0, "bronze"))


class Account(Model):
    """What one person has: points, never below zero; `lifetime` is all they ever earned."""

    owner_id = UUIDField(unique=True)
    balance = BigIntegerField(default=0, constraints=[Check("balance >= 0")])
    lifetime = BigIntegerField(default=0)

    class Meta:
        table_name = "loyalty_account"

    @property
    def tier(self) -> str:
        """The tier that all they ever earned puts them in."""
        return next(name for least, name in TIERS if self.lifetime >= least)


class Entry(Model):
    """One movement: points earned (above zero) or spent (below), and why."""

    owner_id = UUIDField()
    points = BigIntegerField()
    reason = TextField()

    class Meta:
        table_name = "loyalty_entry"
        indexes = ((("owner_id", "id"), False),)


MODELS = (Account, Entry)
