"""What an operator may tune about orders: section `[orders]`."""

from __future__ import annotations

from dataclasses import dataclass

from kernel import setting


@dataclass(frozen=True, slots=True)
class OrdersSettings:
    """How orders are numbered, and how long they wait."""

    number: str = setting(
        "ORD-{date}-{random}",
        help="Format of order numbers: `{date}` (UTC), `{timestamp}` (seconds), `{random}` (8 characters), "
        "`{sequence}`; one of the last two is needed.",
    )
    pending_hours: int = setting(
        72, help="Hours a pending order waits before it is cancelled by itself; 0: for ever.", minimum=0
    )
    complete_days: int = setting(
        14, help="Days after its confirmation that an order completes by itself; 0: not at all.", minimum=0
    )
    restock: bool = setting(
        True,
        help="Whether the goods of a refunded order go back into stock when who refunds it does not say.",
    )
    max_lines: int = setting(50, help="Lines of one checkout.", minimum=1, maximum=200)
    page_url: str = setting(
        "",
        help="Page of your client for an order, with `{id}`, for links in messages; a path is one of this "
        "server. Empty: messages name the order without a link.",
    )
