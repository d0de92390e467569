"""Amounts as Stripe counts them: mostly, not always, ISO 4217's minor units.

https://docs.stripe.com/currencies: some currencies have no decimals there whatever
ISO says (MGA), some are written with two though they have none (ISK, UGX), and of
three decimals the last is 0.
"""

from __future__ import annotations

from typing import Final

from plugins.payments.api import decimals

_NO_DECIMALS: Final = frozenset(
    {
        *("BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF"),
        *("VND", "VUV", "XAF", "XOF", "XPF"),
    }
)


def fault(amount: int, currency: str) -> str:
    """Return why an amount of minor units cannot be told to Stripe; empty when it can."""
    ours, theirs = decimals(currency), _decimals(currency)
    if theirs < ours and amount % 10 ** (ours - theirs):
        return f"Stripe counts {currency} without decimals."
    if ours == 3 and amount % 10:  # noqa: PLR2004
        return f"Stripe takes {currency} with 0 as the last decimal."
    return ""


def to_stripe(amount: int, currency: str) -> int:
    """Return minor units of ISO 4217 in Stripe's."""
    shift = _decimals(currency) - decimals(currency)
    return _shifted(amount, shift)


def from_stripe(amount: int, currency: str) -> int:
    """Return Stripe's units in minor units of ISO 4217."""
    shift = decimals(currency) - _decimals(currency)
    return _shifted(amount, shift)


def _decimals(currency: str) -> int:
    if currency in _NO_DECIMALS:
        return 0
    return max(2, decimals(currency))


def _shifted(amount: int, decimals: int) -> int:
    factor = int(10 ** abs(decimals))
    return amount * factor if decimals >= 0 else amount // factor
