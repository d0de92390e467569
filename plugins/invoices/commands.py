"""Commands of invoices for `manage.py`."""

from __future__ import annotations

import click


@click.command("issue")
def issue() -> None:
    """Issue the invoices and credit notes that are missing of everything that was sold.

    Run it once after invoices were enabled where there are sales already; the site goes on
    meanwhile. A second time issues nothing.

    Example: manage.py invoices issue
    """
    from plugins.invoices.services import issuing  # noqa: PLC0415 - every command imports this module

    click.echo(f"{issuing.issue_all()} documents were issued.")


COMMANDS = (issue,)
