"""Who sees whose invoices unless a profile says otherwise.

Everybody sees those they are a party of. A scoped role of another plugin
(`building_admin`) gets `invoices:read` through the profile.
"""

from __future__ import annotations

from typing import Final

from kernel import Permission, Role

READ: Final = "invoices:read"

PERMISSIONS: Final = (
    Permission(READ, "See the invoices and statements of a scope", roles=("bookkeeper",)),
    Role("bookkeeper", "Sees the invoices of a scope, or of all.", scoped=True),
)
