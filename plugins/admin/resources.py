"""The HTTP surface of admin: what the console asks for."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from kernel import (
    AUTHENTICATED,
    FieldError,
    Forbidden,
    Invalid,
    Request,
    Response,
    Route,
    app,
    endpoint,
    page_of,
)
from plugins.admin import console, queries, schemas
from plugins.admin.catalogue import Catalogue
from plugins.admin.permissions import AUDIT, SYSTEM


class Pages:
    """`/v1/admin/pages`."""

    @endpoint(
        summary="List the pages of the console that are mine",
        permission=AUTHENTICATED,
        response=schemas.PagesOut,
        statements=4,
    )
    def on_get(self, req: Request, resp: Response) -> Any:
        """None for who looks after nothing. Each with where it may be used, and the calls it offers."""
        catalogue = app.service(Catalogue)
        pages, known = catalogue.visible(req.principal), catalogue.scopes_of(req.principal)
        return {
            "title": app.settings.http.title,
            "pages": pages,
            "scopes": queries.scopes(known, "", schemas.MAX_PEOPLE) if known else [],
            "every_scope": known is None,
        }


class Scopes:
    """`/v1/admin/scopes`."""

    @endpoint(
        summary="Find what I look after",
        permission=AUTHENTICATED,
        query=schemas.ScopesQuery,
        response=schemas.ScopesOut,
        errors=(Forbidden,),
        statements=4,
    )
    def on_get(self, req: Request, resp: Response) -> Any:
        """By its name, or a scope itself; those in which one has a page of the console."""
        known, asked = _operator(req), req.query["of"]
        if asked:
            wanted = set(asked.split(","))
            known = wanted if known is None else wanted & known
        return {"items": queries.scopes(known, req.query["q"], req.query["limit"])}


class People:
    """`/v1/admin/people`."""

    @endpoint(
        summary="Name people by their ids",
        permission=AUTHENTICATED,
        query=schemas.PeopleQuery,
        response=schemas.PeopleOut,
        errors=(Forbidden,),
        statements=4,
    )
    def on_get(self, req: Request, resp: Response) -> Any:
        """What their cards show everybody; for who has a page of the console. Unknown ids are left out."""
        _operator(req)
        return {"items": queries.people(_ids(req.query["ids"]), req.principal.id)}


class Events:
    """`/v1/admin/events`."""

    @endpoint(
        summary="Read the audit log",
        permission=AUDIT,
        query=schemas.EventsQuery,
        response=page_of(schemas.EventOut),
        statements=1,
    )
    def on_get(self, req: Request, resp: Response) -> Any:
        """Every event of every plugin, the latest first: what happened, who caused it, what it says."""
        return queries.events(req.query)


class Settings:
    """`/v1/admin/settings`."""

    @endpoint(
        summary="See the settings in force",
        permission=SYSTEM,
        query=schemas.SettingsQuery,
        response=page_of(schemas.SettingOut),
        statements=1,
    )
    def on_get(self, req: Request, resp: Response) -> Any:
        """Read only: they come from the profile and the environment. Of secrets only that they are set."""
        return queries.settings(req.query)


class Roles:
    """`/v1/admin/roles`."""

    @endpoint(
        summary="See the roles of this profile",
        permission=SYSTEM,
        response=page_of(schemas.RoleOut),
        statements=1,
    )
    def on_get(self, req: Request, resp: Response) -> Any:
        """With the permissions each carries here."""
        return queries.roles(req.query)


class Plugins:
    """`/v1/admin/plugins`."""

    @endpoint(
        summary="See the plugins of this profile",
        permission=SYSTEM,
        response=page_of(schemas.PluginOut),
        statements=1,
    )
    def on_get(self, req: Request, resp: Response) -> Any:
        """Loaded ones, and those that were left out because they could not start."""
        return queries.plugins(req.query)


class Health:
    """`/v1/admin/health`."""

    @endpoint(
        summary="See the health of every part",
        permission=SYSTEM,
        response=page_of(schemas.CheckOut),
        statements=20,
    )
    def on_get(self, req: Request, resp: Response) -> Any:
        """What `/health` tells operators, for those who are signed in. All on one page."""
        return queries.health()


def _operator(req: Request) -> set[str] | None:
    """Return the scopes the caller looks after (None: all); raise Forbidden when there are none."""
    known = app.service(Catalogue).scopes_of(req.principal)
    if known == set():
        raise Forbidden("You look after nothing here.")
    return known


def _ids(text: str) -> list[UUID]:
    try:
        return [UUID(one) for one in text.split(",")]
    except ValueError as ex:
        raise Invalid(errors=(FieldError("Give ids with commas between.", parameter="ids"),)) from ex


ROUTES: Final = (
    Route("/admin/pages", Pages()),
    Route("/admin/scopes", Scopes()),
    Route("/admin/people", People()),
    Route("/admin/events", Events()),
    Route("/admin/settings", Settings()),
    Route("/admin/roles", Roles()),
    Route("/admin/plugins", Plugins()),
    Route("/admin/health", Health()),
    *console.ROUTES,
)
