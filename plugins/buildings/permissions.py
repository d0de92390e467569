"""What may be done with buildings, and by whom unless a profile says otherwise."""

from __future__ import annotations

from typing import Final

from kernel import Permission, Role

VIEW: Final = "buildings:view"
MANAGE: Final = "buildings:manage"
ADMINISTER: Final = "buildings:administer"
ADMIN: Final = "building_admin"
RESIDENT: Final = "resident"

PERMISSIONS: Final = (
    Role(ADMIN, "Runs a building: its units, members, settings and verifications.", scoped=True),
    Role(RESIDENT, "Belongs to a building.", scoped=True),
    Permission(VIEW, "See a building, its units and who lives there", roles=(ADMIN, RESIDENT)),
    Permission(MANAGE, "Run a building", roles=(ADMIN,)),
    Permission(ADMINISTER, "Open and delete buildings"),
)
