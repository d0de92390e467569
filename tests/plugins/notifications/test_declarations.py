"""What is wrong with a type or a setting is told at the start, by name."""

from __future__ import annotations

import importlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kernel.errors import StoaError
from kernel.tasks.worker import run_due
from kernel.testing import Client
from plugins.notifications.api import Address, NotificationType, send
from plugins.notifications.models import Message

TYPE = NotificationType
ROOT = Path(__file__).parents[3]
SITE = Path(__file__).with_name("site")


@pytest.fixture
def starting(make_app, monkeypatch):
    """Start with another set of types, and return what the start says."""

    def start(*types: NotificationType, **settings):
        if types:
            letters = importlib.import_module("stoa_letters.plugin")
            monkeypatch.setattr(letters, "TYPES", types)
        with pytest.raises(StoaError) as refused:
            make_app("letters", notifications=settings)
        return str(refused.value)

    return start


@pytest.mark.parametrize(
    ("type", "told"),
    [
        (TYPE("post.plain", "A"), "must be named letters.<name>"),
        (TYPE("letters.plain", "A", channels=("emial",)), "no such channel as emial; did you mean email?"),
        (TYPE("letters.plain", "A", channels=()), "has no channel"),
        (
            TYPE("letters.code", "A", channels=("email",)),
            "needs code.txt with a first line `Subject: …` for email",
        ),
        (TYPE("letters.none", "A"), "needs none.txt"),
        (TYPE("letters.plain", "A", sensitive=True), "is sensitive and cannot be in_app"),
        (
            TYPE("letters.plain", "A", channels=("email",), opt_in=("sms",)),
            "opt_in channels that are not among",
        ),
        (TYPE("letters.plain", "A", mandatory=True, opt_in=("email",)), "cannot be mandatory and opt-in"),
    ],
)
def test_a_type_that_cannot_be_sent_stops_the_start(starting, type, told):
    message = starting(type)

    assert "letters" in message
    assert told in message


def test_check_finds_a_missing_template_without_a_database(tmp_path):
    site = shutil.copytree(SITE, tmp_path / "site")
    [template] = site.rglob("templates/notifications/plain.txt")
    template.unlink()
    profile = tmp_path / "tested.toml"
    profile.write_text('extends = "base"\nplugins = ["letters"]\n')
    kept = {name: value for name, value in os.environ.items() if not name.startswith("STOA")}
    command = [sys.executable, "-m", "kernel.cli", "check", "--profile", str(profile)]

    done = subprocess.run(
        command,
        env={**kept, "PYTHONPATH": f"{ROOT}{os.pathsep}{site}"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert done.returncode == 1
    assert done.stderr.startswith("stoa: letters: notifications_types: type letters.plain needs plain.txt")
    assert done.stderr.count("\n") == 1


def test_a_type_declared_twice_stops_the_start(starting):
    assert "letters.plain is declared twice" in starting(
        TYPE("letters.plain", "A"), TYPE("letters.plain", "B")
    )


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"email_providers": ["frist"]}, "no enabled plugin offers `frist`"),
        ({"sms_providers": ["twilio"]}, "notifications.sms_providers"),
        ({"sender": "Stoa"}, "notifications.sender: `Stoa` is not like `Name <address@domain>`"),
        ({"templates": "/nowhere"}, "there is no directory /nowhere"),
    ],
)
def test_a_setting_that_cannot_be_used_stops_the_start(starting, settings, told):
    assert told in starting(**settings)


def test_a_template_that_does_not_compile_stops_the_start(starting, tmp_path):
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "plain.txt").write_text("Subject: A\n\n{% if %}")

    assert "letters.plain has a template that does not compile" in starting(templates=str(tmp_path))


def test_an_operators_templates_win(make_app, tmp_path):
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "plain.txt").write_text("Subject: Ours\n\n{{ text }}")
    (tmp_path / "notifications").mkdir()
    (tmp_path / "notifications" / "layout.txt").write_text("== {{ content }} ==")
    application = make_app("letters", notifications={"templates": str(tmp_path)})

    send("letters.plain", Address(email="ada@example.com"), {"title": "A", "text": "Hello"})
    run_due(application)

    [mail] = Client(application).get("/_mailbox.json").json["items"]
    assert (mail["subject"], mail["text"]) == ("Ours", "== Hello ==\n")


def test_an_operators_template_cannot_leave_the_sandbox(starting, tmp_path, make_app):
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "plain.txt").write_text("Subject: A\n\n{{ ''.__class__.__mro__ }}")
    application = make_app("letters", notifications={"templates": str(tmp_path)})

    send("letters.plain", Address(email="ada@example.com"), {"title": "A", "text": "Hello"})
    run_due(application)

    assert Message.get().attempt == 1
