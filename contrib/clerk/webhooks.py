"""Apply what Clerk tells: each message once, and never an older word over a newer one.

The record of a message stands in the transaction of its change: what was rolled
back comes again, what was applied does not count twice. Messages arrive in any
order, so a user's state is compared by Clerk's own `updated_at`; a deletion is
final. What cannot be applied (an address of another account) is logged and
acknowledged: sending it again would not mend it.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import structlog

from contrib.clerk.models import ClerkUser, Webhook
from contrib.clerk.people import identity_of
from contrib.clerk.provider import NAME
from contrib.clerk.settings import ClerkSettings
from kernel import Problem, app, invalid
from plugins.accounts.api import (
    EmailTaken,
    ExternalIdentity,
    IdentityTaken,
    ProviderRefused,
    TokenRefused,
    adopt_identity,
    end_external_session,
    external_user,
    remove_identity,
)

REMEMBERED: Final = timedelta(days=7)  # Svix repeats a message for some 28 hours
LONGEST_ID: Final = 255
_UNMENDABLE: Final = (EmailTaken, IdentityTaken, ProviderRefused, TokenRefused)

log = structlog.get_logger()


def handle(message_id: str, event: object) -> None:
    """Apply an event; unknown types change nothing. Raises Invalid for one of another shape."""
    if not isinstance(event, Mapping) or not isinstance(event.get("data"), Mapping):
        raise invalid("/data", "An event is an object with `type` and `data`.")
    apply = HANDLERS.get(str(event.get("type")))
    if apply is None:
        return
    with app.db.atomic():
        if _is_new(message_id):
            apply(event["data"])


def purge() -> int:
    """Forget messages that do not come again; return how many."""
    return int(Webhook.delete().where(Webhook.created_at <= app.clock.now() - REMEMBERED).execute())


def _is_new(message_id: str) -> bool:
    """Record a message; say whether this is its first time (a second one at this moment waits)."""
    now = app.clock.now()
    made = Webhook.insert(message_id=message_id, created_at=now, updated_at=now).on_conflict_ignore()
    return bool(list(made.returning(Webhook.id).execute()))


def _user_changed(data: Mapping[str, Any]) -> None:
    said_at = data.get("updated_at")
    if not isinstance(said_at, int) or not 0 < said_at < 1 << 63:
        raise invalid("/data/updated_at", "This is no time in milliseconds.")
    known = _locked(_id_of(data))
    if known.deleted_at is not None or said_at <= known.said_at:
        return
    identity = identity_of(data, _issuer())
    said = _digests(identity, banned=data.get("banned") is True)
    changed = {name for name in said if said[name] != known.said.get(name)}
    ClerkUser.update(said_at=said_at, said=said).where(ClerkUser.id == known.id).execute()
    if data.get("banned") is not True:
        _bring_up_to_date(identity, changed if known.said else set())
    elif "banned" in changed:
        _sign_out(identity)


def _bring_up_to_date(identity: ExternalIdentity, changed: set[str]) -> None:
    """Open the account at need, and take over what changed at Clerk since the last word."""
    user_id = _account(identity)
    if user_id is not None and changed:
        adopt_identity(user_id, identity, changed)


def _sign_out(identity: ExternalIdentity) -> None:
    """End what a user banned at Clerk has open here; Clerk gives them no new tokens."""
    user_id = _account(identity)
    if user_id is not None:
        app.auth.revoke_all(user_id)


def _account(identity: ExternalIdentity) -> UUID | None:
    try:
        return external_user(NAME, identity)
    except _UNMENDABLE as ex:
        _log_unapplied(identity.subject, ex)
        return None


def _user_deleted(data: Mapping[str, Any]) -> None:
    known = _locked(_id_of(data))
    if known.deleted_at is None:
        ClerkUser.update(deleted_at=app.clock.now(), said={}).where(ClerkUser.id == known.id).execute()
        remove_identity(_issuer(), known.subject)


def _session_over(data: Mapping[str, Any]) -> None:
    end_external_session(_issuer(), _id_of(data))


HANDLERS: Final[Mapping[str, Callable[[Mapping[str, Any]], None]]] = {
    "user.created": _user_changed,
    "user.updated": _user_changed,
    "user.deleted": _user_deleted,
    "session.ended": _session_over,
    "session.removed": _session_over,
    "session.revoked": _session_over,
}


def _locked(subject: str) -> ClerkUser:
    """Return a user's row, made at need and held: messages about one user take turns."""
    now = app.clock.now()
    ClerkUser.insert(
        subject=subject, said_at=0, said={}, created_at=now, updated_at=now
    ).on_conflict_ignore().execute()
    return ClerkUser.select().where(ClerkUser.subject == subject).for_update().get()


def _id_of(data: Mapping[str, Any]) -> str:
    found = data.get("id")
    if not isinstance(found, str) or not 0 < len(found) <= LONGEST_ID or not found.isprintable():
        raise invalid("/data/id", "This is no id.")
    return found


def _issuer() -> str:
    return app.settings.of(ClerkSettings).issuer


def _digests(identity: ExternalIdentity, **more: object) -> dict[str, str]:
    """Return a keyed digest of each field: enough to see that it changed, nothing to read."""
    key = app.settings.of(ClerkSettings).secret_key.encode()
    fields = {**asdict(identity), **more}
    return {
        name: hmac.digest(key, f"{identity.subject} {name} {value}".encode(), "sha256").hex()[:24]
        for name, value in fields.items()
    }


def _log_unapplied(subject: str, ex: Problem) -> None:
    log.warning("clerk_user_not_taken", subject=subject, reason=ex.type, detail=str(ex))
