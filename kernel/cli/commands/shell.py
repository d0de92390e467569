"""`manage.py shell`."""

from __future__ import annotations

import sys

import click

from kernel.cli.profiles import profile_option
from kernel.cli.runtime import runtime

BANNER = """Stoa, profile {profile}. At hand: app, db, and the models {models}.
Nothing is committed for you beyond each statement; wrap changes in `with db.atomic():`."""


@click.command(epilog="Example: echo 'print(User.select().count())' | manage.py shell")
@click.option("-c", "--command", "source", help="Run this Python and exit.")
@profile_option
def shell(source: str | None) -> None:
    """Python with the application booted: `app`, `db` and every model.

    Reads a script from standard input when that is no terminal.
    """
    run = runtime()
    with run.application() as application:
        models = {model.__name__: model for _, model in application.registry.models}
        names = {"app": application, "db": application.db, **models}
        if source is not None or not sys.stdin.isatty():
            exec(compile(source or sys.stdin.read(), "<shell>", "exec"), names)  # noqa: S102 - what a shell is for
            return
        _interact(names, BANNER.format(profile=run.name, models=", ".join(sorted(models))))


def _interact(names: dict[str, object], banner: str) -> None:
    """Read lines with completion and history."""
    import code
    import readline
    import rlcompleter

    readline.set_completer(rlcompleter.Completer(names).complete)
    readline.parse_and_bind("tab: complete")
    code.interact(banner=banner, local=names, exitmsg="")
