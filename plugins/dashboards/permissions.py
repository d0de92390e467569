"""Who may look at which figures unless a profile says otherwise.

Everybody sees their own as a seller. A scoped role of another plugin
(`building_admin`) gets `dashboards:scope` through the profile.
"""

from __future__ import annotations

from typing import Final

from kernel import Permission, Role

PLATFORM: Final = "dashboards:platform"
SCOPE: Final = "dashboards:scope"

PERMISSIONS: Final = (
    Permission(PLATFORM, "See the figures of the whole platform", roles=("dashboards_analyst",)),
    Permission(SCOPE, "See the figures of a building", roles=("dashboards_viewer",)),
    Role("dashboards_analyst", "Sees the figures of the whole platform."),
    Role("dashboards_viewer", "Sees the figures of a building.", scoped=True),
)
