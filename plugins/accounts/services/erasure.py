"""Delete an account, and hand a person all that is stored about them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from kernel import app
from plugins.accounts import notices
from plugins.accounts.events import UserDeleted
from plugins.accounts.models import Challenge, Device, Identity, RecoveryCode, StandingChange, Totp, User
from plugins.accounts.services import links, people, withdrawals
from plugins.accounts.services.roles import keep_one_admin

ANONYMOUS = "Deleted user"


def delete(user_id: UUID) -> None:
    """Delete an account for good: every plugin erases what it has, in one transaction.

    The row stays, emptied, so that what others keep (orders, messages) still
    refers to somebody. Raises NotFound, or Conflict for the last administrator.
    """
    user = people.by_id(user_id)
    with app.db.atomic():
        keep_one_admin(user_id)
        notices.account_deleted(user)
        app.hooks.call("erase_personal_data", app=app, user_id=user_id)
        app.auth.set_status(user_id, "deleted")
        app.bus.publish(UserDeleted(user_id=user_id))


def erase_own(user_id: UUID) -> None:
    """Empty this plugin's rows about a person; a second time changes nothing."""
    mine = Identity.select(Identity.issuer, Identity.subject).where(Identity.user == user_id)
    withdrawals.note((one.issuer, one.subject) for one in mine)
    for model in (Identity, Totp, RecoveryCode, Challenge, Device, StandingChange):
        model.delete().where(model.user == user_id).execute()
    links.withdraw(user_id, "verify_email", "reset_password", "change_email")
    now = app.clock.now()
    User.update(
        email=None,
        email_key=None,
        email_verified_at=None,
        pending_email=None,
        phone=None,
        phone_verified_at=None,
        password_hash=None,
        name=ANONYMOUS,
        name_key="",
        given_name="",
        family_name="",
        avatar_url="",
        bio="",
        status_message="",
        preferences={},
        privacy={},
        deactivated_at=None,
        deleted_at=now,
        version=User.version + 1,
    ).where(User.id == user_id).execute()


def export(user_id: UUID) -> dict[str, Any]:
    """Return what every plugin stores about a person, by the plugin's name."""
    people.by_id(user_id)
    found = {
        plugin: implementation(app=app, user_id=user_id)
        for plugin, implementation in app.hooks.implementations("export_personal_data")
    }
    return {"user_id": user_id, "exported_at": app.clock.now(), "plugins": found}


def export_own(user_id: UUID) -> dict[str, Any]:
    """Return what this plugin stores about a person; secrets and hashes are left out."""
    user = User.get_by_id(user_id)
    hidden = {"password_hash", "email_key", "name_key", "version"}
    profile = {name: value for name, value in user.__data__.items() if name not in hidden}
    return {
        "profile": profile,
        "identities": _rows(Identity, user_id, Identity.provider, Identity.subject, Identity.email),
        "devices": _rows(Device, user_id, Device.name, Device.created_at),
        "standing": _rows(StandingChange, user_id, StandingChange.standing, StandingChange.reason),
        "sessions": [
            {"device": one.device, "ip": one.ip, "opened": one.created_at}
            for one in app.auth.sessions(user_id)
        ],
        "roles": [{"role": one.role, "scope": one.scope} for one in app.auth.grants(user_id)],
        "second_factor": Totp.select().where(Totp.user == user_id, Totp.confirmed_at.is_null(False)).exists(),
    }


def _rows(model: Any, user_id: UUID, *columns: Any) -> list[dict[str, Any]]:
    return list(model.select(*columns).where(model.user == user_id).order_by(model.id).dicts())
