"""Which module may import which (ARCHITECTURE §1), as an import-linter contract.

The rules follow from the manifests, so a new plugin is held to them without a
line of configuration: of another plugin only `api` (and `events`, re-exported
there), and only when the manifest requires it; inside a plugin, what talks to
the outside imports the services, never the other way round.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, output

from kernel.manifest import FILE_NAME, read_manifest

ROOT = Path(__file__).resolve().parents[2]
INNER = ("models", "queries", "services")
OUTER = ("resources", "subscribers", "realtime", "commands", "plugin")
_Fault = tuple[str, str, str]


class PluginBorders(Contract):
    """Plugins meet at their `api`, and only when they say so in their manifests."""

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: ARG002 - import-linter's signature
        """Collect every import that crosses a border."""
        required = _required()
        faults = [fault for module in sorted(graph.modules) for fault in _faults(graph, module, required)]
        return ContractCheck(kept=not faults, metadata={"faults": faults})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print one line an import."""
        for importer, imported, reason in check.metadata["faults"]:
            output.print_error(f"{importer} imports {imported}: {reason}")


def _required() -> dict[str, set[str]]:
    """Return what each plugin in the tree requires, packages by their dotted names."""
    manifests = {}
    for folder in ("plugins", "contrib"):
        for file in sorted((ROOT / folder).glob(f"*/{FILE_NAME}")):
            package = f"{folder}.{file.parent.name}"
            manifests[package] = read_manifest(file, f"{package}.plugin")
    by_name = {manifest.name: package for package, manifest in manifests.items()}
    return {
        package: {by_name.get(one.name, one.name) for one in manifest.requires}
        for package, manifest in manifests.items()
    }


def _faults(graph: ImportGraph, module: str, required: dict[str, set[str]]) -> Iterator[_Fault]:
    home = _package(module)
    if home not in required:
        return
    for imported in sorted(graph.find_modules_directly_imported_by(module)):
        other = _package(imported)
        if other == home:
            if _part(module) in INNER and _part(imported) in OUTER:
                yield module, imported, "rules do not know who calls them"
        elif other in required:
            if other not in required[home]:
                yield module, imported, f"the manifest of {home} does not require it"
            elif _part(imported) not in ("api", ""):
                yield module, imported, f"take it from {other}.api"


def _package(module: str) -> str:
    return ".".join(module.split(".")[:2])


def _part(module: str) -> str:
    return [*module.split("."), "", "", ""][2]
