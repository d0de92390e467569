"""Commands of webpush for `manage.py`."""

from __future__ import annotations

import click


class Keys(click.Command):
    """Makes a VAPID key.

    With no callback it runs without an application: the key comes before the
    first start, which production refuses without one.
    """

    def invoke(self, ctx: click.Context) -> None:  # noqa: ARG002 - it has no options of its own
        """Print a new key as the profile takes it. Nothing is stored."""
        from contrib.webpush.vapid import made_key, private_text, public_text  # noqa: PLC0415 - every command imports this

        key = made_key()
        click.echo(f'[webpush]\nprivate_key = "{private_text(key)}"')
        click.echo(f"# applicationServerKey, as GET /v1/webpush/key gives it: {public_text(key)}")


keys = Keys(
    "keys",
    help="Make a VAPID key and print what to write into the profile. Browsers subscribe for one key: with"
    " another, every one of them must subscribe again.",
)
COMMANDS = (keys,)
