"""`manage.py serve`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kernel.cli.profiles import profile_option
from kernel.cli.runtime import runtime

if TYPE_CHECKING:
    from kernel.application import Application


@click.command(epilog="Example: manage.py serve --profile condomarket --port 8080 --workers 2")
@click.option("--port", type=click.IntRange(0, 65_535), help="TCP port; 0 takes a free one (http.port).")
@click.option("--host", help="Address to listen on; 0.0.0.0 for all (http.host).")
@click.option(
    "--workers", type=click.IntRange(1, 256), help="Processes, one a core; more than one needs Redis."
)
@click.option("--no-worker", is_flag=True, help="Leave tasks and deliveries to `manage.py worker` processes.")
@click.option("--no-migrate", is_flag=True, help="Refuse to start when migrations are pending.")
@profile_option
def serve(port: int | None, host: str | None, workers: int | None, no_worker: bool, no_migrate: bool) -> int:
    """Serve the API, with a worker in the same process unless told not to.

    Starts a PostgreSQL of its own when database.url is empty. SIGTERM or
    Ctrl-C lets requests finish and exits 0.
    """
    from kernel.cli.children import stop_at_signals
    from kernel.cli.serving import address, serve_profile
    from kernel.server.listen import listen

    stop_at_signals()
    run = runtime(http={"port": port, "host": host, "workers": workers})
    listener = listen(run.http.host, run.http.port)
    where = address(listener)

    def ready(_: Application) -> None:
        click.echo(f"serving {run.name} at {where} (reference: {where}/reference)", err=True)

    return serve_profile(run, listener, ready=ready, worker=not no_worker, migrate=not no_migrate)
