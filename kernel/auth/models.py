"""The tables of accounts, sessions, grants, keys and codes.

What is secret is not here: refresh tokens, API keys and codes are stored as
digests, signing keys as the salt they are derived with.
"""

from __future__ import annotations

from typing import Any, ClassVar

from peewee import CharField, Check, ForeignKeyField, IntegerField, TextField, UUIDField

from kernel.storage import JSONField, Model, TimestampField

STATUSES = ("active", "suspended", "banned", "deleted")


class Account(Model):
    """What the kernel must know of a user; the profile is a plugin's.

    `epoch` counts how often all sessions were ended, `signed_out_at` is when
    last: a sign-in begun before is not completed after.
    """

    status = CharField(max_length=16, default="active")
    status_until = TimestampField(null=True)
    epoch = IntegerField(default=0)
    signed_out_at = TimestampField(null=True)

    class Meta:
        table_name = "kernel_account"
        constraints: ClassVar[list[Any]] = [Check(f"status IN {STATUSES}", name="kernel_account_status")]


class Session(Model):
    """One device signed in: the family of its refresh tokens."""

    account = ForeignKeyField(Account, on_delete="CASCADE")
    device = CharField(max_length=200)
    ip = CharField(max_length=45)
    last_used_at = TimestampField()
    expires_at = TimestampField(index=True)
    mfa_at = TimestampField(null=True)
    revoked_at = TimestampField(null=True)

    class Meta:
        table_name = "kernel_session"


class RefreshToken(Model):
    """A single-use token, by digest; spent when `used_at` is set.

    The successor is derived from the presented token and `nonce`, so a retry
    that knows the first one's key (`retry_digest`) gets the same successor
    though none is stored.
    """

    session = ForeignKeyField(Session, on_delete="CASCADE")
    digest = CharField(max_length=64, unique=True)
    expires_at = TimestampField(index=True)
    used_at = TimestampField(null=True)
    nonce = CharField(max_length=64, null=True)
    retry_digest = CharField(max_length=64, null=True)

    class Meta:
        table_name = "kernel_refresh_token"


class RoleGrant(Model):
    """A role of an account, globally (`scope` empty) or within a scope."""

    account = ForeignKeyField(Account, on_delete="CASCADE", index=False)
    role = CharField(max_length=64)
    scope = CharField(max_length=120, default="")
    granted_by = UUIDField(null=True)

    class Meta:
        table_name = "kernel_grant"
        indexes = ((("account", "role", "scope"), True), (("scope", "role"), False))


class ApiKey(Model):
    """A machine's key acting for its owner, perhaps with less than he may do."""

    account = ForeignKeyField(Account, on_delete="CASCADE")
    name = CharField(max_length=120)
    prefix = CharField(max_length=16, unique=True)
    digest = CharField(max_length=64)
    permissions = JSONField(null=True)
    scopes = JSONField(null=True)
    expires_at = TimestampField(null=True)
    last_used_at = TimestampField(null=True)
    revoked_at = TimestampField(null=True)

    class Meta:
        table_name = "kernel_api_key"


class Code(Model):
    """A one-time code by digest; at most one lives for a purpose and subject."""

    purpose = CharField(max_length=64)
    subject = TextField()
    digest = CharField(max_length=64)
    attempts = IntegerField(default=0)
    expires_at = TimestampField(index=True)

    class Meta:
        table_name = "kernel_code"
        indexes = ((("purpose", "subject"), True), (("purpose", "digest"), False))


class SigningKey(Model):
    """A key of access tokens, by the salt it is derived with; its id is the `kid`.

    active signs and verifies; next will; retired verifies until `verify_until`;
    revoked is refused at once. There is one active and one next.
    """

    salt = CharField(max_length=64)
    state = CharField(max_length=16)
    verify_until = TimestampField(null=True)

    class Meta:
        table_name = "kernel_signing_key"


SigningKey.add_index(
    SigningKey.index(
        SigningKey.state,
        unique=True,
        where=SigningKey.state.in_(("active", "next")),
        name="kernel_signing_key_one",
    )
)

MODELS = (Account, Session, RefreshToken, RoleGrant, ApiKey, Code, SigningKey)
Account.add_index(
    Account.index(Account.status, Account.id, where=Account.status != "active", name="kernel_account_barred")
)
