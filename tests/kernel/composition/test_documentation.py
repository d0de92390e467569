"""What is documented is what there is."""

from __future__ import annotations

import ast
import inspect
import re
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

import pytest

import kernel
from kernel import documentation, hookspecs
from kernel.discovery import discover
from kernel.documentation.signatures import called
from kernel.profile import SHIPPED_PROFILES, read_profile
from kernel.resolution import resolve

HOOKS = [name for name, value in vars(hookspecs).items() if hasattr(value, "stoa_spec")]
PROFILES = sorted(file.stem for file in SHIPPED_PROFILES.glob("*.toml"))


def test_the_committed_reference_says_what_the_code_says():
    assert documentation.stale() == []


def test_a_page_that_is_missing_or_old_is_named_and_written_anew(tmp_path):
    (tmp_path / "hooks.md").write_text("old")

    named = documentation.stale(tmp_path)
    written = documentation.write(tmp_path)

    assert len(named) == len(written) == len(documentation.pages())
    assert documentation.stale(tmp_path) == []


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_says_when_it_is_called_and_stands_in_the_reference(hook):
    docstring = inspect.getdoc(getattr(hookspecs, hook)) or ""

    assert len(docstring.split("\n")[0]) <= 72
    assert re.search(r"[Cc]alled|at each|Called once", docstring), "say when it is called"
    assert f"### `{hook}`" in (documentation.PLACE / "hooks.md").read_text()


def test_every_public_name_resolves_and_is_known_to_the_type_checker():
    source = ast.parse(Path(kernel.__file__).read_text())
    block = next(node for node in source.body if isinstance(node, ast.If))
    typed = {
        alias.name for node in ast.walk(block) if isinstance(node, ast.ImportFrom) for alias in node.names
    }

    assert {name for name in kernel.__all__ if getattr(kernel, name, None) is None} == set()
    assert typed == set(kernel.__all__) - {"API_VERSION"}


def test_a_name_is_documented_as_it_is_called():
    @dataclass
    class Shelf:
        label: str
        jars: list[str] = field(default_factory=list)

    def fill(shelf: Shelf, *, jars: int = 3) -> bool: ...

    assert called("Shelf", Shelf) == "Shelf(label: str, jars: list[str] = …)"
    assert called("fill", fill) == "fill(shelf: Shelf, *, jars: int = 3) -> bool"
    assert called("NotFound", kernel.NotFound) == "NotFound"


def test_what_a_plugin_offers_stands_in_the_reference():
    page = (documentation.PLACE / "apis.md").read_text()

    unnamed = [
        f"{plugin}: {name}"
        for plugin in ("accounts", "listings", "media", "notifications", "search")
        for name in import_module(f"plugins.{plugin}.api").__all__
        if not re.search(rf"^\| `{name}\b", page, re.MULTILINE)
    ]

    assert unnamed == []


def test_an_unknown_name_of_the_kernel_is_refused():
    with pytest.raises(AttributeError, match="kernel offers no Listing"):
        kernel.Listing  # noqa: B018


@pytest.mark.parametrize("name", PROFILES)
def test_every_shipped_profile_resolves(name):
    profile = read_profile(name, {})

    assert [str(fault) for fault in resolve(profile.plugins, discover()).faults] == []
