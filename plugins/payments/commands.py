"""Commands of payments for `manage.py`."""

from __future__ import annotations

import json
from typing import Any

import click


@click.command("trial-balance")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def trial_balance(as_json: bool) -> None:
    """Check the ledger against its entries; exit with 1 when anything does not hold.

    Example: manage.py payments trial-balance --json
    """
    from plugins.payments.services import trial  # noqa: PLC0415 - every command imports this module

    found = trial.trial_balance()
    click.echo(json.dumps(found, indent=2) if as_json else _table(found))
    if not found["balanced"]:
        raise click.exceptions.Exit(1)


@click.command("sweep")
def sweep() -> None:
    """Ask the gateways about everything that is open, and expire what is over, now."""
    from plugins.payments.services import expiry, operations  # noqa: PLC0415 - see above

    click.echo(f"expired: {expiry.expire()}; asked: {operations.sweep()}")


def _table(found: dict[str, Any]) -> str:
    lines = []
    for code, one in found["currencies"].items():
        lines.append(f"{code}  sum {one['sum']}  {'balanced' if one['balanced'] else 'NOT BALANCED'}")
        lines += [f"    {kind:<12}{balance:>24}" for kind, balance in one["balances"].items()]
        lines += [
            f"    {name.replace('_', ' ')}: {one[name]}"
            for name in ("accounts_differing_from_entries", "negative_balances", "unbalanced_movements")
            if one[name]
        ]
    return "\n".join(lines) or "The ledger is empty."


COMMANDS = (trial_balance, sweep)
