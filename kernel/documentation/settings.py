"""`reference/settings.md`: every section and key, from the settings dataclasses."""

from __future__ import annotations

import inspect

from kernel.documentation.markdown import table
from kernel.loader import Loaded
from kernel.sections import KERNEL_SECTIONS
from kernel.settings import Described, describe

_HEAD = """\
# Settings

A key of section `[http]` is set in a profile, or in the environment as `STOA__HTTP__<KEY>`; a secret from
a file as `STOA__<SECTION>__<KEY>__FILE`. See [profiles](../integrators/profiles.md).
"""


def settings_page(loaded: Loaded) -> str:
    """Return the page: the kernel's sections, then the plugins'."""
    plugins = {plugin.name: plugin.settings for plugin in loaded.registry.plugins if plugin.settings}
    return _HEAD + "".join(_section(name, kind) for name, kind in {**KERNEL_SECTIONS, **plugins}.items())


def _section(name: str, kind: type) -> str:
    rows = table(("key", "type", "default", "meaning"), map(_row, describe(name, kind)))
    return f"\n## `[{name}]`\n\n{inspect.getdoc(kind) or ''}\n\n{rows}"


def _row(described: Described) -> tuple[str, ...]:
    secret = " *Secret.*" if described.secret else ""
    return (f"`{described.key}`", described.type, f"`{described.default}`", described.help + secret)
