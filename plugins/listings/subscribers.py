"""Reactions to what happens to people, media and categories."""

from __future__ import annotations

from kernel import Delivery, Subscriber
from plugins.accounts.api import EmailVerified, PhoneVerified, ProfileUpdated, StatusChanged
from plugins.categories.api import CategoryDeleted, CategoryMoved
from plugins.listings.services import galleries, sellers
from plugins.listings.services.rows import changed
from plugins.listings.tasks import look_again
from plugins.media.api import MediaDeleted, MediaFailed, MediaReady


def follow_profile(delivery: Delivery) -> None:
    """Show a seller's new name or picture."""
    sellers.follow(delivery.event.user_id)


def follow_standing(delivery: Delivery) -> None:
    """Withhold or release the listings of a seller whose standing changed."""
    user_id = delivery.event.user_id
    until = sellers.follow_standing(user_id)
    if until is not None:
        look_again.enqueue(user_id, at=until)


def follow_membership(delivery: Delivery) -> None:
    """Withhold or release what somebody offers where they belong no longer, or again."""
    if delivery.scope is not None:
        sellers.follow_membership(delivery.event.user_id, delivery.scope)


def show_cover(delivery: Delivery) -> None:
    """Show a cover that is ready."""
    galleries.cover_ready(delivery.event.media_id)


def drop_medium(delivery: Delivery) -> None:
    """Take a medium that is gone, or of no use, out of galleries."""
    galleries.gone(delivery.event.media_id)


def drop_pages(delivery: Delivery) -> None:  # noqa: ARG001 - whichever category or person it was
    """Forget pages of the list when what they were filtered by changes; inline, so at its commit."""
    changed()


SUBSCRIBERS = (
    Subscriber(
        "blocking.user.blocked.v1", drop_pages, name="listings.follow_block", inline=True, optional=True
    ),
    Subscriber(
        "blocking.user.unblocked.v1", drop_pages, name="listings.follow_unblock", inline=True, optional=True
    ),
    Subscriber(
        "buildings.settings.changed.v1",
        drop_pages,
        name="listings.follow_settings",
        inline=True,
        optional=True,
    ),
    Subscriber(
        "buildings.building.deleted.v1",
        drop_pages,
        name="listings.follow_deleted_building",
        inline=True,
        optional=True,
    ),
    Subscriber(
        "buildings.member.left.v1", follow_membership, name="listings.follow_departure", optional=True
    ),
    Subscriber("buildings.member.joined.v1", follow_membership, name="listings.follow_return", optional=True),
    Subscriber(CategoryMoved, drop_pages, name="listings.follow_moved_category", inline=True),
    Subscriber(CategoryDeleted, drop_pages, name="listings.follow_deleted_category", inline=True),
    Subscriber(ProfileUpdated, follow_profile, name="listings.follow_profile"),
    Subscriber(EmailVerified, follow_profile, name="listings.follow_verified_email"),
    Subscriber(PhoneVerified, follow_profile, name="listings.follow_verified_phone"),
    Subscriber(StatusChanged, follow_standing, name="listings.follow_standing"),
    Subscriber(MediaReady, show_cover, name="listings.show_cover"),
    Subscriber(MediaFailed, drop_medium, name="listings.drop_failed_medium"),
    Subscriber(MediaDeleted, drop_medium, name="listings.drop_deleted_medium"),
)
