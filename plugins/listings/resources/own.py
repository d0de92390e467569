"""One's own listings."""

from __future__ import annotations

from typing import Any

from kernel import AUTHENTICATED, Forbidden, Request, Response, Route, endpoint, page_of
from plugins.listings import queries
from plugins.listings.audience import person
from plugins.listings.schemas.requests import MineQuery, StatisticsQuery
from plugins.listings.schemas.responses import ListingItemOut, OwnStatisticsOut
from plugins.listings.services import statistics


class Mine:
    """`/v1/listings/mine`."""

    @endpoint(
        summary="List my listings",
        permission=AUTHENTICATED,
        query=MineQuery,
        response=page_of(ListingItemOut),
        errors=(Forbidden,),
        statements=2,
    )
    def on_get(self, req: Request, resp: Response) -> Any:
        """Of every status, the latest first."""
        return queries.mine(person(req.principal), req.query)


class OwnStatistics:
    """`/v1/listings/statistics`."""

    @endpoint(
        summary="See how my listings do",
        permission=AUTHENTICATED,
        query=StatisticsQuery,
        response=OwnStatisticsOut,
        errors=(Forbidden,),
        statements=4,
    )
    def on_get(self, req: Request, resp: Response) -> Any:
        """How many there are of each status, and their viewers by day (UTC), exact."""
        return statistics.of_seller(person(req.principal), req.query["days"])


OWN = (Route("/listings/mine", Mine()), Route("/listings/statistics", OwnStatistics()))
