"""Commands of plugins: below the plugin's name, and by their own when unique."""

from __future__ import annotations

import pytest

PLUGIN = '''
import click
from kernel import app, hookimpl

@click.command("{command}", epilog="Example")
def command():
    """Say who was called."""
    [[answer]] = app.db.rows("SELECT '{name} was called'")
    click.echo(answer)

@hookimpl
def register_commands():
    return [command]
'''
MANIFEST = 'name = "{name}"\nversion = "1.0"\nkernel_api = "1.0"\nsummary = "A test."\nprefixes = []\n'


@pytest.fixture
def install(tmp_path, environ, profile):
    """Put plugins with one command each where Python finds them, and enable them."""
    site = tmp_path / "site"
    environ["PYTHONPATH"] += f":{site}"

    def install(**commands):
        for name, command in commands.items():
            package, metadata = site / f"stoa_{name}", site / f"stoa_{name}-1.0.dist-info"
            package.mkdir(parents=True)
            metadata.mkdir()
            (package / "__init__.py").touch()
            (package / "plugin.py").write_text(PLUGIN.format(name=name, command=command))
            (package / "plugin.toml").write_text(MANIFEST.format(name=name))
            (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: stoa-{name}\nVersion: 1.0\n")
            (metadata / "entry_points.txt").write_text(f"[stoa.plugins]\n{name} = stoa_{name}.plugin\n")
        names = ", ".join(f'"{name}"' for name in commands)
        profile.write_text(profile.read_text().replace("plugins = []", f"plugins = [{names}]"))

    return install


def test_a_plugins_command_is_called_below_its_name_or_by_its_own(run, install):
    install(loyalty="recount")
    run("migrate")

    below = run("loyalty", "recount")
    alone = run("recount")

    assert (below.stdout, alone.stdout) == ("loyalty was called\n", "loyalty was called\n")


def test_a_command_two_plugins_have_must_be_called_below_one_of_them(run, install):
    install(loyalty="recount", stock="recount")

    refused = run("recount")

    assert refused.returncode != 0
    assert "loyalty" in refused.stderr
    assert "stock" in refused.stderr


def test_the_profile_may_stand_behind_a_plugins_command(run, install, profile, environ):
    install(loyalty="recount")
    run("migrate")

    done = run("recount", "--profile", str(profile))

    assert done.stdout == "loyalty was called\n"


def test_a_plugins_commands_are_listed_below_its_name(run, install):
    install(loyalty="recount")

    assert "recount" in run("loyalty", "--help").stdout


def test_a_command_on_a_database_that_was_not_migrated_says_what_to_run(run, install):
    install(loyalty="recount")

    refused = run("loyalty", "recount")

    assert refused.returncode == 1
    assert "run `manage.py migrate` first" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_plugin_that_the_profile_does_not_enable_is_named(run, install, profile):
    install(loyalty="recount")
    profile.write_text(profile.read_text().replace('"loyalty"', ""))

    refused = run("loyalty", "recount")

    assert "the plugin is installed, but" in refused.stderr


def test_an_administrator_is_made_in_a_process_of_its_own(run, profile):
    profile.write_text(profile.read_text().replace("plugins = []", 'plugins = ["accounts"]'))
    run("migrate")

    done = run("createadmin", "--email", "root@example.com", "--password", "amber-lantern-42")

    assert done.stdout == "root@example.com is now an administrator.\n", done.stderr
