"""`manage.py openapi`."""

from __future__ import annotations

from pathlib import Path

import click

from kernel.cli.profiles import profile_option
from kernel.cli.runtime import runtime


@click.command(epilog="Example: manage.py openapi --output openapi.json")
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write there instead of printing."
)
@profile_option
def openapi(output: Path | None) -> None:
    """Print the OpenAPI 3.1 document of the profile: what /openapi.json serves."""
    from falcon.testing import TestClient

    with runtime().application() as application:
        text = TestClient(application.wsgi).simulate_get("/openapi.json").text
    if output:
        output.write_text(text + "\n", encoding="utf-8")
    else:
        click.echo(text)
