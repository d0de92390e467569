"""`manage.py startplugin`."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import click

from kernel import API_VERSION
from kernel.cli.profiles import profile_option

TEMPLATES = Path(__file__).resolve().parents[1] / "templates" / "plugin"
_NAME = re.compile(r"[a-z][a-z0-9_]{0,29}\Z")  # as long as a manifest takes


@click.command(epilog="Example: manage.py startplugin loyalty --path ../stoa-loyalty")
@click.argument("name")
@click.option(
    "--path", type=click.Path(file_okay=False, path_type=Path), help="Directory to make (default: stoa-NAME)."
)
@click.option("--summary", default="", help="One line: what the plugin does.")
@click.option(
    "--no-install", is_flag=True, help="Only write; install it yourself with `pip install -e PATH`."
)
@profile_option
def startplugin(name: str, path: Path | None, summary: str, no_install: bool) -> None:
    """Write a new plugin as an installable package, and install it editable.

    It has a model with its migration, routes, a permission, a setting, an event
    and tests, which pass at once. Name it in the profile's `plugins` to run it.
    """
    _check_name(name)
    home = path or Path(f"stoa-{name.replace('_', '-')}")
    if home.exists() and any(home.iterdir()):
        raise click.UsageError(f"{home} is not empty: choose another --path")
    for file in write_plugin(name, home, summary or f"{_title(name)}: say here what it does."):
        click.echo(f"  {file.relative_to(home)}", err=True)
    if not no_install:
        _install(home)
    click.echo(f"Written to {home}. Next: python3 manage.py test {home}")
    click.echo(f"Run it with: python3 manage.py serve --profile {home / name}.toml")


def _check_name(name: str) -> None:
    if not _NAME.match(name):
        raise click.UsageError(
            f"{name} is no plugin name: lower-case letters, digits and _, a letter first, at most 30"
        )
    from kernel.discovery import discover

    found = discover()
    if name in found.found or name in found.broken:
        raise click.UsageError(f"there is a plugin {name} already: choose another name")


def write_plugin(name: str, home: Path, summary: str) -> list[Path]:
    """Write the files of a plugin below `home`; return their paths."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    package = f"stoa_{name}"
    words = {
        "name": name,
        "title": _title(name),
        "package": package,
        "distribution": package.replace("_", "-"),
        "summary": summary.replace('"', "'"),
        "kernel_api": API_VERSION,
    }
    # Python of the templates has f-strings with braces of its own, hence nothing but {{ name }}.
    environment = Environment(  # noqa: S701 - these are programs, not HTML
        loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, keep_trailing_newline=True
    )
    written = []
    for template in sorted(TEMPLATES.rglob("*.j2")):
        source = template.relative_to(TEMPLATES)
        place = source.with_suffix("").as_posix().replace("package/", f"{package}/")
        target = home / place.replace("test_plugin", f"test_{name}").replace("profile.toml", f"{name}.toml")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(environment.get_template(source.as_posix()).render(words), encoding="utf-8")
        written.append(target)
    return written


def _title(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))


def _install(home: Path) -> None:
    """Install the plugin editable into this environment."""
    click.echo("installing it (editable) …", err=True)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    done = subprocess.run([*pip, "-e", str(home)], capture_output=True, text=True, check=False)  # noqa: S603 - our own
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise click.ClickException(f"written, but not installed ({reason}); run `pip install -e {home}`")
