"""Reading `plugin.toml`, and finding plugins without importing them."""

from __future__ import annotations

import sys

import pytest

from kernel.discovery import discover
from kernel.errors import PluginError
from kernel.manifest import read_manifest

GOOD = """
name = "loyalty"
version = "1.2.0"
kernel_api = "1.0"
summary = "Points for purchases"
prefixes = ["loyalty"]
requires = ["categories>=1.0,<3", "media"]
after = ["search"]
conflicts = ["points"]
"""


@pytest.fixture
def manifest(tmp_path):
    def read(text):
        file = tmp_path / "plugin.toml"
        file.write_text(text)
        return read_manifest(file, "loyalty.plugin")

    return read


def test_a_manifest_is_read_with_its_versions(manifest):
    read = manifest(GOOD)

    assert (read.name, str(read.version), read.kernel_api) == ("loyalty", "1.2.0", (1, 0))
    assert [str(requirement) for requirement in read.requires] == ["categories<3,>=1.0", "media"]
    assert (read.prefixes, read.after, read.package) == (("loyalty",), ("search",), "loyalty")


@pytest.mark.parametrize(
    ("old", "new", "remedy"),
    [
        ('name = "loyalty"', 'name = "Loyalty"', "use lower-case words joined by single underscores"),
        ('name = "loyalty"', 'name = "a__b"', "use lower-case words"),
        ('name = "loyalty"', f'name = "{"a" * 31}"', "at most 30 letters"),
        ('name = "loyalty"', "", "`name` is missing or no text"),
        ('version = "1.2.0"', 'version = "one"', "version `one` is not like 1.2.0"),
        ('kernel_api = "1.0"', 'kernel_api = "1"', 'kernel_api `1` is not like "1.0"'),
        ('kernel_api = "1.0"', "kernel_api = 1.0", "`kernel_api` is missing or no text"),
        ("summary", "sumary", "`sumary` is no key of plugin.toml; did you mean summary"),
        ('["loyalty"]', '["a/b"]', "prefix `a/b`: write one path segment"),
        ('["loyalty"]', '["a", "a"]', "`prefixes` names something twice"),
        ('["search"]', '"search"', "`after` is not a list of texts"),
        ('["search"]', '["sea rch"]', "`after` has `sea rch`, which is no plugin name"),
        ('"media"', '"media at 1"', "`requires` has `media at 1`: write"),
        ('"media"', '"media[fast]"', "write a plugin name and versions only"),
        ('"media"', '"loyalty"', "`requires` names the plugin itself"),
        ('name = "loyalty"', "name =", "cannot be read"),
    ],
)
def test_a_fault_in_a_manifest_is_one_line_with_a_remedy(manifest, old, new, remedy):
    assert old in GOOD

    with pytest.raises(PluginError) as caught:
        manifest(GOOD.replace(old, new))

    assert remedy in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.phase == "manifest"


def test_an_installed_plugin_is_found_without_being_imported(site):
    site.install("loyalty", "raise AssertionError('imported')", prefixes=["loyalty"])

    found = discover().found["loyalty"]

    assert found.prefixes == ("loyalty",)
    assert found.module == f"{site.packages[0]}.plugin"
    assert found.distribution == f"dist-{site.packages[0]}"
    assert site.packages[0] not in sys.modules


@pytest.mark.parametrize(
    ("value", "remedy"),
    [
        ("nowhere_at_all.plugin", "dist-broken names module nowhere_at_all.plugin, which is not there"),
        ("not a module", "dist-broken names module not a module, which is not there"),
        ("lonely", "names module lonely, which is not there .the module stands in no package."),
    ],
)
def test_a_broken_distribution_is_named_and_the_others_are_found(site, value, remedy):
    site.install("loyalty")
    site.distribution("dist-broken", f"[stoa.plugins]\nbroken = {value}\n")

    found = discover()

    assert "loyalty" in found.found
    with pytest.raises(PluginError, match=remedy):
        raise found.broken["broken"]


def test_a_distribution_without_its_manifest_is_named(site):
    (site.install("loyalty") / "plugin.toml").unlink()

    broken = discover().broken["loyalty"]

    assert "put plugin.toml beside plugin.py" in broken.remedy


def test_an_entry_point_under_another_name_than_the_manifest_is_named(site):
    site.install("loyalty", manifest=GOOD.replace('"loyalty"\n', '"bonus"\n'))

    broken = discover().broken["loyalty"]

    assert "says `loyalty`, its plugin.toml says `bonus`" in broken.remedy


def test_two_plugins_of_one_name_are_both_named(site):
    first = site.install("loyalty")
    second = site.install("loyalty")

    found = discover()

    assert "loyalty" not in found.found
    assert str(first) in found.broken["loyalty"].remedy
    assert str(second) in found.broken["loyalty"].remedy


def test_a_folder_of_the_tree_without_its_plugin_module_is_named(site, monkeypatch):
    folder = site.directory / "stalls" / "shop"
    folder.mkdir(parents=True)
    (folder.parent / "__init__.py").touch()
    (folder / "plugin.toml").write_text(GOOD.replace("loyalty", "shop"))
    monkeypatch.setattr("kernel.discovery.IN_TREE", ("stalls",))

    broken = discover().broken["shop"]

    assert broken.remedy == f"there is no {folder / 'plugin.py'}: write it"


def test_a_plugin_in_a_folder_of_the_tree_is_found_as_its_module(site, monkeypatch):
    folder = site.directory / "pavilions" / "shop"
    folder.mkdir(parents=True)
    (folder.parent / "__init__.py").touch()
    (folder / "plugin.toml").write_text(GOOD.replace("loyalty", "shop"))
    (folder / "plugin.py").touch()
    monkeypatch.setattr("kernel.discovery.IN_TREE", ("pavilions",))

    assert discover().found["shop"].module == "pavilions.shop.plugin"
