"""Money: a whole number of minor units and an ISO 4217 currency; never a float.

`Money(1999, "USD")` is 19.99 US dollars, `Money(1999, "JPY")` 1999 yen. Which
codes exist and how many decimals each has is the ISO table as the `iso4217`
package ships it, so a new currency comes with an upgrade, not with a patch here.
A database stores two columns, `<name>_amount` BIGINT and `<name>_currency` CHAR(3).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache, total_ordering
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from kernel.errors import StoaError

LARGEST = 2**63 - 1
"""The largest amount in minor units: what a BIGINT column holds."""

MOST_ASKED = 10**14
"""The largest amount a request may name, in minor units: tens of thousands of them add up to a BIGINT still.

APPSEC: two of LARGEST do not, and what fails then is the sum that everybody's money is in.
"""

_DIGITS = len(str(LARGEST))  # APPSEC: int(Decimal("1e999999999")) would fill the memory


class MoneyError(StoaError, ValueError):
    """An amount, a currency or a sum that has no meaning; says which and why."""


@cache
def exponents() -> Mapping[str, int]:
    """Return ISO 4217: currency code to number of decimals (USD 2, JPY 0, KWD 3).

    Codes without a minor unit (gold, test codes) are not money and left out.
    """
    from iso4217 import Currency  # noqa: PLC0415 - 26 ms of XML that most processes start without

    return {currency.code: currency.exponent for currency in Currency if currency.exponent is not None}


def exponent(currency: str) -> int:
    """Return the number of decimals of a currency; raise MoneyError for an unknown code."""
    try:
        return exponents()[currency]
    except (KeyError, TypeError) as ex:
        raise MoneyError(f"{currency!r} is no ISO 4217 currency: use a code such as USD, EUR or JPY") from ex


@total_ordering
@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units of one currency; immutable, exact, ordered.

    Arithmetic and comparison refuse mixed currencies with MoneyError. There is
    no division: `allocate` splits without losing or inventing a unit.
    """

    amount: int
    currency: str

    def __post_init__(self) -> None:
        if not isinstance(self.amount, int) or isinstance(self.amount, bool):
            raise MoneyError(f"an amount is a whole number of minor units, not {self.amount!r}")
        if not -LARGEST <= self.amount <= LARGEST:
            raise MoneyError(f"an amount lies within ±{LARGEST}, not {self.amount}")
        exponent(self.currency)

    def __add__(self, other: Money) -> Money:
        """Return the sum; both are of one currency."""
        return Money(self.amount + self._of_same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        """Return the difference; both are of one currency."""
        return Money(self.amount - self._of_same(other), self.currency)

    def __mul__(self, quantity: int) -> Money:
        """Return the price of `quantity` pieces: a whole number, never a rate (see `allocate`)."""
        if not isinstance(quantity, int) or isinstance(quantity, bool):
            raise MoneyError(f"money is multiplied by a whole number, not {quantity!r}: use allocate()")
        return Money(self.amount * quantity, self.currency)

    __rmul__ = __mul__

    def __neg__(self) -> Money:
        """Return the same amount owed the other way."""
        return Money(-self.amount, self.currency)

    def __abs__(self) -> Money:
        """Return the amount without its sign."""
        return Money(abs(self.amount), self.currency)

    def __bool__(self) -> bool:
        """Tell whether there is any: zero is false."""
        return self.amount != 0

    def __lt__(self, other: Money) -> bool:
        """Compare within one currency."""
        return self.amount < self._of_same(other)

    def __str__(self) -> str:
        """Return major units and code: `19.99 USD`."""
        return f"{self.format()} {self.currency}"

    def allocate(self, weights: Sequence[int | Fraction | Decimal]) -> list[Money]:
        """Split by weights with the largest-remainder (Hamilton) method; the parts sum to the whole.

        Each part is its exact share rounded down or up by less than one minor
        unit; left-over units go to the largest remainders, ties to the earlier
        part. A weight is not negative and one at least is positive.
        """
        shares = [Fraction(weight) for weight in weights]
        total = sum(shares)
        if total <= 0 or min(shares) < 0:
            raise MoneyError(f"weights are not negative and one at least is positive, not {list(weights)!r}")
        sign, units = (-1, -self.amount) if self.amount < 0 else (1, self.amount)
        exact = [units * share / total for share in shares]
        parts = [share.numerator // share.denominator for share in exact]
        by_remainder = sorted(range(len(parts)), key=lambda index: (parts[index] - exact[index], index))
        for index in by_remainder[: units - sum(parts)]:
            parts[index] += 1
        return [Money(sign * part, self.currency) for part in parts]

    def format(self) -> str:
        """Return the amount in major units with the currency's decimals: `19.99`, `-0.05`, `1999`."""
        decimals = exponent(self.currency)
        digits = str(abs(self.amount)).rjust(decimals + 1, "0")
        whole, fraction = (digits[:-decimals], f".{digits[-decimals:]}") if decimals else (digits, "")
        return f"{'-' if self.amount < 0 else ''}{whole}{fraction}"

    @classmethod
    def parse(cls, text: str, currency: str) -> Money:
        """Read major units, `Money.parse("19.99", "USD")`; raise MoneyError for decimals it does not have."""
        try:
            scaled = Decimal(text).scaleb(exponent(currency))
            exact = int(scaled) if scaled.is_finite() and scaled.adjusted() < _DIGITS else None
        except (ArithmeticError, TypeError, ValueError) as ex:
            raise MoneyError(f"{text!r} is no amount: write it like 19.99") from ex
        if exact is None or scaled != exact:
            raise MoneyError(f"{text!r} is no amount of {currency} (decimals: at most {exponent(currency)})")
        return cls(exact, currency)

    @classmethod
    def zero(cls, currency: str) -> Money:
        """Return nothing, in a currency."""
        return cls(0, currency)

    @classmethod
    def sum(cls, amounts: Iterable[Money], currency: str) -> Money:
        """Add up amounts of one currency; `currency` says which when there are none."""
        return sum(amounts, start=cls.zero(currency))

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form: `{"amount": 1999, "currency": "USD"}`."""
        return {"amount": self.amount, "currency": self.currency}

    def _of_same(self, other: Money) -> int:
        if not isinstance(other, Money):
            raise MoneyError(f"money goes with money, not with {other!r}")
        if other.currency != self.currency:
            raise MoneyError(f"{self.currency} and {other.currency} do not mix: convert one first")
        return other.amount


def _known(currency: str) -> None:
    try:
        exponent(currency)
    except MoneyError as ex:
        raise ValidationError("Not an ISO 4217 currency code such as USD.") from ex


class MoneySchema(Schema):
    """Money on the wire: minor units and an ISO 4217 code."""

    amount = fields.Integer(
        required=True,
        strict=True,
        validate=validate.Range(-LARGEST, LARGEST),
        metadata={"description": "Whole minor units (cents); never a fraction.", "example": 1999},
    )
    currency = fields.String(
        required=True,
        validate=_known,
        metadata={"description": "ISO 4217 code.", "example": "USD", "minLength": 3, "maxLength": 3},
    )


class MoneyField(fields.Nested):
    """A marshmallow field that reads and shows `Money` as `{"amount": 1999, "currency": "USD"}`.

    `minimum` bounds the amount in minor units: 0 for a price, 1 for a charge; so does
    `maximum`, to what still adds up.
    """

    def __init__(self, *, minimum: int | None = None, maximum: int = MOST_ASKED, **options: Any) -> None:
        self.minimum, self.maximum = minimum, maximum
        super().__init__(MoneySchema, **options)

    def _deserialize(  # type: ignore[override]  # its partial= is among the options
        self, value: Any, attr: str | None, data: Any, **options: Any
    ) -> Money:
        if not isinstance(value, Mapping):
            raise ValidationError('Write it as {"amount": 1999, "currency": "USD"}, in minor units.')
        if isinstance(value.get("amount"), bool | float):
            raise ValidationError({"amount": ["Not a whole number of minor units."]})
        read = super()._deserialize(value, attr, data, **options)
        if self.minimum is not None and read["amount"] < self.minimum:
            raise ValidationError({"amount": [f"Must be at least {self.minimum}."]})
        if abs(read["amount"]) > self.maximum:
            raise ValidationError({"amount": [f"Must be at most {self.maximum}."]})
        return Money(read["amount"], read["currency"])
