"""How a fault reads on the command line: one line, and an exit code.

What is nobody's fault but ours is not explained away: it keeps its traceback.
"""

from __future__ import annotations

import click

from kernel.errors import StoaError, one_line

Told = tuple[str, int]


def explained(ex: BaseException) -> Told | None:
    """Return the line and exit code of a fault; None for a bug."""
    if isinstance(ex, click.exceptions.NoArgsIsHelpError):
        return ex.format_message(), 2
    if isinstance(ex, click.ClickException):
        context = getattr(ex, "ctx", None)
        return (
            f"{context.command_path if context else 'manage.py'}: {' '.join(ex.format_message().split())}",
            ex.exit_code,
        )
    if isinstance(ex, StoaError):
        return f"stoa: {one_line(ex)}", 1
    if isinstance(ex, click.Abort | KeyboardInterrupt):
        return "stopped", 130
    if isinstance(ex, BrokenPipeError):  # the reader of our output, `head` say, has enough
        return "", 0
    return _of_the_surroundings(ex)


def _of_the_surroundings(ex: BaseException) -> Told | None:
    if isinstance(ex, PermissionError):
        return (
            f"stoa: no permission to use {ex.filename}: give this user the right, or choose another place",
            1,
        )
    if type(ex).__name__ in ("OperationalError", "InterfaceError"):  # peewee's, psycopg2's: not imported here
        return f"stoa: PostgreSQL cannot be used: {one_line(ex)}; check database.url", 1
    return None


def tell(told: Told) -> int:
    """Print the line to stderr; return the exit code."""
    line, code = told
    if line:
        click.echo(line, err=True)
    return code
