"""`reference/names.md`: the names plugin authors may import."""

from __future__ import annotations

import inspect
from types import ModuleType

import kernel
from kernel import testing
from kernel.documentation.markdown import first_line, table
from kernel.documentation.signatures import called

_HEAD = """\
# Names

What `from kernel import …` and `from kernel.testing import …` offer. Nothing else of the kernel is public: it
may change in any release, these only with the major of `kernel.API_VERSION`
([versions](../plugins/versioning.md)).

"""
_SAID = {
    "ALL": "What `Principal.scopes_for` returns when a permission is held everywhere.",
    "ANONYMOUS": "Permission of an endpoint that anyone may call and that never reads credentials.",
    "AUTHENTICATED": "Permission of an endpoint every signed-in principal may call, bound API keys apart.",
    "PUBLIC": "Permission of an endpoint anyone may call, with or without credentials.",
    "SYSTEM": "The principal of work nobody asked for; it may do everything.",
    "UNLIMITED": "The `rate` of an endpoint without any limit.",
    "ArrayField": "peewee's column for a PostgreSQL array.",
    "Schema": "marshmallow's schema.",
    "TSVectorField": "peewee's column for a `tsvector`.",
    "app": "The running application: `app.db`, `app.auth`, `app.bus`, `app.clock`, `app.settings` …",
    "hookimpl": "Marks a function of `plugin.py` as the implementation of a hook.",
    "hookspec": "Marks a function as the specification of a plugin's own hook.",
    "uuid7": "Return a new UUIDv7: time-ordered, for ids made by the application.",
}
"""Constants, and what a library documents in its own words or not at all."""


def names_page() -> str:
    """Return the page."""
    own = table(("name", ""), (_row(kernel, name) for name in kernel.__all__ if name != "API_VERSION"))
    tests = table(("name", ""), (_row(testing, name) for name in testing.__all__))
    return f"{_HEAD}## `kernel` {kernel.API_VERSION}\n\n{own}\n## `kernel.testing`\n\n{tests}"


def _row(package: ModuleType, name: str) -> tuple[str, str]:
    value = getattr(package, name)
    speaks = inspect.isclass(value) or inspect.isroutine(value) or inspect.ismodule(value)
    meaning = _SAID.get(name) or (first_line(value) if speaks else "")
    assert meaning, f"{name} is public and undocumented: give it a docstring"
    return f"`{called(name, value)}`", meaning
