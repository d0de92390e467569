"""The HTTP surface of dashboards: parse, call, respond."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from kernel import (
    AUTHENTICATED,
    Binary,
    Forbidden,
    NotFound,
    Rate,
    Request,
    Response,
    Route,
    endpoint,
)
from plugins.dashboards import exporting, paper, queries, tables
from plugins.dashboards.permissions import PLATFORM, SCOPE
from plugins.dashboards.queries import Subject
from plugins.dashboards.schemas import CsvQuery, ReportOut, ReportQuery
from plugins.documents.api import MEDIA_TYPE, typeset

Find = Callable[..., Subject]
_EXPORTS: Final = Rate(30, per=60, by="principal")


def _building(req: Request, building_id: Any) -> str:  # noqa: ARG001 - the shape of a scope
    return f"building:{building_id}"


def _mine(req: Request) -> Subject:
    if req.principal.id is None:
        raise Forbidden("This takes an account.")
    return queries.seller(req.principal.id)


def routes_of(path: str, name: str, find: Find, **access: Any) -> tuple[Route, ...]:
    """Return a report's routes: as JSON, and below it as CSV, XLSX and PDF.

    `find(req, **fields)` says whose figures they are; `access` is who may, of `@endpoint`.
    """
    declared = {"errors": (NotFound, Forbidden), **access}
    return (
        Route(path, _report(name, find, declared)),
        Route(f"{path}/export.csv", _csv(name, find, {**declared, "rate": _EXPORTS})),
        Route(f"{path}/export.xlsx", _xlsx(name, find, {**declared, "rate": _EXPORTS})),
        Route(f"{path}/export.pdf", _pdf(name, find, {**declared, "rate": _EXPORTS})),
    )


def _report(name: str, find: Find, declared: Mapping[str, Any]) -> object:
    class Report:
        """A report."""

        @endpoint(
            summary=f"See the figures of {name}",
            query=ReportQuery,
            response=ReportOut,
            statements=16,
            **declared,
        )
        def on_get(self, req: Request, resp: Response, **fields: Any) -> Any:
            """Revenue by day, counts, best sellers, latest orders; kept for some minutes (`generated_at`)."""
            return queries.report(find(req, **fields), req.query["days"])

    return Report()


def _csv(name: str, find: Find, declared: Mapping[str, Any]) -> object:
    class AsCsv:
        """One of a report's tables as CSV."""

        @endpoint(
            summary=f"Export the figures of {name} as CSV",
            query=CsvQuery,
            response=Binary(exporting.CSV),
            statements=16,
            **declared,
        )
        def on_get(self, req: Request, resp: Response, **fields: Any) -> Any:
            """Money in major units. A text that looks like a formula begins with an apostrophe."""
            table = req.query["table"]
            resp.downloadable_as = f"{table}.csv"
            return exporting.as_csv(tables.TABLES[table](find(req, **fields), req.query["days"]))

    return AsCsv()


def _xlsx(name: str, find: Find, declared: Mapping[str, Any]) -> object:
    class AsXlsx:
        """A report's tables as sheets of a workbook."""

        @endpoint(
            summary=f"Export the figures of {name} as XLSX",
            query=ReportQuery,
            response=Binary(exporting.XLSX),
            statements=20,
            **declared,
        )
        def on_get(self, req: Request, resp: Response, **fields: Any) -> Any:
            """A sheet each for revenue by day, products, counts and the latest orders."""
            resp.downloadable_as = "report.xlsx"
            return exporting.as_xlsx(tables.every(find(req, **fields), req.query["days"]))

    return AsXlsx()


def _pdf(name: str, find: Find, declared: Mapping[str, Any]) -> object:
    class AsPdf:
        """A report's tables as a document."""

        @endpoint(
            summary=f"Export the figures of {name} as PDF",
            query=ReportQuery,
            response=Binary(MEDIA_TYPE),
            statements=20,
            **declared,
        )
        def on_get(self, req: Request, resp: Response, **fields: Any) -> Any:
            """The tables of the workbook, and a chart of what came in by day for each currency."""
            subject, days = find(req, **fields), req.query["days"]
            title = f"Figures of {subject.title or name}"
            resp.downloadable_as = "report.pdf"
            return typeset(paper.document(list(tables.every(subject, days)), title, days))

    return AsPdf()


ROUTES: Final = (
    *routes_of("/analytics/platform", "the platform", lambda req: queries.platform(), permission=PLATFORM),  # noqa: ARG005
    *routes_of(
        "/analytics/building/{building_id:uuid}",
        "a building",
        lambda req, building_id: queries.building(building_id),  # noqa: ARG005 - found by its path alone
        permission=SCOPE,
        scope=_building,
    ),
    *routes_of("/analytics/seller", "what I sell", _mine, permission=AUTHENTICATED),
)
