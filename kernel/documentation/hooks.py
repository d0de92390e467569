"""`reference/hooks.md`: every hook of the kernel and of the plugins, from its docstring."""

from __future__ import annotations

import ast
import inspect
import textwrap
from types import ModuleType

from kernel import hookspecs
from kernel.loader import Loaded


def hooks_page(loaded: Loaded) -> str:
    """Return the page."""
    offered = "".join(
        f"\n## Hooks of `{plugin.name}`\n\n{_prose(plugin.hookspecs)}{_hooks_of(plugin.hookspecs)}"
        for plugin in loaded.registry.plugins
        if plugin.hookspecs
    )
    return f"# Hooks\n\n{_prose(hookspecs)}\n## Hooks of the kernel\n{_hooks_of(hookspecs)}{offered}"


def _hooks_of(module: ModuleType) -> str:
    """Return a section for each specification of a module, in the order of the file."""
    nodes = ast.parse(inspect.getsource(module)).body
    functions = [node for node in nodes if isinstance(node, ast.FunctionDef)]
    return "".join(_hook(node) for node in functions if hasattr(getattr(module, node.name), "stoa_spec"))


def _hook(node: ast.FunctionDef) -> str:
    returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    first = any("firstresult" in ast.unparse(one) for one in node.decorator_list)
    note = "\n\n*The first answer that is not None counts.*" if first else ""
    signature = f"{node.name}({ast.unparse(node.args)}){returns}"
    return f"\n### `{node.name}`\n\n```python\n{signature}\n```\n\n{_docstring(node)}{note}\n"


def _docstring(node: ast.FunctionDef) -> str:
    text = ast.get_docstring(node) or ""
    assert text, f"the hook {node.name} has no docstring: say when, how often, I/O, exceptions"
    return text


def _prose(module: ModuleType) -> str:
    return textwrap.dedent(module.__doc__ or "").strip() + "\n"
