"""What may be done to categories, and by whom unless a profile says otherwise."""

from __future__ import annotations

from kernel import Permission, Role

READ = "categories:read"
MANAGE = "categories:manage"

KEEPER = "category_keeper"

PERMISSIONS = (
    Role(KEEPER, "Keeps the categories of a scope.", scoped=True),
    Permission(READ, "See the categories of a scope; those of everybody are everybody's", roles=(KEEPER,)),
    Permission(
        MANAGE, "Make, change, move and delete categories, within the scope it is held in", roles=(KEEPER,)
    ),
)
