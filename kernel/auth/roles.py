"""What each role may do, from the plugins' declarations and the profile.

Three roles are built in: `anonymous` (its permissions are everybody's), `user`
(every authenticated caller's) and `admin` (every permission, everywhere).

A profile may change the declared defaults:

    [auth.roles]
    author = ["notes:publish", "notes:edit"]    # replaces what plugins declared
    user = ["+media:upload", "-notes:publish"]     # adds and removes
    reader = ["notes:read"]                        # a role of this deployment's own
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from functools import lru_cache
from types import MappingProxyType

from kernel.auth.principals import ALL, Everywhere, Grant, Scopes
from kernel.declarations import Permission, Role
from kernel.errors import ConfigurationError, invalid

BUILT_IN = (
    Role("anonymous", "Everybody, signed in or not."),
    Role("user", "Every active account."),
    Role("admin", "Every permission, everywhere."),
)
IMPLIED = frozenset(("anonymous", "user"))
SCOPE = re.compile(r"[a-z][a-z0-9_]*:[A-Za-z0-9][A-Za-z0-9._-]*\Z")
MAX_SCOPE = 120


class Roles:
    """Every role and the permissions it carries; immutable after boot."""

    def __init__(
        self,
        permissions: Iterable[Permission] = (),
        roles: Iterable[Role] = (),
        overrides: Mapping[str, Sequence[str]] = MappingProxyType({}),
    ) -> None:
        """Combine declarations and `[auth.roles]`; raise ConfigurationError on an unknown name."""
        declared = tuple(permissions)
        self.permissions = frozenset(permission.name for permission in declared)
        self._roles = {role.name: role for role in (*BUILT_IN, *roles)}
        self._carries = {name: _defaults(name, declared) for name in self._roles}
        for name, changes in overrides.items():
            self._override(name, list(changes))
        self._carries["admin"] = self.permissions
        self.resolve = lru_cache(maxsize=4096)(self._resolve)

    def __contains__(self, role: object) -> bool:
        """Say whether such a role exists."""
        return role in self._roles

    def names(self) -> list[str]:
        """Return every role's name, sorted."""
        return sorted(self._roles)

    def role(self, name: str) -> Role:
        """Return a role; raise KeyError when there is none."""
        return self._roles[name]

    def permissions_of(self, role: str) -> frozenset[str]:
        """Return what a role carries; nothing when its plugin is not enabled."""
        return self._carries.get(role, frozenset())

    def check_grantable(self, role: str, scope: str | None) -> None:
        """Raise `Invalid` unless `role` can be granted in `scope` (None: globally)."""
        if role not in self._roles or role in IMPLIED:
            raise invalid("/role", f"There is no role {role!r} to grant.")
        if scope is not None and not self._roles[role].scoped:
            raise invalid("/scope", f"The role {role!r} is granted globally only.")
        if scope is None and self._roles[role].scoped:
            raise invalid("/scope", f"The role {role!r} is granted within a scope only.")
        if scope is not None and (len(scope) > MAX_SCOPE or not SCOPE.match(scope)):
            raise invalid("/scope", "A scope reads kind:id, for example tenant:0190f3c2.")

    def _resolve(self, grants: frozenset[Grant], authenticated: bool = True) -> Mapping[str, Scopes]:
        """Return permission → where it is held, for the grants and the implied roles.

        Callers with the same grants share one mapping.
        """
        implied = ("anonymous", "user") if authenticated else ("anonymous",)
        found: dict[str, Scopes] = {name: ALL for role in implied for name in self._carries[role]}
        for role, scope in grants:
            for name in self.permissions_of(role):
                held = found.get(name, frozenset())
                found[name] = ALL if scope is None or isinstance(held, Everywhere) else held | {scope}
        return MappingProxyType(found)

    def _override(self, role: str, changes: list[str]) -> None:
        self._check_name(role)
        signed = [change for change in changes if change[:1] in "+-"]
        if signed and len(signed) != len(changes):
            raise ConfigurationError(
                f"auth.roles.{role} mixes names with +names: replace or change, not both"
            )
        for change in changes:
            self._check_permission(role, change.lstrip("+-"))
        added = {change[1:] for change in signed if change.startswith("+")}
        removed = {change[1:] for change in signed if change.startswith("-")}
        carried = (self._carries.get(role, frozenset()) | added) - removed if signed else frozenset(changes)
        self._roles.setdefault(role, Role(role, "A role of this deployment."))
        self._carries[role] = carried

    def _check_name(self, role: str) -> None:
        if role == "admin":
            raise ConfigurationError("auth.roles.admin cannot be changed: it carries every permission")
        near = get_close_matches(role, self._roles, n=1, cutoff=0.8)
        if role not in self._roles and near:
            raise ConfigurationError(f"auth.roles.{role} is no role: did you mean {near[0]}?")

    def _check_permission(self, role: str, name: str) -> None:
        if name not in self.permissions:
            near = get_close_matches(name, self.permissions, n=1)
            hint = f": did you mean {near[0]}?" if near else ": enable the plugin that declares it"
            raise ConfigurationError(f"auth.roles.{role} names the unknown permission {name}{hint}")


def _defaults(role: str, permissions: Iterable[Permission]) -> frozenset[str]:
    return frozenset(permission.name for permission in permissions if role in permission.roles)
