"""`manage.py building-chats`: for buildings that were there before this plugin."""

from __future__ import annotations

import click

from contrib.building_chat import services


@click.command("building-chats")
def building_chats() -> None:
    """Open the conversations of buildings that have none yet. Harmless twice."""
    click.echo(f"{services.sync()} conversations opened")


COMMANDS = (building_chats,)
