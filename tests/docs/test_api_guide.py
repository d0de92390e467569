"""The commands of the API guide do what the guide says, on a real server."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest
from PIL import Image

from tests.docs.pages import DOCS, commands

PLUGINS = ("accounts", "categories", "listings", "media", "notifications")
PAGES = [DOCS / "api" / name for name in ("index.md", "listings.md", "media.md")]


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed: the API guide is not tried")
def test_the_api_guide_can_be_typed(server, tmp_path):
    Image.new("RGB", (640, 480), "teal").save(tmp_path / "chair.jpg")
    typed = [command for page in PAGES for command in commands(page)]

    said = [answer.strip() for answer in type_in(typed, server, tmp_path)]

    profile, tree, draft, mine, refused, second, photograph = said[2:]
    assert json.loads(profile)["email"] == "you@example.com"
    assert "items" in json.loads(tree)
    assert json.loads(draft)["status"] == "DRAFT"
    assert [one["id"] for one in json.loads(mine)["items"]] == [json.loads(draft)["id"]]
    assert refused.startswith("HTTP/1.1 401")
    assert "application/problem+json" in refused
    assert json.loads(second)["id"] != json.loads(draft)["id"]
    assert json.loads(photograph)["status"] in {"processing", "ready"}


def type_in(typed: list[str], server, home) -> list[str]:
    """Run the commands in one shell; return what each printed."""
    end = "-- end of what a command said --"
    script = "".join(f"{command}\necho '{end}'\n" for command in typed)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script.replace("localhost:8000", f"127.0.0.1:{server.port}")],
        cwd=home, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.split(end)[:-1]
