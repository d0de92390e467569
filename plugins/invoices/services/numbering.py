"""Numbers that run on without a gap: taken under a lock, given back when the transaction is undone."""

from __future__ import annotations

from string import Formatter
from typing import Final
from uuid import UUID

from kernel import ConfigurationError, app
from plugins.invoices.settings import InvoicesSettings

INVOICE: Final = "invoice"
CREDIT_NOTE: Final = "credit_note"
_PARTS: Final = {"year", "sequence"}
_NEXT: Final = """
INSERT INTO invoices_series AS s (series, kind, period, last) VALUES (%(series)s, %(kind)s, %(period)s, 1)
ON CONFLICT (series, kind, period) DO UPDATE SET last = s.last + 1 RETURNING last
"""


def check(settings: InvoicesSettings) -> None:
    """Raise ConfigurationError for a format that would not make different numbers."""
    for name in ("number", "credit_number"):
        form = getattr(settings, name)
        try:
            parts = {part for _, part, _, _ in Formatter().parse(form) if part is not None}
            form.format(year="2026", sequence=1)
        except (ValueError, KeyError, IndexError) as ex:
            raise ConfigurationError(f"invoices.{name}: `{form}` is no format: {ex}") from ex
        if parts - _PARTS or "sequence" not in parts:
            raise ConfigurationError(f"invoices.{name}: `{form}` needs {{sequence}}; it may have {{year}}")
    first, credited = (
        form.format(year="2026", sequence=1) for form in (settings.number, settings.credit_number)
    )
    if first == credited:
        raise ConfigurationError("invoices.credit_number: give it another format than invoices.number")


def take(kind: str, seller_id: UUID) -> tuple[str, str]:
    """Return the series and the next number of a seller's document, in the caller's transaction.

    Who takes the next one of the same series waits until it ends.
    """
    settings = app.settings.of(InvoicesSettings)
    form = settings.number if kind == INVOICE else settings.credit_number
    year = f"{app.clock.now():%Y}"
    series = f"seller:{seller_id}" if settings.series == "seller" else "platform"
    values = {"series": series, "kind": kind, "period": year if "{year" in form else ""}
    [(sequence,)] = app.db.rows(_NEXT, values)
    return series, form.format(year=year, sequence=sequence)
