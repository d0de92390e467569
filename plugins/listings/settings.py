"""What an operator may tune about listings: section `[listings]`."""

from __future__ import annotations

from dataclasses import dataclass

from kernel import setting


@dataclass(frozen=True, slots=True)
class ListingsSettings:
    """How long listings live, what they may hold, how fresh lists are."""

    lifetime_days: int = setting(
        30, help="Days a published listing stays before it expires; 0: for good.", minimum=0
    )
    reminder_days: int = setting(
        3, help="Days before its expiry that a seller is reminded; 0: not at all.", minimum=0
    )
    currency: str = setting("USD", help="Currency of price filters and sorts that name none (ISO 4217).")
    page_url: str = setting(
        "",
        help="Page of your client for a listing, with `{id}`, for links in messages; a path is one of this "
        "server. Empty: messages name the listing without a link.",
    )
    max_media: int = setting(12, help="Photographs and films in one gallery.", minimum=0, maximum=100)
    list_cache: int = setting(
        30,
        help="Seconds a page of the list may be kept; a change of a listing drops it at once, views and "
        "pieces ordered do not. 0: not kept.",
        minimum=0,
    )
