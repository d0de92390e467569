"""Commands of reviews for `manage.py`."""

from __future__ import annotations

import click


@click.command("recount")
@click.option("--repair", is_flag=True, help="Count those that differ anew.")
def recount(*, repair: bool) -> None:
    """Compare reputations with a count of the reviews; exit with 1 when one differs.

    After a change of the formula's settings all differ: run it with --repair.

    Example: manage.py reviews recount --repair
    """
    from plugins.reviews.services import reputation  # noqa: PLC0415 - every command imports this module

    found = reputation.differing()
    for user_id, role in found:
        if repair:
            reputation.repair(user_id, role)
        click.echo(f"{user_id} as {role} {'was counted anew' if repair else 'differs from a recount'}")
    if found and not repair:
        raise click.exceptions.Exit(1)
    click.echo("Every reputation equals a recount.")


COMMANDS = (recount,)
