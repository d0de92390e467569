"""Read paths: cards of people, search, what privacy lets whom see."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from peewee import SQL, Expression, fn

from kernel import NotFound, Page, Principal, app, paginate
from plugins.accounts.addresses import email_key, folded
from plugins.accounts.models import User
from plugins.accounts.preferences import preferences_of, privacy_of

MAX_WORDS = 8
SHOWN: Final = (
    User.id, User.created_at, User.name, User.avatar_url, User.bio, User.status_message, User.privacy,
    User.email_verified_at, User.phone_verified_at, User.deactivated_at, User.deleted_at,
)  # fmt: skip
"""What a card is made of; PERF: a page of anything with people asks for cards."""

Matter = Literal["last_seen", "photo", "bio", "read_receipts"]


@dataclass(frozen=True, slots=True)
class UserCard:
    """What others see of a person; privacy already applied.

    `deleted` cards keep the id, so what a person left behind still names somebody.
    """

    id: UUID
    name: str
    avatar_url: str = ""
    bio: str = ""
    status_message: str = ""
    verified: bool = False
    member_since: datetime | None = None
    deleted: bool = False


def cards(ids: Iterable[UUID], viewer: UUID | None = None) -> dict[UUID, UserCard]:
    """Return the cards of people by id, as `viewer` may see them: one statement, or two.

    Unknown ids are left out; the deleted, the deactivated and the banned are
    there, without anything but a name.
    """
    is_banned = app.auth.where_status(User.id, "banned").alias("is_banned")
    people: list[Any] = list(User.select(*SHOWN, is_banned).where(User.id.in_(set(ids))))
    return _shown(people, viewer, {user.id for user in people if user.is_banned})


def card(user_id: UUID, viewer: UUID | None = None) -> UserCard:
    """Return one card; raise NotFound for the unknown, the deleted, the deactivated and the banned."""
    is_there = User.deleted_at.is_null() & User.deactivated_at.is_null()
    user = User.get_or_none(User.id == user_id, is_there, ~app.auth.where_status(User.id, "banned"))
    if user is None:
        raise NotFound
    return _shown([user], viewer)[user_id]


def found_card(user_id: UUID, viewer: Principal) -> UserCard:
    """Return the card of a person whom `viewer` may find; raise NotFound."""
    if user_id in unfindable(viewer):
        raise NotFound
    return card(user_id, viewer.id)


def unfindable(viewer: Principal) -> set[UUID]:
    """Return the people `viewer` is not to find; nobody is hidden from who reads all accounts."""
    if viewer.id is None or viewer.can("accounts:read"):
        return set()
    every = app.hooks.call("accounts_unfindable", viewer=viewer.id)
    return {one for found in every for one in found} - {viewer.id}


def _shown(
    people: Collection[User], viewer: UUID | None, banned: Collection[UUID] = ()
) -> dict[UUID, UserCard]:
    contacts = _contacts(people, viewer)
    return {
        user.id: _gone(user) if user.id in banned else _card(user, viewer, user.id in contacts)
        for user in people
    }


def _gone(user: User) -> UserCard:
    return UserCard(user.id, user.name if user.deleted_at is None else "Deleted user", deleted=True)


def _card(user: User, viewer: UUID | None, contact: bool) -> UserCard:
    if user.deleted_at is not None or user.deactivated_at is not None:
        return _gone(user)
    photo, bio = (_allowed(user, matter, viewer, contact) for matter in ("photo", "bio"))
    return UserCard(
        id=user.id,
        name=user.name,
        avatar_url=user.avatar_url if photo else "",
        bio=user.bio if bio else "",
        status_message=user.status_message if bio else "",
        verified=user.email_verified_at is not None or user.phone_verified_at is not None,
        member_since=user.created_at,
    )


def allowed(matter: Matter, owners: Collection[UUID], viewer: UUID | None) -> set[UUID]:
    """Return those of `owners` whose privacy lets `viewer` see `matter`."""
    people = list(User.select().where(User.id.in_(set(owners)), User.deleted_at.is_null()))
    contacts = _contacts(people, viewer)
    return {user.id for user in people if _allowed(user, matter, viewer, user.id in contacts)}


def _allowed(user: User, matter: Matter, viewer: UUID | None, contact: bool) -> bool:
    level = privacy_of(user)[matter]
    return level == "everyone" or user.id == viewer or (level == "contacts" and contact)


def _contacts(people: Iterable[User], viewer: UUID | None) -> set[UUID]:
    """Return the people who count `viewer` among their contacts and show something to those only."""
    asked = [user.id for user in people if "contacts" in user.privacy.values() and user.id != viewer]
    if viewer is None or not asked:
        return set()
    return {
        one for found in app.hooks.call("accounts_contacts", user_id=viewer, others=asked) for one in found
    }


def search(viewer: Principal, filters: Mapping[str, Any]) -> Page[dict[str, Any]]:
    """Return a page of people by name; more of each, and more filters, with `accounts:read`.

    `q` matches the beginnings of words of the name, in any order.
    """
    privileged = viewer.can("accounts:read")
    query = User.select().where(User.deleted_at.is_null())
    if not privileged:
        query = query.where(User.deactivated_at.is_null(), app.auth.where_status(User.id, "active"))
    if hidden := unfindable(viewer):
        query = query.where(User.id.not_in(hidden))
    for condition in _conditions(filters):
        query = query.where(condition)
    binding = repr(
        sorted((key, str(value)) for key, value in filters.items() if key not in {"cursor", "limit"})
    )
    page = paginate(
        query, (User.name_key, User.id), cursor=filters.get("cursor"), limit=filters["limit"], binding=binding
    )
    shown = _shown(page.items, viewer.id)
    private = _private(page.items) if privileged else {}
    return Page([{**_as_dict(shown[user.id]), **private.get(user.id, {})} for user in page.items], page.next)


def _conditions(filters: Mapping[str, Any]) -> Iterable[Any]:
    if filters.get("q"):
        yield _named(filters["q"])
    if filters.get("email"):
        yield User.email_key == (email_key(filters["email"]) or "")
    if filters.get("status") == "deactivated":
        yield User.deactivated_at.is_null(False)
    elif filters.get("status"):
        yield app.auth.where_status(User.id, filters["status"])
    if filters.get("role"):
        yield app.auth.where_role(User.id, filters["role"], filters.get("scope"))


def _named(text: str) -> Any:
    """Return the condition of a name that has words with these beginnings, in any order.

    Words are letters and digits only, so the tsquery needs no quoting.
    """
    words = re.findall(r"\w+", folded(text))[:MAX_WORDS]
    if not words:
        return SQL("FALSE")
    beginnings = " & ".join(f"'{word}':*" for word in words)
    name = fn.to_tsvector(SQL("'simple'"), User.name_key)
    return Expression(name, "@@", fn.to_tsquery(SQL("'simple'"), beginnings))


def account(user_id: UUID) -> dict[str, Any]:
    """Return all an operator sees of an account; raise NotFound."""
    user = User.get_or_none(User.id == user_id, User.deleted_at.is_null())
    if user is None:
        raise NotFound
    return {**_as_dict(_shown([user], user_id)[user_id]), **_private([user])[user_id]}


def _private(people: Collection[User]) -> dict[UUID, dict[str, Any]]:
    """Return address, number, standing and roles of people: two statements for all of them."""
    ids = [user.id for user in people]
    if not ids:
        return {}
    statuses, grants = app.auth.statuses(ids), app.auth.grants_of(ids)
    return {user.id: _private_of(user, statuses.get(user.id), grants[user.id]) for user in people}


def _private_of(user: User, standing: Any, grants: Iterable[Any]) -> dict[str, Any]:
    status = standing.status if standing else "active"
    return {
        "email": user.email,
        "phone": user.phone,
        "status": "deactivated" if status == "active" and user.deactivated_at is not None else status,
        "status_until": standing.until if standing else None,
        "roles": [{"role": one.role, "scope": one.scope} for one in grants],
    }


def _as_dict(one: UserCard) -> dict[str, Any]:
    return {name: getattr(one, name) for name in UserCard.__slots__}


def own_profile(user: User) -> dict[str, Any]:
    """Return an account as its owner sees it; `version` is its ETag."""
    names = (
        "id", "email", "pending_email", "phone", "name", "given_name", "family_name", "avatar_url", "bio",
        "status_message", "created_at", "version",
    )  # fmt: skip
    grants = sorted(app.auth.grants(user.id), key=lambda one: (one.role, one.scope or ""))
    return {
        **{name: getattr(user, name) for name in names},
        "email_verified": user.email_verified_at is not None,
        "phone_verified": user.phone_verified_at is not None,
        "has_password": user.password_hash is not None,
        "preferences": preferences_of(user),
        "privacy": privacy_of(user),
        "roles": [{"role": one.role, "scope": one.scope} for one in grants],
    }
