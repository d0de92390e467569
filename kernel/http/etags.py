"""Entity tags (RFC 9110 §8.8): `"<version>.<digest>"`, or `"<digest>"` without a version.

The digest makes the tag strong: it changes whenever a byte of the answer does,
a author's new name included, so a 304 is never stale. The version is what
`If-Match` compares, so an unrelated change does not refuse an edit. A coded
body is another representation and has another tag: `…-br`, `…-gzip`.
"""

from __future__ import annotations

import re
from hashlib import blake2b
from typing import Any

_CODINGS = re.compile(r'-(?:br|gzip)"')


def tag_of(value: Any, data: bytes) -> str:
    """Return the entity tag of `value` written as `data`; `value.version` is used when there is one."""
    digest = blake2b(data, digest_size=8).hexdigest()
    version = value.get("version") if isinstance(value, dict) else getattr(value, "version", None)
    return f'"{version}.{digest}"' if isinstance(version, int) else f'"{digest}"'


def current(header: str, tag: str) -> str:
    """Return the tag in `If-None-Match` that is still `tag` (weak comparison, RFC 9110 §13.1.2), or nothing.

    It comes back as the client has it, coding included, for the 304 to repeat.
    """
    if not header:  # PERF: as in most reads
        return ""
    if header.strip() == "*":
        return tag
    given = (each.strip().removeprefix("W/") for each in header.split(","))
    return next((each for each in given if _CODINGS.sub('"', each) == tag), "")


def coded(tag: str, coding: str) -> str:
    """Return the tag of the same answer under a content coding."""
    return f'{tag[:-1]}-{coding}"'
