"""Keep an account as its identity provider says: the provider's webhooks."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

import structlog
from peewee import IntegrityError

from kernel import Conflict, Invalid, app
from plugins.accounts.events import IdentityUnlinked
from plugins.accounts.identity import ExternalIdentity
from plugins.accounts.models import Identity, User
from plugins.accounts.services import credentials, erasure, people, profiles, registration, withdrawals

log = structlog.get_logger()


def adopt(user_id: UUID, identity: ExternalIdentity, changed: Collection[str]) -> None:
    """Take over what changed at the provider; in a transaction.

    `changed` names fields of the identity: what the provider says as before is
    left as the person has it here. An address is taken only verified and free.
    Raises NotFound.
    """
    columns: dict[str, str] = {}
    if "name" in changed and identity.name.strip():
        columns["name"] = identity.name.strip()[:100]
    for field in ("given_name", "family_name"):
        if field in changed:
            columns[field] = getattr(identity, field)[:100]
    if "picture" in changed and (not identity.picture or profiles.is_picture(identity.picture)):
        columns["avatar_url"] = identity.picture
    user = people.by_id(user_id)
    columns = {name: value for name, value in columns.items() if value != getattr(user, name)}
    if columns:
        profiles.update(user_id, None, columns)
    if "email" in changed and identity.email_verified:
        _adopt_address(user, identity)


def _adopt_address(user: User, identity: ExternalIdentity) -> None:
    Identity.update(email=identity.email).where(
        Identity.issuer == identity.issuer, Identity.subject == identity.subject
    ).execute()
    owner = people.by_email(identity.email)
    if owner is not None and owner.id == user.id:
        registration.mark_verified(user.id)
        return
    try:
        with app.db.atomic():
            credentials.replace_address(user, identity.email)
    except (IntegrityError, Invalid) as ex:
        # not an error to repeat: the account keeps its address, and the person can change it
        log.warning("external_address_not_taken", user_id=str(user.id), reason=type(ex).__name__)


def remove(issuer: str, subject: str) -> UUID | None:
    """Let go of a person who was deleted at the provider; return whose account that was.

    The account is deleted, unless it has another way in (a password, a verified
    number, another identity) or is the last administrator's: then only the
    identity goes, and every session ends. No token of this person opens an
    account again.
    """
    with app.db.atomic():
        withdrawals.lock(issuer, subject)
        withdrawals.note([(issuer, subject)])
        found = Identity.get_or_none(Identity.issuer == issuer, Identity.subject == subject)
        if found is None:
            return None
        user_id = UUID(str(found.user_id))
        if _has_another_way_in(user_id, found.id) or not _deleted(user_id):
            Identity.delete().where(Identity.id == found.id).execute()
            app.auth.revoke_all(user_id)
            app.bus.publish(IdentityUnlinked(user_id=user_id, provider=found.provider))
        return user_id


def _has_another_way_in(user_id: UUID, identity_id: UUID) -> bool:
    user = people.by_id(user_id)
    others = Identity.select().where(Identity.user == user_id, Identity.id != identity_id)
    return bool(user.password_hash or user.phone_verified_at or others.exists())


def _deleted(user_id: UUID) -> bool:
    try:
        with app.db.atomic():
            erasure.delete(user_id)
    except Conflict as ex:
        log.warning("last_administrator_deleted_at_provider", user_id=str(user_id), reason=str(ex))
        return False
    return True
