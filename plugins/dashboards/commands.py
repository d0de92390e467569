"""Commands of dashboards for `manage.py`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from plugins.dashboards.services.recounting import Recount


@click.command("recount")
@click.option(
    "--check", "check_only", is_flag=True, help="Change nothing; exit with 1 when a figure differs."
)
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def recount(*, check_only: bool, as_json: bool) -> None:
    """Count everything anew from orders, listings and the like, and bring the figures to it.

    Run it once after dashboards were enabled where there are data already, or after
    a restored backup; the site goes on meanwhile.

    Example: manage.py dashboards recount --check
    """
    from plugins.dashboards.services import recounting  # noqa: PLC0415 - every command imports this module

    found = recounting.check() if check_only else recounting.recount()
    click.echo(_as_json(found) if as_json else _as_text(found, check_only=check_only))
    if check_only and not found.equal:
        raise click.exceptions.Exit(1)


def _as_json(found: Recount) -> str:
    return json.dumps(
        {
            "equal": found.equal,
            "checked": found.checked,
            "things_differing": found.things,
            "figures_differing": found.figures,
            "deliveries_waiting": found.waiting,
        },
        indent=2,
    )


def _as_text(found: Recount, *, check_only: bool) -> str:
    lines = [f"{kind}: {number} looked at" for kind, number in found.checked.items()]
    if found.equal:
        return "\n".join([*lines, "Every figure equals a recount."])
    verb = "differ" if check_only else "differed and were mended"
    lines.append(f"{found.things} things {verb}: {', '.join(found.examples)}")
    lines += [f"{table}: {number} rows {verb}" for table, number in found.figures.items() if number]
    if found.waiting:
        lines.append(f"{found.waiting} deliveries wait for a worker: the figures follow them.")
    return "\n".join(lines)


COMMANDS = (recount,)
