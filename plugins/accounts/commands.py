"""Commands of accounts for `manage.py`."""

from __future__ import annotations

import click

from kernel import Invalid, app
from plugins.accounts import password_rules
from plugins.accounts.api import create_user, user_by_email


@click.command("createadmin")
@click.option(
    "--email", prompt="E-mail address", help="The administrator's address; an existing account is promoted."
)
@click.option("--name", default="Administrator", show_default=True, help="Name of a new account.")
@click.option("--password", help="Password of a new account; asked for when left out.")
def createadmin(email: str, name: str, password: str | None) -> None:
    """Make an administrator: a new account, or an existing one by its address.

    Example: manage.py createadmin --email you@example.com
    """
    try:
        found = user_by_email(email)
        if found is None:
            chosen = password or click.prompt("Password", hide_input=True, confirmation_prompt=True)
            accepted = password_rules.acceptable(chosen, (email, name))
            found = create_user(name=name, email=email, password=accepted, verified=True)
    except Invalid as ex:
        raise click.ClickException(" ".join(error.detail for error in ex.errors)) from ex
    granted = app.auth.grant(found, "admin")
    click.echo(f"{email} is {'now' if granted else 'already'} an administrator.")


COMMANDS = (createadmin,)
