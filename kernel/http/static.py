"""Files that a plugin's pages load: read once, named by their content.

Their folder's name is a digest of them all, so a browser keeps them for good
and a new version is another address; modules import each other by relative
paths within it. No build step.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from importlib.resources import files
from types import MappingProxyType
from typing import Final

from kernel.http.etags import current, tag_of
from kernel.http.request import Request, Response

IMMUTABLE: Final = "public, max-age=31536000, immutable"
TYPES: Final = MappingProxyType(
    {
        ".css": "text/css; charset=utf-8",
        ".js": "text/javascript; charset=utf-8",
        ".png": "image/png",
        ".svg": "image/svg+xml",
    }
)


@dataclass(frozen=True, slots=True)
class Asset:
    """One file, its media type and its entity tag."""

    data: bytes
    content_type: str
    tag: str


class AssetFolder:
    """The folder `assets` of a package; files of other kinds than `TYPES` are not served."""

    def __init__(self, package: str) -> None:
        self._folder = files(package).joinpath("assets")
        self.files = cache(self._read)
        self.version = cache(self._digest)

    def text(self, name: str) -> str:
        """Return a file as it is, whatever its kind: templates of pages."""
        return self._folder.joinpath(name).read_text(encoding="utf-8")

    def _read(self) -> Mapping[str, Asset]:
        """Return every served file by name."""
        found = sorted(one.name for one in self._folder.iterdir() if _ending(one.name) in TYPES)
        read = {name: self._folder.joinpath(name).read_bytes() for name in found}
        return MappingProxyType(
            {name: Asset(data, TYPES[_ending(name)], tag_of(None, data)) for name, data in read.items()}
        )

    def _digest(self) -> str:
        """Return the digest of all served files together."""
        digest = blake2b(digest_size=8)
        for name, asset in self.files().items():
            digest.update(name.encode() + b"\0" + asset.data)
        return digest.hexdigest()


def unless_known(req: Request, resp: Response, data: bytes, tag: str, cache_control: str) -> bytes | None:
    """Return the bytes, or None with a 304 when the client has them."""
    known = current(req.env.get("HTTP_IF_NONE_MATCH", ""), tag)
    resp.set_header("ETag", known or tag)
    resp.set_header("Cache-Control", cache_control)
    if known:
        resp.status = 304
        return None
    return data


def _ending(name: str) -> str:
    return "." + name.rpartition(".")[2]
