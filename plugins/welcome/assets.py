"""The page's own files: style, scripts, the mark. Read once, named by their content.

Their folder's name is a digest of them all, so a browser keeps them for good
and a new version is another address; the modules import each other by relative
paths within it. No build step, and nothing comes from another origin.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from importlib.resources import files
from types import MappingProxyType
from typing import Final

from kernel.http.etags import tag_of

TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file, its media type and its entity tag."""

    data: bytes
    content_type: str
    tag: str


@cache
def assets() -> MappingProxyType[str, Asset]:
    """Return every file by name."""
    found = sorted(
        (one for one in files("plugins.welcome").joinpath("assets").iterdir() if _ending(one.name) in TYPES),
        key=lambda one: one.name,
    )
    read = {one.name: one.read_bytes() for one in found}
    return MappingProxyType(
        {name: Asset(data, TYPES[_ending(name)], tag_of(None, data)) for name, data in read.items()}
    )


@cache
def version() -> str:
    """Return the digest of all files together."""
    digest = blake2b(digest_size=8)
    for name, asset in assets().items():
        digest.update(name.encode() + b"\0" + asset.data)
    return digest.hexdigest()


def _ending(name: str) -> str:
    return "." + name.rpartition(".")[2]
