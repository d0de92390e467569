"""A stranger's plugin: installed, enabled, used, upgraded, disabled, uninstalled.

The package is the tutorial's, the commands are those of its last page. It is
built and installed by pip into an environment of its own, found by its entry
point, and used over HTTP on a real server. No network is needed.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kernel.testing import Server
from kernel.testing.applications import test_settings
from tests.docs.pages import DOCS, ROOT, TUTORIAL, assembled, blocks, commands, write_out

VERSION_1_0 = [page for page in TUTORIAL if page.stem < "8"]
PAGE = DOCS / "tutorial" / "9-production.md"
PROFILE = "../stoa-loyalty/shop.toml"
SERVE = f"python3 manage.py serve --profile {PROFILE}"
ADA = {"email": "ada@example.com", "password": "violet-harbour-71", "name": "Ada"}


class Shop:
    """What an operator has: an environment with Stoa, a directory with a profile, a database."""

    def __init__(self, home: Path, python: Path, database: str) -> None:
        self.home, self.python, self.database = home, python, database
        self.typed: list[str] = []
        self.token = ""
        self.enables("accounts")

    def enables(self, *plugins: str, **sections: dict) -> None:
        """Write the profile: these plugins and their settings."""
        settings = test_settings(plugins, sections, self.home / "var", self.database)
        self.server = Server(settings, self.home, str(self.python))
        profile = self.home / PROFILE
        profile.parent.mkdir(exist_ok=True)
        profile.write_text(self.server.profile.read_text())

    @contextmanager
    def opens(self, *options: str) -> Iterator[Server]:
        """Serve the profile for a block, and stop in peace."""
        self.server.start(*options)
        try:
            yield self.server
        finally:
            code = self.server.terminate()
        assert code == 0, self.server.output()

    def account(self) -> dict:
        """Return what Ada sees of her points, once she has some."""
        deadline = time.monotonic() + 30
        while not (seen := self.server.get("/v1/loyalty/account", token=self.token).json)["balance"]:
            assert time.monotonic() < deadline, self.server.output()
            time.sleep(0.05)  # the server's worker delivers the event when it may
        return seen

    def types(self, command: str) -> str:
        """Run a command as the tutorial has it; return what it prints."""
        self.typed.append(command)
        words = shlex.split(command)
        if words[0] == "pip":
            local = ["--no-deps", "--no-build-isolation", "--no-index"] if words[1] == "install" else []
            return self.runs(sys.executable, "-m", "pip", "--python", str(self.python), *words[1:], *local)
        assert words[:2] == ["python3", "manage.py"], command
        return self.manages(*words[2:])

    def manages(self, *words: str) -> str:
        """Run a command of manage.py in the shop's environment."""
        return self.runs(str(self.python), "-m", "kernel.cli", *words)

    def runs(self, *command: str) -> str:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("STOA_")}
        done = subprocess.run(
            command, cwd=self.home, env=kept, capture_output=True, text=True, timeout=240, check=False
        )
        assert done.returncode == 0, f"{shlex.join(command)}: {done.stdout}{done.stderr}"
        return done.stdout

    def state(self, plugin: str) -> str:
        """Return what `plugins list` says of a plugin, "unknown" when it is not listed."""
        listed = json.loads(self.manages("plugins", "list", "--json", "--profile", PROFILE))
        return next((one["state"] for one in listed if one["plugin"] == plugin), "unknown")

    def rows(self, table: str) -> int | None:
        """Count a table's rows; None when there is no such table."""
        code = (
            f"print(db.rows('SELECT count(*) FROM {table}')[0][0] if '{table}' in db.get_tables() else None)"
        )
        return json.loads(self.manages("shell", "--profile", PROFILE, "-c", code).replace("None", "null"))


@pytest.fixture
def shop(tmp_path, postgres):
    environment = tmp_path / "environment"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    [packages] = environment.glob("lib/python*/site-packages")
    # Stoa and what it stands on are those of the tests' own environment.
    shared = [place for place in sys.path if place.endswith(("site-packages", "dist-packages"))]
    lines = [str(ROOT), *(f"import site; site.addsitedir({place!r})" for place in shared)]
    (packages / "stoa-and-its-libraries.pth").write_text("\n".join(lines) + "\n")
    with postgres.database() as url:
        stoa = tmp_path / "stoa"  # the plugin's folder stands beside it, as in the tutorial
        stoa.mkdir()
        yield Shop(stoa, environment / "bin" / "python", url)


