"""Extension points of verification: implement with `@hookimpl(optionalhook=True)`."""

from __future__ import annotations

from collections.abc import Sequence

from kernel import hookspec
from plugins.verification.kinds import Kind


@hookspec
def verification_kinds() -> Sequence[Kind]:
    """Return what your plugin has verified: units, buildings, licences.

    Called once per process, when kinds are first asked for. No I/O.
    """
    raise AssertionError("a specification is never called")
