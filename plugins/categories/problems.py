"""What can go wrong with the tree, as problem types of the API."""

from __future__ import annotations

from kernel import Conflict


class SlugTaken(Conflict):
    """A sibling has this slug: send another one."""

    type, title = "category-slug-taken", "A category beside it has this slug"


class CircularMove(Conflict):
    """The new parent is the category itself or below it."""

    type, title = "category-circular-move", "A category cannot be moved below itself"


class CategoryTooDeep(Conflict):
    """The tree would have more levels than `[categories] max_depth`."""

    type, title = "category-too-deep", "The tree would become too deep"


class AttributeClash(Conflict):
    """An attribute's key is also above or below: along a path each key means one thing.

    Extension: `keys`.
    """

    type, title = "category-attribute-clash", "An attribute of this key is already inherited"


class HasChildren(Conflict):
    """Move or delete what is below first."""

    type, title = "category-has-children", "There are categories below it"


class CategoryUsed(Conflict):
    """Something belongs to it: say with `reassign_to` where that goes."""

    type, title = "category-used", "Something belongs to this category"