@pytest.mark.slow
def test_a_strangers_plugin_lives_from_installation_to_removal(shop):
    installed_is_not_enabled(shop)
    enabled_it_is_used_over_http(shop)
    upgraded_it_counts_what_was_before(shop)
    disabled_it_leaves_its_data(shop)
    uninstalled_nothing_is_left(shop)

    assert shop.typed == commands(PAGE), "the tutorial's last page tells what was done here, in this order"


def installed_is_not_enabled(shop):
    assert shop.state("loyalty") == "unknown"

    write_out(assembled(VERSION_1_0), shop.home.parent / "stoa-loyalty")
    shop.enables("accounts")
    shop.types("pip install ../stoa-loyalty")
    listed = shop.types(f"python3 manage.py plugins list --profile {PROFILE}")

    assert "loyalty" in listed
    assert shop.state("loyalty") == "installed"


def enabled_it_is_used_over_http(shop):
    shop.enables("accounts", "loyalty", loyalty={"welcome_points": 50})

    assert "ok  loyalty 1.0.0" in shop.types(f"python3 manage.py check --profile {PROFILE}")
    shop.types(f"python3 manage.py migrate --profile {PROFILE}")
    shop.typed.append(SERVE)
    with shop.opens() as server:
        shop.token = server.post("/v1/auth/register", ADA).json["access_token"]
        assert shop.account() == {"balance": 50}
        mug = {"points": 20, "reason": "A mug"}
        assert server.post("/v1/loyalty/redemptions", mug, token=shop.token).status == 201
        assert shop.account() == {"balance": 30}
        assert (
            server.post("/v1/loyalty/redemptions", {"points": 31, "reason": "?"}, token=shop.token).status
            == 409
        )


def upgraded_it_counts_what_was_before(shop):
    write_out(assembled(TUTORIAL), shop.home.parent / "stoa-loyalty")
    shop.enables("accounts", "loyalty", loyalty={"welcome_points": 50})
    shop.types("pip install --upgrade ../stoa-loyalty")

    plan = shop.types(f"python3 manage.py migrate --plan --profile {PROFILE}")
    shop.types(f"python3 manage.py migrate --profile {PROFILE}")

    assert [line.split()[-1] for line in plan.splitlines() if "loyalty.0002_lifetime" in line] == ["pending"]
    with shop.opens("--no-migrate"):
        assert shop.account() == {"balance": 30, "lifetime": 50, "tier": "bronze"}


def disabled_it_leaves_its_data(shop):
    shop.enables("accounts", loyalty={"welcome_points": 50})  # its settings may stay as well

    with shop.opens() as server:
        assert server.get("/v1/loyalty/account", token=shop.token).status == 404
        assert server.get("/v1/auth/sessions", token=shop.token).status == 200
    assert (shop.rows("loyalty_account"), shop.rows("loyalty_entry")) == (1, 2)


def uninstalled_nothing_is_left(shop):
    shop.enables("accounts", "loyalty")
    [promised] = [block.text for block in blocks(PAGE) if block.text.startswith("Uninstalling loyalty")]

    planned = shop.types(f"python3 manage.py plugins uninstall loyalty --profile {PROFILE}")
    assert planned == promised
    assert (shop.rows("loyalty_account"), shop.rows("loyalty_entry")) == (1, 2)

    shop.types(f"python3 manage.py plugins uninstall loyalty --yes --profile {PROFILE}")
    shop.enables("accounts")
    assert (shop.rows("loyalty_account"), shop.rows("loyalty_entry")) == (None, None)

    shop.types("pip uninstall --yes stoa-loyalty")
    assert shop.state("loyalty") == "unknown"
    with shop.opens() as server:
        assert server.get("/v1/auth/sessions", token=shop.token).status == 200
