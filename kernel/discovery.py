"""Find the plugins that are installed; none is imported for that.

In the tree, every folder of `plugins/` and `contrib/` with a `plugin.toml`.
Third parties' come by the entry-point group `stoa.plugins`, whose value is the
plugin module (`stoa_loyalty.plugin`); `plugin.toml` stands beside it:

    [project.entry-points."stoa.plugins"]
    loyalty = "stoa_loyalty.plugin"

A plugin that cannot be read is kept by name with its error, so that it hurts
nobody who has not enabled it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from kernel.errors import PluginError
from kernel.manifest import FILE_NAME, Manifest, read_manifest

ENTRY_POINT_GROUP = "stoa.plugins"
IN_TREE = ("plugins", "contrib")


@dataclass(frozen=True, slots=True)
class Discovery:
    """What is installed: readable manifests, and the errors of the others."""

    found: Mapping[str, Manifest]
    broken: Mapping[str, PluginError]

    def requiring(self, name: str) -> list[str]:
        """Return the plugins whose manifests require one, enabled or not."""
        return [
            plugin
            for plugin, manifest in self.found.items()
            if any(requirement.name == name for requirement in manifest.requires)
        ]


def discover() -> Discovery:
    """Read the manifest of every installed plugin. Files only; nothing is imported.

    A distribution installed editable is met twice when Python runs in its tree
    (its own metadata, the installation's): the same directory is one plugin.
    """
    found: dict[str, Manifest] = {}
    broken: dict[str, PluginError] = {}
    for candidate in (*_in_tree(), *_distributed()):
        if isinstance(candidate, PluginError):
            broken[candidate.plugin] = candidate
        elif candidate.name not in found:
            found[candidate.name] = candidate
        elif candidate.directory != found[candidate.name].directory:
            broken[candidate.name] = _namesakes(found[candidate.name], candidate)
    return Discovery({name: found[name] for name in sorted(found) if name not in broken}, broken)


def _namesakes(first: Manifest, second: Manifest) -> PluginError:
    remedy = f"two plugins bear this name, in {first.directory} and in {second.directory}: remove one"
    return PluginError(first.name, "discover", remedy)


def _in_tree() -> Iterator[Manifest | PluginError]:
    for package in IN_TREE:
        spec = find_spec(package)
        for place in (spec.submodule_search_locations or ()) if spec else ():
            for file in sorted(Path(place).glob(f"*/{FILE_NAME}")):
                yield _of_folder(file, f"{package}.{file.parent.name}.plugin")


def _of_folder(file: Path, module: str) -> Manifest | PluginError:
    manifest = _attempt(file, module, "")
    if isinstance(manifest, Manifest) and not file.with_name("plugin.py").is_file():
        return PluginError(manifest.name, "discover", f"there is no {file.with_name('plugin.py')}: write it")
    return manifest


def _attempt(file: Path, module: str, distribution: str) -> Manifest | PluginError:
    try:
        return read_manifest(file, module, distribution)
    except PluginError as ex:
        return ex


def _distributed() -> Iterator[Manifest | PluginError]:
    for distribution in metadata.distributions():
        try:
            points = [point for point in distribution.entry_points if point.group == ENTRY_POINT_GROUP]
            if not points:
                continue  # PERF: reading the metadata of a hundred libraries for their names takes 90 ms
            name = distribution.metadata["Name"] or "(a distribution without a name)"
        except Exception as ex:  # noqa: BLE001 - a broken installation of anything must not stop ours
            yield PluginError(
                str(distribution), "discover", f"its metadata cannot be read ({ex}): reinstall it"
            )
            continue
        for point in points:
            yield _of_entry_point(point, name)


def _of_entry_point(point: metadata.EntryPoint, distribution: str) -> Manifest | PluginError:
    try:
        directory = _directory(point.value)
    except (ImportError, ValueError, AttributeError) as ex:
        remedy = (
            f"distribution {distribution} names module {point.value}, which is not there ({ex}): reinstall it"
        )
        return PluginError(point.name, "discover", remedy)
    manifest = _attempt(directory / FILE_NAME, point.value, distribution)
    if isinstance(manifest, Manifest) and manifest.name != point.name:
        other = f"its {FILE_NAME} says `{manifest.name}`"
        remedy = f"the entry point of {distribution} says `{point.name}`, {other}: agree"
        return PluginError(point.name, "discover", remedy)
    if isinstance(manifest, PluginError) and manifest.plugin != point.name:
        return PluginError(point.name, manifest.phase, manifest.remedy)
    return manifest


def _directory(module: str) -> Path:
    """Return where a module's file would be, without importing its package."""
    top, *inner = module.split(".")
    spec = find_spec(top) if module.replace(".", "").replace("_", "").isalnum() else None
    if spec is None or not inner:
        raise ImportError(f"no package {top}" if inner else "the module stands in no package")
    for place in spec.submodule_search_locations or ():
        file = Path(place, *inner).with_suffix(".py")
        if file.is_file():
            return file.parent
    raise ImportError(f"no file {'/'.join(inner)}.py in package {top}")
