"""`manage.py check`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from kernel.cli.profiles import chosen, profile_option
from kernel.cli.runtime import Runtime, runtime

if TYPE_CHECKING:
    from kernel.loader import Loaded


@click.command(epilog="Example: manage.py check --profile condomarket; manage.py check --static")
@click.option(
    "--static", is_flag=True, help="Check the code: lint, types, import rules, documentation, migrations."
)
@click.option(
    "--settings", "with_settings", is_flag=True, help="Also print every setting and where it was set."
)
@profile_option
def check(static: bool, with_settings: bool) -> int:
    """Check the profile and its plugins, strictly, whatever its policy.

    Reads the settings, resolves and loads every plugin and checks all they
    declare against each other. What may be meant is only warned of. Opens no
    database; --static does, its own.
    """
    if static:
        return _static(runtime())
    from kernel.assembly import refuse_unfit
    from kernel.checks import warnings
    from kernel.cli.plugin_commands import load_profile

    loaded = load_profile(chosen(), strict=True)
    refuse_unfit(loaded.settings, loaded.registry)
    _collect(loaded)
    if with_settings:
        for one in loaded.settings.describe():
            click.echo(f"{one.section}.{one.key} = {one.value}   ({one.source})")
    plugins = loaded.registry.plugins
    for plugin in plugins:
        by = loaded.registry.pulled_in.get(plugin.name)
        click.echo(
            f"ok  {plugin.name} {plugin.manifest.version}"
            + (f"  (required by {', '.join(by)})" if by else "")
        )
    for line in warnings(plugins, loaded.settings.auth.roles):
        click.echo(f"warning  {line}", err=True)
    click.echo(f"{len(plugins)} plugins, {len(loaded.registry.routes)} routes: the profile is sound.")
    return 0


def _collect(loaded: Loaded) -> None:
    """Make the services that check what plugins declare; raise what they find."""
    from kernel.application import Application, activate

    application = Application()
    application.settings, application.registry = loaded.settings, loaded.registry
    application.hooks = loaded.hooks
    before = activate(application)  # hooks without parameters read their settings from `app`
    try:
        for _, service in loaded.registry.services:
            if service.checked:
                application.service(service.port, service.name)
    finally:
        activate(before)


def _static(run: Runtime) -> int:
    """Run every gate; print a line for each, and what fails in full."""
    failed = 0
    for name, fault in _results(run):
        click.echo(f"{'failed' if fault else 'ok':<7} {name}")
        if fault:
            failed += 1
            click.echo("\n".join(f"        {line}" for line in fault.splitlines()))
    click.echo(f"{failed} of the gates failed." if failed else "All gates are passed.")
    return int(bool(failed))


def _results(run: Runtime) -> Iterator[tuple[str, str]]:
    from kernel.cli.static import gates

    for gate in gates(run):
        yield gate.name, gate.run()
