"""API keys: a machine's credentials, `stoa_<prefix>_<secret>`.

A key acts for its owner's account and never with more than the owner may do
now; it may be bound to some permissions and some scopes, and then does what takes
no permission but being signed in only when `authenticated` is one of them. The
secret is shown once and kept as a digest.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from uuid_utils.compat import uuid7

from kernel.auth.account_status import AccountStatuses
from kernel.auth.changes import Change, Changes
from kernel.auth.digests import digest_of, random_token
from kernel.auth.models import ApiKey
from kernel.auth.roles import Roles
from kernel.errors import invalid
from kernel.http.endpoint import AUTHENTICATED
from kernel.http.page import DEFAULT_LIMIT, Page
from kernel.http.pagination import paginate

if TYPE_CHECKING:
    from kernel.clock import Clock
    from kernel.storage import Database

FORM = re.compile(r"stoa_(?P<prefix>[0-9a-f]{12})_[A-Za-z0-9_-]{43}\Z")


@dataclass(frozen=True, slots=True)
class ApiKeyInfo:
    """A key as its owner sees it; the secret is not in it.

    `permissions` and `scopes` are None when the key is not bound to some.
    """

    id: UUID
    name: str
    prefix: str
    permissions: tuple[str, ...] | None
    scopes: tuple[str, ...] | None
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


class ApiKeys:
    """Creates, lists and revokes API keys."""

    def __init__(
        self, db: Database, clock: Clock, *, roles: Roles, statuses: AccountStatuses, changes: Changes
    ) -> None:
        self._db = db
        self._clock = clock
        self._roles = roles
        self._statuses = statuses
        self._changes = changes

    def create(
        self,
        account_id: UUID,
        name: str,
        *,
        permissions: Collection[str] | None = None,
        scopes: Collection[str] | None = None,
        expires_at: datetime | None = None,
    ) -> tuple[ApiKeyInfo, str]:
        """Return a new key and its text, which is not shown again.

        Raises Invalid for an unknown permission or an end that is past.
        """
        unknown = sorted(set(permissions or ()) - self._roles.permissions - {AUTHENTICATED})
        if unknown:
            raise invalid("/permissions", f"There is no permission {unknown[0]!r}.")
        if expires_at is not None and expires_at <= self._clock.now():
            raise invalid("/expires_at", "The end is in the past.")
        text = f"stoa_{secrets.token_hex(6)}_{random_token()}"
        self._statuses.ensure(account_id)
        row = ApiKey.create(
            id=uuid7(),
            account=account_id,
            name=name,
            prefix=prefix_of(text),
            digest=digest_of(text),
            permissions=None if permissions is None else sorted(set(permissions)),
            scopes=None if scopes is None else sorted(set(scopes)),
            expires_at=expires_at,
        )
        return _shown(row), text

    def page(
        self, account_id: UUID, cursor: str | None = None, limit: int = DEFAULT_LIMIT
    ) -> Page[ApiKeyInfo]:
        """Return a page of the account's keys that are not revoked, the newest first.

        Raises Invalid for a cursor of another list.
        """
        kept = ApiKey.select().where(ApiKey.account == account_id, ApiKey.revoked_at.is_null())
        found = paginate(kept, (ApiKey.id.desc(),), cursor=cursor, limit=limit)
        return Page([_shown(row) for row in found.items], found.next)

    def revoke(self, key_id: UUID, account_id: UUID | None = None) -> bool:
        """Refuse a key at once; say whether it lived. With `account_id`, only if it is that account's."""
        mine = () if account_id is None else (ApiKey.account == account_id,)
        with self._db.atomic():
            revoked = (
                ApiKey.update(revoked_at=self._clock.now())
                .where(ApiKey.id == key_id, ApiKey.revoked_at.is_null(), *mine)
                .returning(ApiKey.account)
                .tuples()
                .execute()
            )
            owners = [row[0] for row in revoked]
            for owner in owners:
                self._changes.announce(Change("api_key", owner))
        return bool(owners)


def prefix_of(text: str) -> str | None:
    """Return the prefix a key is found by; None when the text is no API key."""
    found = FORM.match(text)
    return found["prefix"] if found else None


def _shown(row: ApiKey) -> ApiKeyInfo:
    return ApiKeyInfo(
        id=row.id,
        name=row.name,
        prefix=row.prefix,
        permissions=None if row.permissions is None else tuple(row.permissions),
        scopes=None if row.scopes is None else tuple(row.scopes),
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
    )
