"""Which plugins load, in which order, and why others do not."""

from __future__ import annotations

from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from kernel.discovery import Discovery
from kernel.errors import PluginError
from kernel.manifest import Manifest
from kernel.resolution import resolve


def plugin(name, *requires, version="1.0", after=(), conflicts=(), kernel_api=(1, 0)):
    return Manifest(
        name, Version(version), kernel_api, "", f"{name}.plugin", Path(name),
        requires=tuple(map(Requirement, requires)), after=after, conflicts=tuple(map(Requirement, conflicts)),
    )  # fmt: skip


def installed(*manifests, broken=()):
    errors = {name: PluginError(name, "manifest", "cannot be read") for name in broken}
    return Discovery({one.name: one for one in manifests}, errors)


def names(resolution):
    return [one.name for one in resolution.order]


def faults(resolution):
    return [str(fault) for fault in resolution.faults]


def test_a_plugin_comes_after_what_it_requires_and_ties_go_by_name():
    found = installed(plugin("a", "z"), plugin("z"), plugin("m"), plugin("b"))

    resolution = resolve(["m", "b", "a", "z"], found)

    assert names(resolution) == ["b", "m", "z", "a"]


def test_what_is_required_is_pulled_in_and_reported_with_who_needs_it():
    found = installed(plugin("a", "c"), plugin("b", "c"), plugin("c", "d"), plugin("d"), plugin("idle"))

    resolution = resolve(["b", "a"], found)

    assert names(resolution) == ["d", "c", "a", "b"]
    assert resolution.pulled_in == {"c": ("a", "b"), "d": ("c",)}


def test_after_orders_and_pulls_nothing_in():
    found = installed(plugin("a", after=("b", "absent")), plugin("b"), plugin("c"))

    assert names(resolve(["a"], found)) == ["a"]
    assert names(resolve(["a", "b"], found)) == ["b", "a"]


def test_an_unknown_plugin_gets_the_nearest_name():
    resolution = resolve(["listing"], installed(plugin("listings")))

    assert faults(resolution) == [
        "listing: discover: not installed: install it or take it from the profile; did you mean listings?"
    ]


def test_a_missing_requirement_drops_the_plugin_and_its_dependents_only():
    found = installed(plugin("a", "b"), plugin("b", "absent>=2"), plugin("c"))

    resolution = resolve(["a", "c"], found)

    assert names(resolution) == ["c"]
    assert faults(resolution) == [
        "b: resolve: requires absent>=2, which is not installed or cannot be read: install it",
        "a: resolve: requires b, which was dropped",
    ]


def test_a_requirement_of_another_version_says_which_is_installed():
    found = installed(plugin("a", "b>=2"), plugin("b", version="1.3"))

    assert "a: resolve: requires b>=2, but 1.3 is installed" in faults(resolve(["a"], found))[0]


def test_a_prerelease_satisfies_a_requirement():
    found = installed(plugin("a", "b>=1"), plugin("b", version="2.0rc1"))

    assert names(resolve(["a"], found)) == ["b", "a"]


@pytest.mark.parametrize("kernel_api", [(2, 0), (0, 9), (1, 99)])
def test_a_plugin_for_another_kernel_is_refused(kernel_api):
    resolution = resolve(["a"], installed(plugin("a", kernel_api=kernel_api)))

    assert "needs kernel API" in faults(resolution)[0]


def test_a_circle_names_its_members_and_leaves_the_others():
    found = installed(plugin("a", "b"), plugin("b", "c"), plugin("c", "a"), plugin("d"), plugin("e", "a"))

    resolution = resolve(["a", "d", "e"], found)

    assert names(resolution) == ["d"]
    assert {fault.plugin for fault in resolution.faults} == {"a", "b", "c", "e"}
    assert "a → " in faults(resolution)[0]


def test_a_circle_through_after_is_a_circle_too():
    found = installed(plugin("a", "b"), plugin("b", after=("a",)))

    assert "break the circle" in faults(resolve(["a"], found))[0]


def test_a_conflict_names_both():
    found = installed(plugin("a", conflicts=("b>=2",)), plugin("b", version="2.1"))

    assert "a: resolve: conflicts with b 2.1" in faults(resolve(["a", "b"], found))[0]


def test_a_conflict_with_another_version_is_none():
    found = installed(plugin("a", conflicts=("b>=2",)), plugin("b", version="1.0"))

    assert names(resolve(["a", "b"], found)) == ["a", "b"]


def test_a_plugin_that_cannot_be_read_says_why_only_when_enabled():
    found = installed(plugin("a"), broken=("b",))

    assert faults(resolve(["a"], found)) == []
    assert faults(resolve(["a", "b"], found)) == ["b: manifest: cannot be read"]


def test_requiring_a_plugin_that_cannot_be_read_names_the_unreadable_first():
    found = installed(plugin("a", "b"), broken=("b",))

    assert faults(resolve(["a"], found))[0] == "b: manifest: cannot be read"
