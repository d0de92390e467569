"""Extension points of reviews: implement with `@hookimpl(optionalhook=True)`."""

from __future__ import annotations

from collections.abc import Sequence

from kernel import hookspec
from plugins.reviews.transactions import Transaction


@hookspec
def reviews_transactions(ref: str) -> Transaction | None:
    """Return the transaction a ref of your kind (`order:<id>`) stands for; None for all others.

    Called when somebody reviews it, in the transaction that stores the review; the
    first answer counts. One statement. A mapping with the fields of `Transaction`
    does as well: a plugin that does not require reviews imports nothing.
    """
    raise AssertionError("a specification is never called")


@hookspec
def reviews_demo() -> Sequence[str]:
    """Return the refs of completed transactions in your demo data, for the demo to have reviewed.

    Called by `manage.py demo` only, when your demo data is there (reviews are loaded `after` you).
    """
    raise AssertionError("a specification is never called")
