"""Categories in the web console: the tree, of everybody or of a scope."""

from __future__ import annotations

from typing import Final

from kernel import AdminAction, AdminPage
from plugins.categories.permissions import MANAGE

ONE: Final = "/v1/categories/{id}"

PAGES: Final = (
    AdminPage(
        name="categories.tree",
        title="Categories",
        group="Market",
        about="What things are filed under: everybody's, and those of the place chosen at the top.",
        permission=MANAGE,
        scoped=True,
        reads="/v1/categories",
        columns={"name": "Name", "parent_id": "Below", "scope": "Of", "description": "Description"},
        details={"Category": ONE},
        actions=(
            AdminAction(label="Add a category", calls="POST /v1/categories", alone=True),
            AdminAction(label="Change", calls=f"PATCH {ONE}"),
            AdminAction(
                label="Move",
                calls=f"POST {ONE}/move",
                confirm="“{name}” goes there with all that is below it; without a parent it is a root.",
            ),
            AdminAction(
                label="Delete",
                calls=f"DELETE {ONE}",
                danger=True,
                confirm="“{name}” is deleted. What belongs to it goes to the category you name here.",
            ),
        ),
    ),
)
