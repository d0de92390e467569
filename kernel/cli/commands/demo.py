"""`manage.py demo`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kernel.cli.profiles import profile_option
from kernel.cli.runtime import runtime
from kernel.errors import ConfigurationError

if TYPE_CHECKING:
    from kernel.application import Application


@click.command(epilog="Example: manage.py demo --port 8080 --fresh")
@click.option(
    "--port", type=click.IntRange(0, 65_535), help="TCP port; 0 takes a free one (http.port, 8000)."
)
@click.option("--host", help="Address to listen on; 0.0.0.0 for all (http.host).")
@click.option("--fresh", is_flag=True, help="Forget the demo's database and files first.")
@profile_option
def demo(port: int | None, host: str | None, fresh: bool) -> int:
    """Fill a database with demo data, once, serve, and say what to try.

    Ctrl-C or SIGTERM stops everything, PostgreSQL included, with exit code 0.
    """
    from kernel.cli.children import in_child, stop_at_signals
    from kernel.cli.demo_data import INTERRUPTED, load, wipe
    from kernel.cli.serving import address, serve_profile
    from kernel.server.listen import listen

    stop_at_signals()
    run = runtime(http={"port": port, "host": host})
    if "log_format" not in run.profile().sections.get("observability", {}):
        run.override("observability", log_format="console")
    if run.kernel.environment == "production":
        raise ConfigurationError("demo data does not belong in production: use `manage.py serve`")
    listener = listen(run.http.host, run.http.port)
    if fresh:
        wipe(run)
    where = address(listener)
    with run.database():
        code = in_child(lambda: load(run))
    if code == INTERRUPTED:
        click.echo("the demo data was only half loaded: starting afresh", err=True)
        wipe(run)
        with run.database():
            code = in_child(lambda: load(run))
    if code:
        return code
    return serve_profile(run, listener, ready=lambda application: click.echo(_welcome(application, where)))


def _welcome(application: Application, where: str) -> str:
    """Return what is printed when the first request can be answered."""
    from kernel.cli.demo_data import notes

    found = notes(application)
    lines = ["", f"  Stoa is running    {where}", f"  API reference      {where}/reference"]
    if any(route.path == "/_mailbox" for _, route in application.registry.routes):
        lines.append(f"  Mailbox            {where}/_mailbox   (what would have been sent)")
    if found.logins:
        lines += [
            "",
            "  Sign in with",
            *(f"    {name:<28}{password:<20}{who}" for name, password, who in found.logins),
        ]
    tries = [line.replace("{url}", where) for line in found.tries] or _plain_tries(application, where)
    lines += ["", "  Try", *(f"    {line}" for line in tries), "", "  Stop with Ctrl-C.", ""]
    return "\n".join(lines)


def _plain_tries(application: Application, where: str) -> list[str]:
    """Return three requests anyone may make, when no plugin names better ones."""
    from kernel.http.endpoint import OPEN, endpoints_of

    paths = ["/health", "/openapi.json"]
    for _, route in application.registry.routes:
        declared = endpoints_of(route.resource).get("get")
        if declared and declared.permission in OPEN and "{" not in route.path and not route.root:
            paths.append(f"/v1{route.path}")
    return [f"curl {where}{path}" for path in paths[:3]]
