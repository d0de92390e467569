"""Accounts in the web console: people, their standing and their roles."""

from __future__ import annotations

from typing import Final

from kernel import AdminAction, AdminPage

USABLE: Final = ("active", "suspended", "deactivated")

PAGES: Final = (
    AdminPage(
        name="accounts.users",
        title="Users",
        group="People",
        about="Everybody with an account: who they are, how they stand, what they may do.",
        permission="accounts:read",
        reads="/v1/users",
        columns={
            "name": "Name",
            "email": "E-mail",
            "status": "Status",
            "roles": "Roles",
            "member_since": "Since",
        },
        filters=("q", "email", "status", "role"),
        details={"Account": "/v1/users/{id}/account", "Standing": "/v1/users/{id}/standing"},
        actions=(
            AdminAction(
                label="Ban",
                calls="POST /v1/users/{id}/ban",
                permission="accounts:moderate",
                danger=True,
                confirm="{name} is signed out everywhere at once and cannot come back until reactivated.",
                when={"status": USABLE},
            ),
            AdminAction(
                label="Reactivate",
                calls="POST /v1/users/{id}/reactivate",
                permission="accounts:moderate",
                confirm="{name} can sign in and act again.",
                when={"status": ("suspended", "banned")},
            ),
            AdminAction(
                label="Suspend",
                calls="POST /v1/users/{id}/suspend",
                permission="accounts:moderate",
                danger=True,
                confirm="{name} can do nothing until the time you give; without one, until reactivated.",
                when={"status": ("active", "deactivated")},
            ),
            AdminAction(
                label="Grant a role",
                calls="POST /v1/users/{id}/roles",
                permission="accounts:grant_roles",
                when={"status": USABLE},
            ),
            AdminAction(
                label="Revoke a role",
                calls="DELETE /v1/users/{id}/roles/{role}",
                permission="accounts:grant_roles",
                danger=True,
                confirm="{name} loses what the role allows at once. Held: {roles}.",
            ),
            AdminAction(
                label="Delete the account",
                calls="DELETE /v1/users/{id}",
                permission="accounts:delete",
                danger=True,
                confirm="All that is kept about {name} is erased. This cannot be taken back.",
            ),
        ),
    ),
)
