"""What a person wants to receive."""

from __future__ import annotations

from typing import Any

from kernel import (
    AUTHENTICATED,
    Forbidden,
    NotFound,
    PreconditionFailed,
    Request,
    Response,
    Route,
    endpoint,
    invalid,
    page_of,
)
from plugins.notifications import queries
from plugins.notifications.resources.callers import account
from plugins.notifications.schemas.requests import MuteIn, PreferencesIn
from plugins.notifications.schemas.responses import MuteOut, PreferencesOut
from plugins.notifications.services import wishes

_LONGEST_TOPIC = 200  # characters


class Preferences:
    """`/v1/notifications/preferences`."""

    @endpoint(
        summary="Show my notification preferences",
        permission=AUTHENTICATED,
        response=PreferencesOut,
        errors=(Forbidden,),
        etag=True,
    )
    def on_get(self, req: Request, resp: Response) -> Any:
        """Every type there is, what is on, quiet hours and the digest."""
        return queries.preferences(wishes.of(account(req)))

    @endpoint(
        summary="Replace my notification preferences",
        permission=AUTHENTICATED,
        body=PreferencesIn,
        response=PreferencesOut,
        errors=(Forbidden, PreconditionFailed),
        etag=True,
    )
    def on_put(self, req: Request, resp: Response) -> Any:
        """What is left out goes back to its default. Mandatory types cannot be switched off."""
        body = req.body
        stored = wishes.replace(
            account(req),
            req.if_match,
            channels=body["channels"],
            quiet_hours=body["quiet_hours"],
            digest=body["digest"]["frequency"],
            digest_hour=body["digest"]["hour"],
        )
        return queries.preferences(stored)


class Mutes:
    """`/v1/notifications/mutes`."""

    @endpoint(
        summary="List the topics I mute",
        permission=AUTHENTICATED,
        response=page_of(MuteOut),
        errors=(Forbidden,),
    )
    def on_get(self, req: Request, resp: Response) -> Any:
        """A topic is a conversation, an auction: whatever a plugin's messages are about."""
        return queries.mutes(account(req), req.query)


class Mute:
    """`/v1/notifications/mutes/{topic}`."""

    @endpoint(
        summary="Mute a topic",
        permission=AUTHENTICATED,
        body=MuteIn,
        response=MuteOut,
        errors=(Forbidden,),
    )
    def on_put(self, req: Request, resp: Response, topic: str) -> Any:
        """The `topic` of a notification; mandatory types pass."""
        if len(topic) > _LONGEST_TOPIC:
            raise invalid("/topic", f"At most {_LONGEST_TOPIC} characters.")
        return wishes.mute(account(req), topic, req.body["until"])

    @endpoint(summary="Unmute a topic", permission=AUTHENTICATED, errors=(Forbidden, NotFound))
    def on_delete(self, req: Request, resp: Response, topic: str) -> None:
        """Hear of it again."""
        wishes.unmute(account(req), topic)


PREFERENCES = (
    Route("/notifications/preferences", Preferences()),
    Route("/notifications/mutes", Mutes()),
    Route("/notifications/mutes/{topic}", Mute()),
)
