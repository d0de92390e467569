"""What an operator may tune about notifications: section `[notifications]`."""

from __future__ import annotations

from dataclasses import dataclass

from kernel import setting


@dataclass(frozen=True, slots=True)
class NotificationsSettings:
    """Who sends, by whom, how often it is tried, how long it is remembered."""

    product: str = setting("Stoa", help="The product's name in the layout of messages.")
    sender: str = setting(
        "Stoa <no-reply@localhost>", help="Who e-mail is from: `Name <address>`; mail domains check it."
    )
    reply_to: str = setting("", help="Where answers to e-mail go; empty: to the sender.")
    email_providers: list[str] = setting(
        [],
        help="Providers of e-mail, tried in this order; empty: the development mailbox, none in production.",
    )
    sms_providers: list[str] = setting(
        [], help="Providers of SMS, tried in this order; empty: the development mailbox, none in production."
    )
    templates: str = setting(
        "", help="Directory whose `<plugin>/<name>.txt` and `.html` replace the plugins' own templates."
    )
    language: str = setting("en", help="Language of messages to people whose language is not known.")
    max_attempts: int = setting(10, help="Attempts at a delivery before it fails.", minimum=1, maximum=50)
    backoff: float = setting(
        30.0, help="Seconds before the second attempt; fourfold with each, at most six hours.", minimum=0.1
    )
    lease: float = setting(
        120.0,
        help="Seconds after which what a dead worker was sending is sent again; a live one renews it.",
        minimum=1,
    )
    lanes: int = setting(
        2, help="Deliveries of one channel go out over so many tasks.", minimum=1, maximum=32
    )
    batch: int = setting(50, help="Deliveries given to a provider at once.", minimum=1, maximum=1000)
    rest: float = setting(
        30.0, help="Seconds a provider that failed is passed over while another is there.", minimum=0
    )
    retention_days: int = setting(
        90, help="Days the delivery log and read notifications are kept.", minimum=1
    )
    max_devices: int = setting(
        20, help="Devices a person gets push on; the longest unused makes room for one more.", minimum=1
    )
    device_days: int = setting(
        270, help="Days after which a device that was not registered again is forgotten.", minimum=1
    )
    mailbox_size: int = setting(500, help="Messages the development mailbox keeps.", minimum=1)
