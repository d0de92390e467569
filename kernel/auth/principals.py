"""Who a request runs as, and what it may do.

A `Principal` is a frozen answer: its permissions were resolved from its roles
when it was recognised, so asking it costs one dictionary look-up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from hashlib import blake2b
from typing import Any, Final, Literal, NamedTuple
from uuid import UUID

Kind = Literal["anonymous", "user", "api_key", "system"]


class Everywhere(Enum):
    """The type of `ALL`: contains every scope, so `scope in scopes` reads the same."""

    ALL = "all"

    def __contains__(self, scope: object) -> bool:
        """Return True: a permission held everywhere is held in any scope."""
        return True


ALL: Final = Everywhere.ALL
Scopes = Everywhere | frozenset[str]
NOWHERE: Final[frozenset[str]] = frozenset()


class Grant(NamedTuple):
    """A role held globally (`scope` None) or within a scope such as `tenant:0190…`."""

    role: str
    scope: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """A caller: nobody, a person, a machine's API key, or Stoa itself.

    `id` is the account's id (an API key acts for its owner's account);
    `permissions` maps a permission to `ALL` or to the scopes it is held in;
    `mfa_at` is when a second factor was last shown in this session;
    `claims` are what an external identity provider said about the caller;
    `expires_at` is the end of the credential, where it has one that is known;
    `is_bound` says that it is an API key for some permissions or scopes only.
    """

    id: UUID | None = None
    kind: Kind = "anonymous"
    session_id: UUID | None = None
    grants: frozenset[Grant] = frozenset()
    permissions: Mapping[str, Scopes] = field(default_factory=dict, hash=False)
    mfa_at: datetime | None = None
    claims: Mapping[str, Any] = field(default_factory=dict, hash=False)
    expires_at: datetime | None = field(default=None, compare=False)
    is_bound: bool = False
    _access: str = field(default="", init=False, repr=False, compare=False)

    @property
    def access(self) -> str:
        """A digest of what the caller may do, the same in every process: what is kept for them holds it.

        Without it an answer computed with a role, or for another API key of the
        account, would outlive the role.
        """
        if not self._access:  # computed once: callers are recognised more often than they change
            held = sorted((name, "*" if at is ALL else sorted(at)) for name, at in self.permissions.items())
            digest = blake2b(repr(held).encode(), digest_size=12).hexdigest()
            object.__setattr__(self, "_access", digest)
        return self._access

    @property
    def is_authenticated(self) -> bool:
        """True for everybody who is somebody: a user, an API key, the system."""
        return self.kind != "anonymous"

    @property
    def may_act(self) -> bool:
        """Say whether what takes no permission but being signed in is open to the caller.

        It is all that is one's own: a key that was bound to some permissions or
        scopes was not given it, unless `authenticated` is among them.
        """
        return self.is_authenticated and not self.is_bound

    def can(self, permission: str, scope: str | None = None) -> bool:
        """Say whether the permission is held in `scope`, or everywhere when None.

        A permission held everywhere is held in every scope; one held in a scope
        only is not held everywhere, so name the scope when there is one.
        """
        scopes = self.scopes_for(permission)
        return scopes is ALL or (scope is not None and scope in scopes)

    def can_somewhere(self, permission: str) -> bool:
        """Say whether the permission is held in any scope: the gate of a filtered list."""
        return bool(self.scopes_for(permission))

    def scopes_for(self, permission: str) -> Scopes:
        """Return `ALL`, or the scopes the permission is held in (perhaps none)."""
        return ALL if self.kind == "system" else self.permissions.get(permission, NOWHERE)

    def has_role(self, role: str, scope: str | None = None) -> bool:
        """Say whether the role was granted globally, or in `scope`.

        Ask `can` to decide what is allowed; this is for showing who somebody is.
        """
        return Grant(role) in self.grants or (scope is not None and Grant(role, scope) in self.grants)


SYSTEM: Final = Principal(kind="system")
