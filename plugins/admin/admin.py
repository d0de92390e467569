"""The console's own pages: the audit log, and Stoa itself."""

from __future__ import annotations

from typing import Final

from kernel import AdminPage
from plugins.admin.permissions import AUDIT, SYSTEM

GROUP: Final = "System"

PAGES: Final = (
    AdminPage(
        name="admin.audit",
        title="Audit log",
        group=GROUP,
        about="Everything that happened, who did it, and what changed. The latest first.",
        permission=AUDIT,
        reads="/v1/admin/events",
        columns={"occurred_at": "When", "type": "What", "actor_id": "Who", "actor": "As", "key": "About"},
        people=("actor_id",),
        filters=("actor", "type", "key", "since", "until"),
    ),
    AdminPage(
        name="admin.roles",
        title="Roles",
        group=GROUP,
        about="Which role may do what. Roles are granted on the page of users.",
        permission=SYSTEM,
        reads="/v1/admin/roles",
        columns={"id": "Role", "summary": "Meaning", "granted": "Granted", "permissions": "Permissions"},
    ),
    AdminPage(
        name="admin.settings",
        title="Settings",
        group=GROUP,
        about="What is in force, and where it was set. They are changed in the profile or the environment.",
        permission=SYSTEM,
        reads="/v1/admin/settings",
        columns={
            "id": "Setting",
            "value": "Value",
            "default": "Default",
            "source": "Set by",
            "help": "Meaning",
        },
        filters=("q", "section", "changed"),
    ),
    AdminPage(
        name="admin.plugins",
        title="Plugins",
        group=GROUP,
        about="What is loaded, and what was left out.",
        permission=SYSTEM,
        reads="/v1/admin/plugins",
        columns={
            "id": "Plugin",
            "version": "Version",
            "state": "State",
            "summary": "Does",
            "requires": "Requires",
        },
    ),
    AdminPage(
        name="admin.health",
        title="Health",
        group=GROUP,
        about="Every check of the service, as of now.",
        permission=SYSTEM,
        reads="/v1/admin/health",
        columns={"id": "Check", "state": "State", "detail": "Detail", "data": "Figures"},
    ),
)
