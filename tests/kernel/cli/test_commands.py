"""The command line: what it offers, and how it reads when something is wrong."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from kernel.cli.main import COMMANDS, door
from kernel.cli.profiles import Choice

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself_with_an_example(name):
    shown = CliRunner().invoke(door, [name, "--help"], obj=Choice())

    assert shown.exit_code == 0, shown.output
    assert f"manage.py {name}" in shown.output.partition("Example:")[2]
    assert "--profile" in shown.output


def test_every_subcommand_explains_itself_with_an_example():
    for name in COMMANDS:
        group = door.get_command(None, name)
        for subcommand in getattr(group, "commands", {}):
            shown = CliRunner().invoke(door, [name, subcommand, "--help"], obj=Choice())

            assert f"manage.py {name} {subcommand}" in shown.output.partition("Example:")[2]


def test_help_imports_no_heavy_library():
    source = (
        "import sys; from kernel.cli.main import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "print(sorted({'falcon', 'peewee', 'gevent', 'marshmallow', 'redis', 'rich'} & set(sys.modules)))"
    )

    done = subprocess.run(
        [sys.executable, "-c", source], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert done.stdout.endswith("[]\n")


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["sreve"], "manage.py: there is no command `sreve`: did you mean `serve`?"),
        (["serve", "--prot", "1"], "manage.py serve: No such option '--prot'. (Did you mean one of: "),
        (["routes", "nonesuch"], "stoa: nonesuch: registry: not loaded: enable it in the profile"),
        (["check", "--profile", "nonesuch"], "stoa: profile nonesuch: not found under config/"),
        (["migrate", "--down", "a", "--to", "all"], "manage.py migrate: --to all names no script"),
        (["migrate", "--to", "0001"], "manage.py migrate: --to goes with --down PLUGIN"),
    ],
)
def test_a_fault_is_one_line_on_stderr_and_an_exit_code(run, arguments, line):
    done = run(*arguments)

    assert done.returncode != 0
    assert done.stderr.startswith(line)
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("variables", "line"),
    [
        ({"STOA__STORAGE__BACKEND": "s3"}, "stoa: storage.backend is s3: no enabled plugin registers it"),
        (
            {"STOA__HTTP__RATE_LIMITS": "false", "STOA__KERNEL__ENVIRONMENT": "production"},
            "stoa: http.rate_limits is off in production",
        ),
    ],
)
def test_a_profile_that_would_not_start_is_not_sound(run, variables, line):
    done = run("check", **variables)

    assert done.returncode == 1
    assert done.stderr.startswith(line)


def test_a_sound_profile_is_told_so(run):
    done = run("check", "--settings")

    assert (done.returncode, done.stderr) == (0, "")
    assert "the profile is sound" in done.stdout
    assert "http.port = 8000" in done.stdout


@pytest.mark.usefixtures("database")
def test_migrations_are_planned_applied_and_then_nothing_is_left(run):
    plan = json.loads(run("migrate", "--plan", "--json").stdout)
    applied = json.loads(run("migrate", "--json").stdout)
    again = run("migrate")

    assert {row["applied"] for row in plan} == {"pending"}
    assert [row["migration"] for row in applied] == [row["migration"] for row in plan]
    assert again.stdout == "Nothing to do.\n"


@pytest.mark.usefixtures("database")
def test_the_shell_runs_a_script_with_the_application_at_hand(run):
    run("migrate")

    done = run("shell", input="print(db.rows('SELECT 6 * 7')[0][0], app.settings.http.port)\n")

    assert done.stdout == "42 8000\n"


@pytest.mark.usefixtures("database")
def test_the_openapi_document_is_printed(run):
    document = json.loads(run("openapi").stdout)

    assert document["openapi"].startswith("3.1")


@pytest.mark.usefixtures("database")
def test_events_and_keys_can_be_looked_after(run):
    run("migrate")

    assert json.loads(run("events", "list", "--json").stdout) == []
    assert run("events", "dead").stdout == "No dead letters.\n"
    assert run("events", "retry").stdout.startswith("0 deliveries")
    assert run("keys", "rotate").stdout.startswith("signing with key ")


def test_runs_of_tasks_can_be_looked_after(run):
    run("migrate")
    run("shell", "-c", "from kernel.tasks.housekeeping import purge; purge.enqueue()")
    [waiting] = json.loads(run("tasks", "list", "--state", "queued", "--json").stdout)

    assert run("tasks", "retry", waiting["id"]).stdout == f"{waiting['id']}: has not failed\n"
    assert run("tasks", "cancel", waiting["id"]).stdout == f"{waiting['id']}: cancelled\n"
    assert run("tasks", "cancel", waiting["id"]).stdout == f"{waiting['id']}: does not wait\n"

    run("shell", "-c", "db.execute_sql(\"UPDATE kernel_task SET state = 'failed', error = 'a\\nOops: b'\")")
    listed = run("tasks", "list", "--name", waiting["name"]).stdout
    assert waiting["id"] in listed
    assert "Oops: b" in listed
    assert run("tasks", "retry", waiting["id"]).stdout == f"{waiting['id']}: will run again\n"
    assert run("tasks", "list", "--state", "failed").stdout == "No runs.\n"


def test_a_command_of_an_unknown_plugin_is_refused(run):
    assert run("loyalty", "recount").returncode != 0
