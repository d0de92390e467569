"""Amounts as PayPal writes them: major units with the decimals it gives a currency.

https://developer.paypal.com/api/rest/reference/currency-codes/: HUF and TWD have
none there, though ISO 4217 gives them two.
"""

from __future__ import annotations

from typing import Any, Final

from kernel import Money

CURRENCIES: Final = frozenset(
    {
        *("AUD", "BRL", "CAD", "CNY", "CZK", "DKK", "EUR", "HKD", "HUF", "ILS", "JPY", "MYR", "MXN", "TWD"),
        *("NZD", "NOK", "PHP", "PLN", "GBP", "SGD", "SEK", "CHF", "THB", "USD"),
    }
)
_WHOLE: Final = frozenset({"HUF", "TWD"})


def fault(amount: int, currency: str) -> str:
    """Return why PayPal does not take an amount of minor units; empty when it does."""
    if currency not in CURRENCIES:
        return f"PayPal takes no {currency}."
    if currency in _WHOLE and amount % 100:
        return f"PayPal takes {currency} without decimals."
    return ""


def to_paypal(amount: int, currency: str) -> dict[str, str]:
    """Return an amount as `{"currency_code": "USD", "value": "19.99"}`."""
    text = Money(amount, currency).format()
    value = text.partition(".")[0] if currency in _WHOLE else text
    return {"currency_code": currency, "value": value}


def from_paypal(amount: dict[str, Any]) -> Money:
    """Read an amount; raise MoneyError for one that makes no sense."""
    return Money.parse(str(amount["value"]), str(amount["currency_code"]))
