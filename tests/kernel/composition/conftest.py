"""Plugins made on disk as installed distributions, and loading them."""

from __future__ import annotations

import itertools
import shutil
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

from kernel.loader import Loaded, load
from kernel.profile import read_profile
from kernel.sections import KERNEL_SECTIONS

_serial = itertools.count()
DIARY = Path(__file__).parent / "diary_plugin"
GUARD = "found.owner_id != req.principal.id"
DEFAULTS = {"version": "1.0.0", "kernel_api": "1.0", "summary": "A plugin of the tests"}


class Site:
    """A directory on `sys.path` into which plugins are installed as distributions."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.packages: list[str] = []

    def install(self, name: str, code: str = "", *, manifest: str | None = None, **keys: Any) -> Path:
        """Write a distribution with one plugin; `keys` go to its manifest."""
        package = f"site{next(_serial)}_{name}"
        self.packages.append(package)
        folder = self.directory / package
        folder.mkdir()
        (folder / "__init__.py").touch()
        (folder / "plugin.py").write_text("from kernel import *\n" + textwrap.dedent(code))
        document = {"name": name, **DEFAULTS, **keys}
        lines = [f"{key} = {_toml(value)}" for key, value in document.items()]
        (folder / "plugin.toml").write_text("\n".join(lines) if manifest is None else manifest)
        self.distribution(f"dist-{package}", f"[stoa.plugins]\n{name} = {package}.plugin\n")
        return folder

    def distribution(self, name: str, entry_points: str) -> Path:
        """Write a distribution's metadata."""
        info = self.directory / f"{name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(entry_points)
        return info


def _toml(value: Any) -> str:
    return "[" + ", ".join(map(_toml, value)) + "]" if isinstance(value, list) else f'"{value}"'


@pytest.fixture
def site(tmp_path, monkeypatch):
    directory = tmp_path / "site"
    directory.mkdir()
    monkeypatch.syspath_prepend(str(directory))
    made = Site(directory)
    yield made
    for module in [name for name in sys.modules if name.partition(".")[0] in made.packages]:
        del sys.modules[module]


@pytest.fixture
def loading(tmp_path):
    """Load the named plugins under a policy: `loading("a", "b", policy="continue")`."""

    def run(*names: str, policy: str = "abort", **sections: Any) -> Loaded:
        file = tmp_path / "profile.toml"
        file.touch()
        overrides = {"plugins": list(names), "kernel": {"policy": policy}, **sections}
        return load(read_profile(str(file), {}, overrides), KERNEL_SECTIONS)

    return run


@pytest.fixture
def diary(site):
    """Install the diary plugin, with another `guard` of its entries if one is given."""

    def install(guard: str = "") -> Path:
        folder = site.install("diary", prefixes=["diary"])
        shutil.copytree(DIARY, folder, dirs_exist_ok=True)
        code = (folder / "plugin.py").read_text()
        (folder / "plugin.py").write_text(code.replace(GUARD, guard or GUARD))
        return folder

    return install
