"""`manage.py docs`."""

from __future__ import annotations

import subprocess
import sys

import click

from kernel.cli.profiles import profile_option
from kernel.cli.runtime import ROOT


@click.group(epilog="Example: manage.py docs build")
@profile_option
def docs() -> None:
    """Build the documentation."""


@docs.command(epilog="Example: manage.py docs build --output /srv/www/docs")
@click.option("--output", default="site", show_default=True, help="The directory to write to.")
@profile_option
def build(output: str) -> int:
    """Build the documentation into static pages; a broken link fails."""
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", output]
    code = subprocess.run(command, cwd=ROOT, check=False).returncode  # noqa: S603 - our own command
    if code == 0:
        click.echo(f"built into {output}/")
    return code
