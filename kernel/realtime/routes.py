"""`/asyncapi.json`: what goes over the sockets, described."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from kernel.declarations import Route
from kernel.http.endpoint import ANONYMOUS, UNLIMITED, Binary, endpoint
from kernel.http.own_routes import Document
from kernel.http.request import Request, Response
from kernel.realtime.asyncapi import asyncapi_document
from kernel.realtime.declarations import Namespace
from kernel.settings import Settings


def realtime_routes(namespaces: Sequence[Namespace], settings: Settings) -> list[Route]:
    """Return the route of the document, none where the references are turned off."""
    if not settings.http.docs:
        return []
    return [Route("/asyncapi.json", AsyncDocument(partial(document, namespaces, settings)), root=True)]


def document(namespaces: Sequence[Namespace], settings: Settings) -> dict[str, Any]:
    """Return the AsyncAPI document of a deployment's namespaces."""
    host = urlsplit(settings.kernel.public_url).netloc or "localhost"
    return asyncapi_document(namespaces, settings.realtime, title=settings.http.title, host=host)


class AsyncDocument(Document):
    """`/asyncapi.json`: written at the first request."""

    @endpoint(
        summary="The AsyncAPI document",
        permission=ANONYMOUS,
        response=Binary("application/json"),
        rate=UNLIMITED,
    )
    def on_get(self, req: Request, resp: Response) -> bytes | None:
        """Describe every namespace and event of the sockets: AsyncAPI 3.0."""
        return self.answer(req, resp)
