"""What may be done to accounts, and by whom unless a profile says otherwise."""

from __future__ import annotations

from kernel import Permission

PERMISSIONS = (
    Permission("accounts:search", "Find people by name", roles=("user",)),
    Permission("accounts:read", "See addresses, numbers, roles and standing of any account"),
    Permission("accounts:moderate", "Suspend, ban and reactivate accounts"),
    Permission("accounts:grant_roles", "Grant and revoke roles, within the scope it is held in"),
    Permission("accounts:delete", "Delete any account"),
)
