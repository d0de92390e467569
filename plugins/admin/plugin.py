"""Admin: hook implementations only."""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType
from typing import TYPE_CHECKING

from kernel import AdminPage, DemoNotes, Permission, Route, Service, hookimpl
from plugins.admin import hookspecs
from plugins.admin.admin import PAGES
from plugins.admin.catalogue import Catalogue, collected
from plugins.admin.permissions import PERMISSIONS
from plugins.admin.resources import ROUTES

if TYPE_CHECKING:
    from kernel import Settings


@hookimpl
def register_hookspecs() -> ModuleType:
    return hookspecs


@hookimpl
def register_services(settings: Settings) -> Sequence[Service]:
    return [Service(Catalogue, collected, checked=True)]


@hookimpl
def register_permissions(settings: Settings) -> Sequence[Permission]:
    return PERMISSIONS


@hookimpl
def register_routes(settings: Settings) -> Sequence[Route]:
    return ROUTES


@hookimpl
def demo_data() -> DemoNotes:
    who = "the web console at /admin: everything; user1@demo.stoa has their building there"
    return DemoNotes(logins=(("admin@demo.stoa", "stoa-demo-1", who),))


@hookimpl
def register_admin(settings: Settings) -> Sequence[AdminPage]:
    return PAGES
