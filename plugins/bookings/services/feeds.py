"""Calendar feeds: an address with a secret in it, for calendars that cannot sign in.

Only a digest of the secret is kept: the address is shown when it is made, and a new
secret ends the old one at once.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import NamedTuple
from uuid import UUID

from peewee import IntegrityError

from kernel import NotFound, Principal, Problem, app, violated_constraint
from plugins.bookings.models import Feed
from plugins.bookings.offers import person
from plugins.bookings.problems import FeedExists
from plugins.bookings.services import resources


class Made(NamedTuple):
    """A feed and its address, which is shown this once."""

    feed: Feed
    url: str


def create(caller: Principal, resource_id: UUID | None) -> Made:
    """Make a feed of all one's bookings, or of one's resource; raise NotFound, FeedExists."""
    owner_id, secret = person(caller), _new()
    if resource_id is not None:
        resources.own(caller, resource_id)
    try:
        with app.db.atomic():
            feed = Feed.create(owner_id=owner_id, resource=resource_id, digest=_digest(secret))
    except IntegrityError as ex:
        if violated_constraint(ex) == "bookings_feed_of":
            raise FeedExists("Have a new secret made for it, or delete it.") from ex
        raise
    return Made(feed, _url(secret))


def rotate(caller: Principal, feed_id: UUID) -> Made:
    """Give a feed a new address: the old one is gone at once; raise NotFound."""
    secret = _new()
    mine = (Feed.id == feed_id, Feed.owner_id == person(caller))
    if not Feed.update(digest=_digest(secret)).where(*mine).execute():
        raise NotFound
    return Made(Feed.get_by_id(feed_id), _url(secret))


def delete(caller: Principal, feed_id: UUID) -> None:
    """Delete a feed; raise NotFound."""
    if not Feed.delete().where(Feed.id == feed_id, Feed.owner_id == person(caller)).execute():
        raise NotFound


def of_secret(secret: str) -> tuple[Feed, Principal]:
    """Return the feed behind an address and who it is of; raise NotFound, also while they are suspended."""
    feed = Feed.get_or_none(Feed.digest == _digest(secret))
    if feed is None:
        raise NotFound("There is no such calendar.")
    try:
        return feed, app.auth.principal_of(feed.owner_id)
    except Problem as ex:
        raise NotFound("There is no such calendar.") from ex


def _new() -> str:
    return secrets.token_urlsafe(32)


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _url(secret: str) -> str:
    return f"{app.settings.kernel.public_url.rstrip('/')}/v1/bookings/calendars/{secret}"
