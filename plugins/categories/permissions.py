"""What may be done to categories, and by whom unless a profile says otherwise."""

from __future__ import annotations

from kernel import Permission

READ = "categories:read"
MANAGE = "categories:manage"

PERMISSIONS = (
    Permission(READ, "See the categories of a scope; those of everybody are everybody's"),
    Permission(MANAGE, "Make, change, move and delete categories, within the scope it is held in"),
)
