"""What an operator may tune about invoices: section `[invoices]`."""

from __future__ import annotations

from dataclasses import dataclass

from kernel import setting

_PARTS = (
    "`{year}` (of the issue, UTC; the count begins anew with it) and `{sequence}`, such as `{sequence:06}`"
)


@dataclass(frozen=True, slots=True)
class InvoicesSettings:
    """How documents are numbered, and what stands on them."""

    series: str = setting(
        "seller",
        help="Whose numbers run on without a gap: each `seller`'s, or one count for the `platform`.",
        choices=("seller", "platform"),
    )
    number: str = setting("INV-{year}-{sequence:06}", help=f"Format of invoice numbers: {_PARTS}.")
    credit_number: str = setting("CN-{year}-{sequence:06}", help="The same for credit notes.")
    platform: str = setting(
        "",
        help="Name, address and tax number of who runs the platform, for sellers' statements; lines by \\n.",
    )
    note: str = setting("", help="Text at the foot of every document, such as the law asks for.")
    keep_years: int = setting(
        10,
        help="Years that documents are kept, as the law asks; then they are deleted. 0: for ever.",
        minimum=0,
        maximum=1000,
    )
