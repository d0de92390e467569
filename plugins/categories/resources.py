"""The HTTP surface of categories: parse, call, respond."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from kernel import (
    PUBLIC,
    Conflict,
    Forbidden,
    NotFound,
    PreconditionFailed,
    Request,
    Response,
    Route,
    endpoint,
)
from plugins.categories import queries, services
from plugins.categories.permissions import MANAGE
from plugins.categories.schemas import (
    CategoryChange,
    CategoryIn,
    CategoryOut,
    DeleteQuery,
    MoveIn,
    ScopeQuery,
    TreeOut,
)


def _asked(req: Request) -> str | None:
    """Return the scope in the query, where the permission is looked up."""
    return req.get_param("scope")


def _owning(_: Request, category_id: UUID) -> str | None:
    """Return the scope a category belongs to, where the permission is looked up."""
    return queries.scope_of(category_id)


class Categories:
    """`/v1/categories`."""

    @endpoint(
        summary="See the tree of categories",
        permission=PUBLIC,
        query=ScopeQuery,
        response=TreeOut,
        etag=True,
        errors=(Forbidden,),
        statements=5,
    )
    def on_get(self, req: Request, resp: Response) -> Any:
        """Everybody's categories and, with `scope`, those of that scope (permission `categories:read` there).

        In order; a thing has the attributes of its category and of all above it.
        """
        scope = req.query["scope"]
        if not queries.may_see(scope, req.principal):
            raise Forbidden("You may not see the categories of this scope.")
        return {"items": queries.tree(scope)}

    @endpoint(
        summary="Add a category",
        permission=MANAGE,
        scope=_asked,
        query=ScopeQuery,
        body=CategoryIn,
        response=CategoryOut,
        status=201,
        idempotent=True,
        errors=(Conflict,),
    )
    def on_post(self, req: Request, resp: Response) -> Any:
        """At the end of its siblings; `scope` makes it that scope's own.

        An attribute's key is defined once along a path. A category of a scope
        may hang below one of everybody's.
        """
        made = services.create(req.query["scope"], req.body)
        return queries.shown(made)


class Category:
    """`/v1/categories/{category_id}`."""

    @endpoint(
        summary="See a category",
        permission=PUBLIC,
        response=CategoryOut,
        etag=True,
        errors=(NotFound,),
        statements=5,
    )
    def on_get(self, req: Request, resp: Response, category_id: UUID) -> Any:
        """With its path and all attributes its things have, each naming the category that defines it."""
        return queries.shown(category_id, req.principal)

    @endpoint(
        summary="Change a category",
        permission=MANAGE,
        scope=_owning,
        body=CategoryChange,
        response=CategoryOut,
        etag=True,
        errors=(NotFound, PreconditionFailed, Conflict),
    )
    def on_patch(self, req: Request, resp: Response, category_id: UUID) -> Any:
        """What is left out stays; `attributes` replaces the list of its own. A key keeps its type."""
        services.update(category_id, req.if_match, req.body)
        return queries.shown(category_id)

    @endpoint(
        summary="Delete a category",
        permission=MANAGE,
        scope=_owning,
        query=DeleteQuery,
        errors=(NotFound, Conflict),
    )
    def on_delete(self, req: Request, resp: Response, category_id: UUID) -> None:
        """Refused while it has children, and while something belongs to it unless `reassign_to` gets that."""
        services.delete(category_id, req.query["reassign_to"])


class Move:
    """`/v1/categories/{category_id}/move`."""

    @endpoint(
        summary="Move or reorder a category",
        permission=MANAGE,
        scope=_owning,
        body=MoveIn,
        response=CategoryOut,
        etag=True,
        errors=(NotFound, PreconditionFailed, Conflict),
    )
    def on_post(self, req: Request, resp: Response, category_id: UUID) -> Any:
        """With all that is below it. Moves that would make a cycle are refused, also when they race."""
        services.move(category_id, req.if_match, **req.body)
        return queries.shown(category_id)


ROUTES = (
    Route("/categories", Categories()),
    Route("/categories/{category_id:uuid}", Category()),
    Route("/categories/{category_id:uuid}/move", Move()),
)
