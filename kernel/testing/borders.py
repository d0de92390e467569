"""What a plugin imports of other plugins: their `api`, and only when its manifest requires them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from kernel.manifest import Manifest

_HOMES = ("plugins", "contrib")  # where plugins that come with Stoa stand


def trespasses(manifest: Manifest) -> list[str]:
    """Return one line for each import that crosses into another plugin, with its place."""
    required = {one.name for one in manifest.requires}
    return [
        f"{file.relative_to(manifest.directory)}:{line}: {fault}"
        for file in sorted(manifest.directory.rglob("*.py"))
        for line, module in _imports(file)
        if (fault := _fault(module.split("."), manifest.name, required))
    ]


def _imports(file: Path) -> Iterator[tuple[int, str]]:
    """Yield what a file imports, as dotted names: of `from a.b import c` that is `a.b.c`."""
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def _fault(parts: list[str], own: str, required: set[str]) -> str:
    if parts[0] not in _HOMES or len(parts) == 1 or parts[1] == own:
        return ""
    home = f"{parts[0]}.{parts[1]}"
    if parts[1] not in required:
        return f"imports {home}: write requires = [{parts[1]!r}] into plugin.toml".replace("'", '"')
    return "" if parts[2:3] == ["api"] else f"imports {'.'.join(parts)}: take it from {home}.api"
