"""Tables of accounts.

The kernel keeps sessions, grants and standing (`kernel_*`); here is what it
means to be a person: addresses, credentials, profile, second factors, external
identities.
"""

from __future__ import annotations

from uuid import UUID

import peewee
from playhouse.postgres_ext import BinaryJSONField

from kernel import Model, TimestampField, Versioned


class User(Versioned):
    """One person; the row stays, emptied, when the account is deleted.

    `email` is as the person writes it, `email_key` what is compared. `name_key`
    is the folded name that prefix searches use. `password_hash` is NULL for a
    person who only signs in from outside or by phone.
    """

    email = peewee.TextField(null=True)
    email_key = peewee.TextField(null=True)
    email_verified_at = TimestampField(null=True)
    pending_email = peewee.TextField(null=True)
    phone = peewee.TextField(null=True)
    phone_verified_at = TimestampField(null=True)
    password_hash = peewee.TextField(null=True)
    name = peewee.TextField()
    name_key = peewee.TextField()
    given_name = peewee.TextField(default="")
    family_name = peewee.TextField(default="")
    avatar_url = peewee.TextField(default="")
    bio = peewee.TextField(default="")
    status_message = peewee.TextField(default="")
    preferences = BinaryJSONField(default=dict, index=False)
    privacy = BinaryJSONField(default=dict, index=False)
    deactivated_at = TimestampField(null=True)
    deleted_at = TimestampField(null=True)

    class Meta:
        table_name = "accounts_user"


class Identity(Model):
    """A person's account at an external provider; `subject` is unique per issuer."""

    user_id: UUID

    user = peewee.ForeignKeyField(User, on_delete="CASCADE", index=False)
    provider = peewee.TextField()
    issuer = peewee.TextField()
    subject = peewee.TextField()
    email = peewee.TextField(null=True)

    class Meta:
        table_name = "accounts_identity"


class Totp(Model):
    """An authenticator app (RFC 6238); `last_step` makes each code single use."""

    user = peewee.ForeignKeyField(User, on_delete="CASCADE", index=False)
    secret = peewee.TextField()
    confirmed_at = TimestampField(null=True)
    last_step = peewee.BigIntegerField(default=0)

    class Meta:
        table_name = "accounts_totp"


class RecoveryCode(Model):
    """A way in when the authenticator is lost; kept as a keyed hash, single use."""

    user = peewee.ForeignKeyField(User, on_delete="CASCADE", index=False)
    digest = peewee.TextField()
    used_at = TimestampField(null=True)

    class Meta:
        table_name = "accounts_recovery_code"


class Challenge(Model):
    """A sign-in that waits for its second half: a TOTP code or a provider's answer.

    The holder knows `<id>.<secret>`; the row keeps the secret's hash.
    """

    user_id: UUID | None

    kind = peewee.TextField()
    digest = peewee.TextField()
    user = peewee.ForeignKeyField(User, on_delete="CASCADE", null=True, index=False)
    data = BinaryJSONField(default=dict, index=False)
    attempts = peewee.SmallIntegerField(default=0)
    expires_at = TimestampField()

    class Meta:
        table_name = "accounts_challenge"


class Device(Model):
    """A device a person has signed in from; a first sight of one is announced."""

    user = peewee.ForeignKeyField(User, on_delete="CASCADE", index=False)
    fingerprint = peewee.TextField()
    name = peewee.TextField(default="")

    class Meta:
        table_name = "accounts_device"


class StandingChange(Model):
    """Who changed an account's standing, to what, why and until when."""

    user = peewee.ForeignKeyField(User, on_delete="CASCADE", index=False)
    standing = peewee.TextField()
    reason = peewee.TextField(default="")
    until = TimestampField(null=True)
    changed_by = peewee.UUIDField(null=True)

    class Meta:
        table_name = "accounts_standing_change"


class WithdrawnIdentity(Model):
    """An external identity that was taken off its account, or whose account was deleted.

    The provider's tokens from before must not open an account anew. `digest` is
    the SHA-256 of issuer and subject: enough to recognise, nothing to read.
    """

    digest = peewee.TextField()
    withdrawn_at = TimestampField()

    class Meta:
        table_name = "accounts_withdrawn_identity"


class ExternalSession(Model):
    """A session at a provider: which of ours were opened by it, and whether it has ended there.

    `reference` is the issuer and its session id. A row with `ended_at` says that
    it ended; the others name a session of ours each.
    """

    reference = peewee.TextField()
    session_id = peewee.UUIDField(null=True)
    ended_at = TimestampField(null=True)

    class Meta:
        table_name = "accounts_external_session"


User.add_index(User.index(User.email_key, unique=True, name="accounts_user_email"))
_VERIFIED = User.phone_verified_at.is_null(False)
User.add_index(User.index(User.phone, unique=True, where=_VERIFIED, name="accounts_user_phone"))
User.add_index(User.index(User.name_key, User.id, name="accounts_user_name"))
_DEACTIVATED = User.deactivated_at.is_null(False)
User.add_index(User.index(User.name_key, User.id, where=_DEACTIVATED, name="accounts_user_deactivated"))
User.add_index(
    peewee.SQL(
        "CREATE INDEX accounts_user_words ON accounts_user USING gin (to_tsvector('simple', name_key))"
    )
)
Identity.add_index(
    Identity.index(Identity.issuer, Identity.subject, unique=True, name="accounts_identity_subject")
)
Identity.add_index(
    Identity.index(Identity.user, Identity.provider, unique=True, name="accounts_identity_provider")
)
Totp.add_index(Totp.index(Totp.user, unique=True, name="accounts_totp_user"))
RecoveryCode.add_index(
    RecoveryCode.index(
        RecoveryCode.user, RecoveryCode.digest, unique=True, name="accounts_recovery_code_digest"
    )
)
Challenge.add_index(Challenge.index(Challenge.expires_at, name="accounts_challenge_expires"))
Challenge.add_index(Challenge.index(Challenge.user, name="accounts_challenge_user"))
Device.add_index(
    Device.index(Device.user, Device.fingerprint, unique=True, name="accounts_device_fingerprint")
)
StandingChange.add_index(
    StandingChange.index(StandingChange.user, StandingChange.id, name="accounts_standing_change_user")
)
WithdrawnIdentity.add_index(
    WithdrawnIdentity.index(WithdrawnIdentity.digest, unique=True, name="accounts_withdrawn_identity_digest")
)
ExternalSession.add_index(
    ExternalSession.index(ExternalSession.reference, name="accounts_external_session_reference")
)
ExternalSession.add_index(
    ExternalSession.index(ExternalSession.created_at, name="accounts_external_session_created")
)

MODELS = (
    User,
    Identity,
    Totp,
    RecoveryCode,
    Challenge,
    Device,
    StandingChange,
    WithdrawnIdentity,
    ExternalSession,
)
