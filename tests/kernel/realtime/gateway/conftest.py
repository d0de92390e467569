"""The notes plugin, installed for this process and those it starts."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

NOTES = Path(__file__).parent / "notes_plugin"


@pytest.fixture(scope="session", autouse=True)
def installed_notes(tmp_path_factory):
    """Install the plugin as a distribution on a path that child processes have too."""
    site = tmp_path_factory.mktemp("site")
    shutil.copytree(NOTES, site / "site_notes")
    info = site / "site_notes-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: site_notes\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[stoa.plugins]\nnotes = site_notes.plugin\n")
    sys.path.insert(0, str(site))
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join([str(site), *([before] if before else [])])
    yield
    sys.path.remove(str(site))
    if before is None:
        del os.environ["PYTHONPATH"]
    else:
        os.environ["PYTHONPATH"] = before


@pytest.fixture
def notes(app):
    """Return the plugin's module, as the application loaded it."""
    return app.registry.plugin("notes").module
