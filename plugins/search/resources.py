"""`/v1/search`: over every kind of thing that plugins make findable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from kernel import PUBLIC, Invalid, Page, Request, Response, Route, app, endpoint, page_of
from plugins.search import api
from plugins.search.kinds import Card, Kinds
from plugins.search.port import Hit, SearchQuery
from plugins.search.schemas import HitOut, MeantOut, SearchParameters, SuggestionsOut, SuggestParameters


@dataclass(frozen=True, slots=True)
class HitsPage(Page[dict[str, Any]]):
    """A page of hits, and what was searched for when that is not what was typed."""

    corrected: str | None = None


class Search:
    """`/v1/search`."""

    @endpoint(
        summary="Search everything",
        permission=PUBLIC,
        query=SearchParameters,
        response=page_of(HitOut, more=MeantOut),
        errors=(Invalid,),
    )
    def on_get(self, req: Request, resp: Response) -> Any:
        """What the caller may see, the most relevant first.

        When nothing is found, misspelt words are replaced by the nearest known
        ones. A page may hold fewer items than `limit` and still have a `next`.
        """
        with app.reads.may_lag(req.principal.id):
            return _found(app.service(Kinds), req)


def _found(kinds: Kinds, req: Request) -> HitsPage:
    asked = req.query
    found = api.find(
        SearchQuery(
            text=asked["q"],
            audience=kinds.audience(asked["kind"], req.principal),
            scope=asked.get("scope"),
            sort=asked["sort"],
            cursor=asked["cursor"],
            limit=asked["limit"],
        )
    )
    cards = kinds.cards(found.hits, req.principal)
    shown = [_shown(hit, cards) for hit in found.hits if (hit.kind, hit.id) in cards]
    return HitsPage(shown, found.next, corrected=found.corrected)


class Suggest:
    """`/v1/search/suggest`."""

    @endpoint(
        summary="Complete what is being typed",
        permission=PUBLIC,
        query=SuggestParameters,
        response=SuggestionsOut,
        errors=(Invalid,),
    )
    def on_get(self, req: Request, resp: Response) -> Any:
        """Titles of what the caller may see, the most popular first."""
        asked = req.query
        audience = app.service(Kinds).audience(asked["kind"], req.principal)
        return api.suggest(asked["q"], audience, asked["limit"])


def _shown(hit: Hit, cards: dict[tuple[str, UUID], Card]) -> dict[str, Any]:
    card = cards[hit.kind, hit.id]
    return {
        "kind": hit.kind,
        "id": hit.id,
        "title": card.title,
        "summary": card.summary,
        "image_url": card.image_url,
        "url": card.url,
        "price": card.price,
        "score": hit.score,
    }


ROUTES = (Route("/search", Search()), Route("/search/suggest", Suggest()))
