"""The table of categories.

Each row knows its parent and, denormalised, its whole path, so what is above
and what is below are one indexed query each; only a move rewrites paths.
"""

from __future__ import annotations

from uuid import UUID

import peewee

from kernel import ArrayField, JSONField, Versioned


class Category(Versioned):
    """A node of the tree; `scope` NULL makes it everybody's.

    `path` holds the ids from the root to the row itself. `names` are names in
    other languages by BCP 47 tag. `attributes` are the row's own definitions, in
    order (see `attributes.Attribute`); inherited ones stand with the ancestors.
    """

    parent_id: UUID | None
    parent = peewee.ForeignKeyField("self", null=True, on_delete="RESTRICT", index=False)
    scope = peewee.TextField(null=True)
    path = ArrayField(peewee.UUIDField, index=False)
    position = peewee.IntegerField()
    name = peewee.TextField()
    names = JSONField(default=dict)
    slug = peewee.TextField()
    description = peewee.TextField(default="")
    attributes = JSONField(default=list)

    class Meta:
        table_name = "categories_category"
        constraints = (
            peewee.Check("path[cardinality(path)] = id", name="categories_category_ends_in_itself"),
            peewee.Check(
                "path[cardinality(path) - 1] IS NOT DISTINCT FROM parent_id",
                name="categories_category_below_parent",
            ),
        )


Category.add_index(
    peewee.SQL(
        "CREATE UNIQUE INDEX categories_category_slug ON categories_category"
        " (parent_id, scope, slug) NULLS NOT DISTINCT"
    )
)
Category.add_index(
    peewee.SQL("CREATE INDEX categories_category_path ON categories_category USING gin (path)")
)
Category.add_index(Category.index(Category.scope, name="categories_category_scope"))

MODELS = (Category,)
