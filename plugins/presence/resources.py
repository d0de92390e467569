"""HTTP: parse, call, respond."""

from __future__ import annotations

from typing import Any, Final

from kernel import AUTHENTICATED, Forbidden, Invalid, Request, Response, Route, endpoint
from plugins.presence import queries, services
from plugins.presence.callers import person
from plugins.presence.schemas import OwnOut, PeopleQuery, PresencesOut, StatusIn


class Presence:
    """`/v1/presence`."""

    @endpoint(
        summary="See who is there",
        permission=AUTHENTICATED,
        query=PeopleQuery,
        response=PresencesOut,
        errors=(Forbidden,),
        statements=5,
    )
    def on_get(self, req: Request, resp: Response) -> Any:
        """Repeat `user_id`. For news without asking, subscribe on the namespace `/presence`.

        Whoever hides when they were last seen, and whoever one hides it from,
        answers like a person never seen.
        """
        seen = queries.seen(person(req.principal), list(dict.fromkeys(req.query["user_id"])))
        return {"items": [queries.item(user_id, view) for user_id, view in seen.items()]}


class Own:
    """`/v1/presence/me`."""

    @endpoint(summary="See what I show", permission=AUTHENTICATED, response=OwnOut, errors=(Forbidden,))
    def on_get(self, req: Request, resp: Response) -> Any:
        """What I chose, while it holds."""
        return queries.own(person(req.principal))

    @endpoint(
        summary="Set what I show",
        permission=AUTHENTICATED,
        body=StatusIn,
        response=OwnOut,
        errors=(Forbidden, Invalid),
    )
    def on_put(self, req: Request, resp: Response) -> Any:
        """On all devices, at once."""
        body = req.body
        return services.choose(person(req.principal), body["status"], body["text"], body["until"])


ROUTES: Final = (Route("/presence", Presence()), Route("/presence/me", Own()))
