"""Commands of webpush for `manage.py`."""

from __future__ import annotations

import click


@click.command("keys")
def keys() -> None:
    """Make a VAPID key: print what to write into the profile. Nothing is stored.

    Subscriptions are made for one key: with another, every browser must subscribe again.
    """
    from contrib.webpush.vapid import made_key, private_text, public_text  # noqa: PLC0415 - every command imports this

    key = made_key()
    click.echo(f'[webpush]\nprivate_key = "{private_text(key)}"')
    click.echo(f"# applicationServerKey, as GET /v1/webpush/key gives it: {public_text(key)}")


COMMANDS = (keys,)
