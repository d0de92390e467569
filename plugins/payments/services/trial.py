"""The trial balance: everything that must hold of the ledger, counted from its entries."""

from __future__ import annotations

from typing import Any, Final

from kernel import app

_TRIAL: Final = """
WITH booked AS (SELECT account_id, sum(amount)::bigint AS amount FROM payments_entry GROUP BY account_id)
SELECT account.currency, account.kind, count(*) AS accounts, sum(account.balance)::bigint AS balance,
       coalesce(sum(booked.amount), 0)::bigint AS entries,
       count(*) FILTER (WHERE account.balance <> coalesce(booked.amount, 0)) AS wrong,
       count(*) FILTER (
           WHERE account.balance < 0 AND account.kind NOT IN ('commission', 'clearing', 'fees')
       ) AS negative
FROM payments_account AS account LEFT JOIN booked ON booked.account_id = account.id
GROUP BY account.currency, account.kind ORDER BY 1, 2
"""
_UNBALANCED: Final = """
SELECT currency, count(*) FROM (
    SELECT movement_id, currency FROM payments_entry GROUP BY 1, 2 HAVING sum(amount) <> 0
) AS movement GROUP BY currency
"""


def trial_balance() -> dict[str, Any]:
    """Return balances by currency and kind of account, and whether everything holds.

    Amounts are minor units. `balanced` is: the balances of each currency sum to
    zero, every balance is the sum of its account's entries, every movement sums
    to zero, and nobody's balance is negative. One snapshot.
    """
    with app.db.atomic():
        app.db.execute_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        rows, unbalanced = app.db.dicts(_TRIAL), dict(app.db.rows(_UNBALANCED))
    currencies = {
        code: _of(code, rows, int(unbalanced.get(code, 0))) for code in {r["currency"] for r in rows}
    }
    return {
        "balanced": all(one["balanced"] for one in currencies.values()),
        "currencies": dict(sorted(currencies.items())),
    }


def _of(currency: str, rows: list[dict[str, Any]], unbalanced: int) -> dict[str, Any]:
    mine = [row for row in rows if row["currency"] == currency]
    total, entries = (sum(int(row[name]) for row in mine) for name in ("balance", "entries"))
    wrong, negative = (sum(int(row[name]) for row in mine) for name in ("wrong", "negative"))
    return {
        "balanced": not (total or entries or wrong or negative or unbalanced),
        "sum": total,
        "accounts_differing_from_entries": wrong,
        "negative_balances": negative,
        "unbalanced_movements": unbalanced,
        "balances": {str(row["kind"]): int(row["balance"]) for row in mine},
    }
