"""Commands of search for `manage.py`."""

from __future__ import annotations

import click

from kernel import Invalid


@click.command("reindex")
@click.option("--kind", "kinds", multiple=True, help="Only this kind; repeat it for several.")
def reindex(kinds: tuple[str, ...]) -> None:
    """Index everything anew, while searches go on.

    Example: manage.py search reindex --kind listing
    """
    from plugins.search.reindexing import reindex as run  # noqa: PLC0415 - this module is imported by every command

    def progress(kind: str, done: int, total: int) -> None:
        if done == total or done % 1000 == 0:
            click.echo(f"{kind}: {done} of {total}")

    try:
        run(kinds, progress)
    except Invalid as ex:
        raise click.ClickException(" ".join(error.detail for error in ex.errors)) from ex


COMMANDS = (reindex,)
