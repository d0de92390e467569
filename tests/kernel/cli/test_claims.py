"""Profiles of one name in different directories do not share their data."""

from __future__ import annotations

import pytest

from kernel.cli import runtime as module
from kernel.cli.runtime import Runtime
from kernel.errors import ConfigurationError


@pytest.fixture
def profile(tmp_path, monkeypatch):
    """Return a function that writes a profile `shop.toml` in a directory; var/ is the test's."""
    monkeypatch.setattr(module, "_home", lambda: tmp_path)

    def write(directory, more=""):
        (tmp_path / directory).mkdir(exist_ok=True)
        file = tmp_path / directory / "shop.toml"
        file.write_text(f'extends = "base"\nplugins = []\n{more}')
        return file

    return write


def test_a_namesake_is_refused_the_directory_and_told_what_to_set(profile, tmp_path):
    first, second = profile("one"), profile("two")
    Runtime(str(first)).claim()

    with pytest.raises(ConfigurationError) as refused:
        Runtime(str(second)).claim()

    assert str(refused.value) == (
        f"{tmp_path / 'var' / 'shop'} holds the data of {first}: set kernel.var_dir in {second}"
    )
    Runtime(str(first)).claim()


def test_a_namesake_with_a_directory_of_its_own_is_welcome(profile, tmp_path):
    Runtime(str(profile("one"))).claim()

    second = Runtime(str(profile("two", f'[kernel]\nvar_dir = "{tmp_path / "elsewhere"}"\n')))
    second.claim()

    assert second.var == tmp_path / "elsewhere"
    assert not second.var.exists()


def test_a_profile_that_moved_keeps_its_data(profile):
    first = profile("one")
    Runtime(str(first)).claim()
    moved = profile("two")
    first.unlink()

    Runtime(str(moved)).claim()

    profile("one")
    with pytest.raises(ConfigurationError, match="holds the data of"):
        Runtime(str(first)).claim()


def test_a_directory_that_cannot_be_made_is_named(profile, tmp_path):
    (tmp_path / "var").write_text("a file")

    with pytest.raises(ConfigurationError, match=r"var/shop: cannot be written"):
        Runtime(str(profile("one"))).claim()
