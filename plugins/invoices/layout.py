"""How documents look on paper: nothing is reckoned here, only set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from kernel import Money, app
from plugins.documents.api import Block, Column, Columns, Document, Facts, Heading, Paragraph, Table
from plugins.invoices.models import Document as Row
from plugins.invoices.services.numbering import INVOICE
from plugins.invoices.settings import InvoicesSettings

ITEMS: Final = (
    Column("Item", 6),
    Column("Quantity", 2, "RIGHT"),
    Column("Price", 3, "RIGHT"),
    Column("Amount", 3, "RIGHT"),
)


def paper(row: Row) -> Document:
    """Return an invoice or a credit note: the same for all who see it, for good."""
    invoice = row.kind == INVOICE
    title = f"{'Invoice' if invoice else 'Credit note'} {row.number}"
    blocks: list[Block] = [Facts(_facts(row)), _parties(row)]
    blocks += [_lines(row), Paragraph(_paid(row), mark=True)] if invoice else _credited(row)
    if row.data["note"]:
        blocks.append(Paragraph(row.data["note"]))
    return _document(title, row, blocks, row.issued_at)


def statement(invoice: Row, credited: Sequence[Row]) -> Document:
    """Return what a sale brought its seller so far: the invoice, the commission, what was credited."""
    part = Money(invoice.commission, invoice.currency)
    total = Money(invoice.total, invoice.currency)
    rows = [[_day(invoice.issued_at), f"Invoice {invoice.number}", *_three(total, part)]]
    for row in credited:
        back, given = Money(row.total, row.currency), Money(row.commission, row.currency)
        rows.append([_day(row.issued_at), f"Credit note {row.number}", *_three(-back, -given)])
        total, part = total - back, part - given
    heads = (
        Column("Date", 3), Column("Document", 6), Column("Amount", 3, "RIGHT"),
        Column("Commission", 3, "RIGHT"), Column("Yours", 3, "RIGHT"),
    )  # fmt: skip
    sums = [("Sold", str(total)), ("Commission", str(-part)), ("Yours", str(total - part))]
    told = (Facts(_facts(invoice)), _between(invoice), _rates(invoice))
    last = credited[-1] if credited else invoice
    blocks = [*told, Table(heads, rows, sums)]
    return _document(f"Statement of {invoice.number}", invoice, blocks, last.issued_at)


def _document(title: str, row: Row, blocks: Sequence[Block], at: datetime) -> Document:
    seller = row.data["seller"]["name"]
    return Document(title, blocks, at, author=seller, footer=f"{title} · {seller}")


def _facts(row: Row) -> list[tuple[str, str]]:
    order, corrects = row.data["order"], row.data.get("corrects")
    found = [("Number", row.number), ("Date", _day(row.issued_at))]
    if corrects:
        found.append(("Corrects", f"Invoice {corrects['number']} of {_date(corrects['issued_at'])}"))
    found.append(("Order", f"{order['number']} of {_date(order['ordered_at'])}"))
    return [*found, *((label, value) for label, value in row.data["facts"])]


def _parties(row: Row) -> Columns:
    return Columns([("Seller", _named(row.data["seller"])), ("Buyer", _named(row.data["buyer"]))])


def _between(row: Row) -> Columns:
    platform = app.settings.of(InvoicesSettings).platform.replace("\\n", "\n")
    told = [("Platform", platform)] if platform else []
    return Columns([("Seller", _named(row.data["seller"])), *told])


def _named(party: Mapping[str, str]) -> str:
    tax = f"Tax number {party['tax_id']}" if party["tax_id"] else ""
    return "\n".join(each for each in (party["name"], party["address"], tax) if each)


def _lines(row: Row) -> Table:
    data = row.data
    rows = [
        [
            line["title"],
            str(line["quantity"]),
            Money(line["unit_amount"], row.currency).format(),
            Money(line["amount"], row.currency).format(),
        ]
        for line in data["lines"]
    ]
    extra = [(each["label"], str(Money(each["amount"], row.currency))) for each in data["adjustments"]]
    sums = [("Subtotal", str(Money(data["subtotal"], row.currency))), *extra] if extra else []
    return Table(ITEMS, rows, [*sums, ("Total", str(Money(row.total, row.currency)))])


def _credited(row: Row) -> list[Block]:
    told = "The whole of the invoice" if row.data["whole"] else "A part of the invoice"
    amount = str(Money(row.total, row.currency))
    heads = (Column("What", 6), Column("Amount", 3, "RIGHT"))
    return [Table(heads, [[told, amount]], [("Credited", amount)])]


def _rates(row: Row) -> Block:
    """Return the rates the commission was agreed on at, where they are known by line."""
    rates = [(line["title"], line["commission_rate_bp"]) for line in row.data["lines"]]
    if not any(rate for _, rate in rates):
        return Heading("What it brought")
    return Facts([(f"{rate / 100:g} % commission", title) for title, rate in rates])


def _paid(row: Row) -> str:
    paid_at = row.data["paid_at"]
    return f"PAID on {_date(paid_at)}" if paid_at else "UNPAID"


def _three(total: Money, part: Money) -> list[str]:
    return [total.format(), (-part).format(), (total - part).format()]


def _date(moment: str) -> str:
    return moment[:10]


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d}"
