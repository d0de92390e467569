"""`manage.py makemigrations`."""

from __future__ import annotations

import click

from kernel.cli.profiles import profile_option
from kernel.cli.runtime import runtime


@click.command(epilog="Example: manage.py makemigrations loyalty --name points_expire")
@click.argument("plugins", nargs=-1)
@click.option("--name", default="", help="What the change is about; becomes the file's name.")
@click.option("--check", is_flag=True, help="Write nothing; exit 1 when a model has no migration.")
@profile_option
def makemigrations(plugins: tuple[str, ...], name: str, check: bool) -> int:
    """Write the migration that brings the scripts to the models.

    Compares the models with a scratch database that all scripts were applied
    to. Read what is written before committing it: a renamed column shows as one
    dropped and one added.
    """
    run = runtime()
    from kernel.application import migration_sources
    from kernel.cli.schema import drifts, models, scratch
    from kernel.storage.autogenerate import write_migration

    with scratch(run) as application:
        if check:
            found = drifts(application)
            for line in found:
                click.echo(line)
            return int(bool(found))
        for plugin in plugins:
            application.registry.plugin(plugin)
        of_plugin, sources = (
            models(application),
            migration_sources(one.manifest for one in application.registry.plugins),
        )
        for plugin in plugins or tuple(of_plugin):
            path = write_migration(application.db, plugin, of_plugin[plugin], sources, name)
            if path or plugins:
                click.echo(f"{plugin}: {path or 'no change'}")
    return 0
