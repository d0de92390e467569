"""What may be done with webhooks, and by whom unless a profile says otherwise."""

from __future__ import annotations

from typing import Final

from kernel import Permission, Role

OWN: Final = "webhooks:own"
SCOPE: Final = "webhooks:scope"

PERMISSIONS: Final = (
    Permission(OWN, "Have events sent that concern oneself", roles=("user",)),
    Permission(
        SCOPE, "Have the events of a scope sent, as far as one may read them", roles=("webhooks_manager",)
    ),
    Role("webhooks_manager", "Keeps the webhooks of a scope.", scoped=True),
)
