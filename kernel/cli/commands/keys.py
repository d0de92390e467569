"""`manage.py keys`."""

from __future__ import annotations

import click

from kernel.cli.profiles import profile_option
from kernel.cli.runtime import runtime


@click.group(epilog="Example: manage.py keys rotate")
@profile_option
def keys() -> None:
    """Rotate the keys that sign access tokens."""


@keys.command(epilog="Example: manage.py keys rotate --profile condomarket")
@profile_option
def rotate() -> None:
    """Sign with a new key; the old one verifies until its last token expires."""
    with runtime().application() as application:
        kid = application.auth.signing_keys.rotate()
    click.echo(f"signing with key {kid}")


@keys.command(epilog="Example: manage.py keys revoke 0190b4c2")
@click.argument("kid")
@profile_option
def revoke(kid: str) -> None:
    """Refuse every token a key signed, at once: for a secret that leaked."""
    with runtime().application() as application:
        application.auth.signing_keys.revoke(kid)
    click.echo(f"key {kid} verifies nothing any more")
