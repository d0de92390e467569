"""Decide which plugins load and in which order, from manifests alone.

What the profile enables, and what that requires, is ordered so that a plugin
comes after everything it requires or names in `after`; ties go by name, so the
order is the same on every machine. A fault is collected, not raised: the loader's
policy says whether it stops the boot or drops the plugin with its dependents.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from packaging.requirements import Requirement

from kernel import API_VERSION
from kernel.discovery import Discovery
from kernel.errors import PluginError
from kernel.manifest import Manifest
from kernel.nearest import suggestion


@dataclass(frozen=True, slots=True)
class Resolution:
    """The order of what can load, why others cannot, and what was pulled in by whom."""

    order: tuple[Manifest, ...]
    faults: tuple[PluginError, ...]
    pulled_in: Mapping[str, tuple[str, ...]]


def resolve(wanted: Sequence[str], discovery: Discovery) -> Resolution:
    """Return the load order of the `wanted` plugins and all they require."""
    reached, faults = _reach(wanted, discovery)
    faults += [fault for manifest in reached.values() for fault in _faults_of(manifest, reached)]
    remaining, faults = without(reached.values(), faults)
    ordered, cycles = _order(remaining)
    ordered, faults = without(ordered, [*faults, *cycles])
    pulled_in = {
        one.name: tuple(sorted(other.name for other in ordered if one.name in _required(other)))
        for one in ordered
        if one.name not in wanted
    }
    return Resolution(tuple(ordered), tuple(faults), pulled_in)


def without(
    manifests: Iterable[Manifest], faults: Sequence[PluginError]
) -> tuple[list[Manifest], list[PluginError]]:
    """Return the manifests that stay when the faulty and their dependents go.

    The faults of the dependents, each naming the plugin it lost, are appended.
    """
    staying, all_faults = list(manifests), list(faults)
    while True:
        dropped = {fault.plugin for fault in all_faults}
        staying = [one for one in staying if one.name not in dropped]
        present = {one.name for one in staying}
        lost = [(one, name) for one in staying for name in sorted(_required(one) - present)[:1]]
        if not lost:
            return staying, all_faults
        all_faults += [
            PluginError(one.name, "resolve", f"requires {name}, which was dropped") for one, name in lost
        ]


def _required(manifest: Manifest) -> set[str]:
    return {requirement.name for requirement in manifest.requires}


def _reach(wanted: Sequence[str], discovery: Discovery) -> tuple[dict[str, Manifest], list[PluginError]]:
    """Follow `requires` from the wanted; return what is installed and what fails."""
    reached: dict[str, Manifest] = {}
    faults: dict[str, PluginError] = {}
    waiting = list(reversed(wanted))
    while waiting:
        name = waiting.pop()
        if name in reached or name in faults:
            continue
        if name in discovery.found:
            reached[name] = discovery.found[name]
            waiting += sorted(_required(reached[name]) & (discovery.found.keys() | discovery.broken.keys()))
        elif name in discovery.broken:
            faults[name] = discovery.broken[name]
        else:
            hint = suggestion(name, discovery.found)
            faults[name] = PluginError(
                name, "discover", f"not installed: install it or take it from the profile{hint}"
            )
    return reached, list(faults.values())


def _faults_of(manifest: Manifest, reached: Mapping[str, Manifest]) -> Iterable[PluginError]:
    """Yield what keeps one plugin from loading among the reached."""
    major, minor = (int(part) for part in API_VERSION.split("."))
    if manifest.kernel_api[0] != major or manifest.kernel_api[1] > minor:
        needed = ".".join(map(str, manifest.kernel_api))
        remedy = f"needs kernel API {needed}, this kernel offers {API_VERSION}: install a release made for it"
        yield PluginError(manifest.name, "resolve", remedy)
    for requirement in manifest.requires:
        yield from _unmet(manifest, requirement, reached)
    for conflict in manifest.conflicts:
        other = reached.get(conflict.name)
        if other and conflict.specifier.contains(other.version, prereleases=True):
            remedy = f"conflicts with {conflict.name} {other.version}: take one of the two from the profile"
            yield PluginError(manifest.name, "resolve", remedy)


def _unmet(
    manifest: Manifest, requirement: Requirement, reached: Mapping[str, Manifest]
) -> Iterable[PluginError]:
    other = reached.get(requirement.name)
    if other is None:
        remedy = f"requires {requirement}, which is not installed or cannot be read: install it"
        yield PluginError(manifest.name, "resolve", remedy)
    elif not requirement.specifier.contains(other.version, prereleases=True):
        remedy = f"requires {requirement}, but {other.version} is installed: install a version that fits"
        yield PluginError(manifest.name, "resolve", remedy)


def _order(manifests: Sequence[Manifest]) -> tuple[list[Manifest], list[PluginError]]:
    """Sort topologically, ties by name; the plugins of a cycle are faulty."""
    by_name = {one.name: one for one in manifests}
    faults: list[PluginError] = []
    while True:
        try:
            return _sorted(by_name), faults
        except CycleError as ex:
            circle = list(reversed(ex.args[1]))
            for name in dict.fromkeys(circle):
                remedy = f"requires or follows itself: {' → '.join(circle)}: break the circle"
                faults.append(PluginError(name, "resolve", remedy))
                del by_name[name]


def _sorted(by_name: Mapping[str, Manifest]) -> list[Manifest]:
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for one in by_name.values():
        sorter.add(one.name, *((_required(one) | set(one.after)) & by_name.keys()))
    sorter.prepare()
    ready: list[str] = []
    order: list[Manifest] = []
    while sorter.is_active():
        for name in sorter.get_ready():
            heapq.heappush(ready, name)
        order.append(by_name[heapq.heappop(ready)])
        sorter.done(order[-1].name)
    return order
