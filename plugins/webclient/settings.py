"""What an operator may say about the web client: section `[webclient]`."""

from __future__ import annotations

from dataclasses import dataclass

from kernel import setting


@dataclass(frozen=True, slots=True)
class WebclientSettings:
    """Its name, and what its people pay with."""

    name: str = setting(
        "Stoa", help="What the product is called: in titles, and below its icon when installed."
    )
    description: str = setting(
        "Buy, sell and book among neighbours.", help="One sentence about the product, for its manifest."
    )
    currencies: list[str] = setting(
        ["EUR", "USD", "GBP", "JPY"], help="Currencies (ISO 4217) a seller may choose; the first is proposed."
    )
    media_origins: list[str] = setting(
        [],
        help='Other origins that photographs and films come from, such as "https://files.example" when a '
        "bucket serves them; the page's policy allows no others.",
    )
