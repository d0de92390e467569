"""Search in what one may read."""

from __future__ import annotations

from typing import Any

from kernel import Invalid, NotFound, Rate, Request, Response, Route, endpoint, page_of
from plugins.chat.permissions import USE
from plugins.chat.queries import searching
from plugins.chat.schemas import searching as schemas


class Search:
    """`/v1/chat/search`."""

    @endpoint(
        summary="Search in messages",
        permission=USE,
        query=schemas.SearchQuery,
        response=page_of(schemas.FoundOut),
        rate=Rate(60, by="principal"),
        errors=(NotFound, Invalid),
        statements=8,
    )
    def on_get(self, req: Request, resp: Response) -> Any:
        """In all one may read now, the latest first."""
        return searching.search(req.principal, req.query)


class Hashtags:
    """`/v1/chat/hashtags`."""

    @endpoint(
        summary="List hashtags",
        permission=USE,
        query=schemas.HashtagsQuery,
        response=schemas.HashtagsOut,
        rate=Rate(60, by="principal"),
        statements=3,
    )
    def on_get(self, req: Request, resp: Response) -> Any:
        """Of the latest 500 messages with one that one may read, the most used first."""
        return {"items": searching.hashtags(req.principal, req.query)}


class Hashtag:
    """`/v1/chat/hashtags/{hashtag}`."""

    @endpoint(
        summary="List the messages with a hashtag",
        permission=USE,
        query=schemas.TaggedQuery,
        response=page_of(schemas.FoundOut),
        rate=Rate(60, by="principal"),
        errors=(NotFound,),
        statements=7,
    )
    def on_get(self, req: Request, resp: Response, hashtag: str) -> Any:
        """In all one may read now, the latest first."""
        return searching.search(req.principal, {**req.query, "hashtag": hashtag})


SEARCHING = (
    Route("/chat/search", Search()),
    Route("/chat/hashtags", Hashtags()),
    Route("/chat/hashtags/{hashtag}", Hashtag()),
)
