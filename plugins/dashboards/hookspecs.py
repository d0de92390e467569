"""Extension points of dashboards: implement with `@hookimpl(optionalhook=True)`.

Dashboards know no orders, payments, listings: every figure is declared by whose
it is. Where a hook returns `Source`, `Refunds` or what these return, a mapping
with its fields does as well: a plugin that does not require dashboards imports nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from kernel import hookspec
from plugins.dashboards.sources import Refunds, Source


@hookspec
def dashboards_sources() -> Sequence[Source | Mapping[str, Any]]:
    """Return the kinds of things of this plugin that are counted, and what they bring in.

    Called once at boot; no I/O. Their `facts` are asked in the transaction of a
    delivery, after the ref was locked, and again by `manage.py dashboards recount`:
    whatever is said of a ref must follow from what is stored about it, and from
    nothing else. An exception has the delivery tried again.
    """
    raise AssertionError("a specification is never called")


@hookspec
def dashboards_refunds() -> Sequence[Refunds | Mapping[str, Any]]:
    """Return who knows what went back of money that refs of any kind brought in.

    Called once at boot; no I/O. `of` is asked beside `facts`, under the same rules.
    """
    raise AssertionError("a specification is never called")


@hookspec
def dashboards_titles(refs: Sequence[str]) -> Mapping[str, str]:
    """Return what the refs of your kind are called now; leave out what is gone.

    Called for the products and the building of a report that is made anew. One
    statement for any number. Where any plugin names things, a building nobody names does not exist.
    """
    raise AssertionError("a specification is never called")


@hookspec
def dashboards_seller_figures(seller_id: UUID) -> Mapping[str, int]:
    """Return more figures of a seller by name: `{"listing_views": 120}`.

    Called for a seller's report that is made anew: one statement, by an index.
    """
    raise AssertionError("a specification is never called")
