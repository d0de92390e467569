"""Read and check `plugin.toml` without importing the plugin.

    name = "notes"                       # also the settings section and table prefix
    version = "1.2.0"
    kernel_api = "1.0"                   # same major, at least that minor
    summary = "Things for sale, with photographs and a state machine"
    prefixes = ["notes"]                 # URL prefixes it owns, below /v1
    requires = ["labels>=1.0", "media"]
    after = ["search"]                   # soft: order only
    conflicts = ["classifieds"]

Every fault is a PluginError of one line that names the plugin and the remedy.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.version import InvalidVersion, Version

from kernel.errors import PluginError
from kernel.nearest import suggestion

FILE_NAME = "plugin.toml"
NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*\Z")
PREFIX = re.compile(r"(?:[a-z_.][a-z0-9_.-]*|/)\Z")
_REQUIRED = ("name", "version", "kernel_api", "summary")
_LISTS = ("prefixes", "requires", "after", "conflicts")
_LONGEST_NAME = 30  # a table is <plugin>_<entity>, and PostgreSQL cuts names at 63 bytes


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a plugin says about itself; `module` is imported when it is enabled."""

    name: str
    version: Version
    kernel_api: tuple[int, int]
    summary: str
    module: str
    directory: Path
    prefixes: tuple[str, ...] = ()
    requires: tuple[Requirement, ...] = ()
    after: tuple[str, ...] = ()
    conflicts: tuple[Requirement, ...] = ()
    distribution: str = ""

    @property
    def migrations(self) -> Path:
        """The directory of its migration scripts, which need not exist."""
        return self.directory / "migrations"

    @property
    def package(self) -> str:
        """The package of `module`: `plugins.notes` of `plugins.notes.plugin`."""
        return self.module.rpartition(".")[0]


def read_manifest(file: Path, module: str, distribution: str = "") -> Manifest:
    """Read `file`; raise PluginError naming its directory, the fault and the remedy."""
    blamed = file.parent.name
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as ex:
        raise PluginError(blamed, "manifest", f"there is no {file}: put {FILE_NAME} beside plugin.py") from ex
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as ex:
        raise PluginError(blamed, "manifest", f"{file} cannot be read: {ex}") from ex
    name = document.get("name")
    reader = _Reader(name if isinstance(name, str) and name else blamed, document)
    return reader.read(file, module, distribution)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Takes typed values out of the parsed document; knows whom to blame."""

    blamed: str
    document: Mapping[str, Any]

    def read(self, file: Path, module: str, distribution: str) -> Manifest:
        self._only_known_keys()
        return Manifest(
            name=self._name(file),
            version=self._version(),
            kernel_api=self._kernel_api(),
            summary=self._text("summary"),
            module=module,
            directory=file.parent,
            prefixes=self._prefixes(),
            requires=self._requirements("requires"),
            after=self._names("after"),
            conflicts=self._requirements("conflicts"),
            distribution=distribution,
        )

    def _fault(self, remedy: str) -> PluginError:
        return PluginError(self.blamed, "manifest", remedy)

    def _only_known_keys(self) -> None:
        known = (*_REQUIRED, *_LISTS)
        for key in self.document:
            if key not in known:
                raise self._fault(f"`{key}` is no key of {FILE_NAME}{suggestion(key, known)}")

    def _text(self, key: str) -> str:
        value = self.document.get(key)
        if not isinstance(value, str) or not value.strip():
            raise self._fault(f'`{key}` is missing or no text: write {key} = "…"')
        return value.strip()

    def _name(self, file: Path) -> str:
        name = self._text("name")
        if not NAME.match(name) or len(name) > _LONGEST_NAME:
            raise self._fault(
                f"name `{name}` in {file}: use lower-case words joined by single underscores, "
                f"at most {_LONGEST_NAME} letters"
            )
        return name

    def _version(self) -> Version:
        text = self._text("version")
        try:
            return Version(text)
        except InvalidVersion as ex:
            raise self._fault(f"version `{text}` is not like 1.2.0 (PEP 440)") from ex

    def _kernel_api(self) -> tuple[int, int]:
        text = self._text("kernel_api")
        matched = re.fullmatch(r"(\d+)\.(\d+)", text)
        if not matched:
            raise self._fault(f'kernel_api `{text}` is not like "1.0": the lowest kernel API it runs on')
        return int(matched[1]), int(matched[2])

    def _strings(self, key: str) -> tuple[str, ...]:
        value = self.document.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self._fault(f'`{key}` is not a list of texts: write {key} = ["…"]')
        if len(set(value)) != len(value):
            raise self._fault(f"`{key}` names something twice: remove one")
        return tuple(value)

    def _names(self, key: str) -> tuple[str, ...]:
        names = self._strings(key)
        for name in names:
            if not NAME.match(name):
                raise self._fault(f"`{key}` has `{name}`, which is no plugin name")
        return names

    def _prefixes(self) -> tuple[str, ...]:
        prefixes = self._strings("prefixes")
        for prefix in prefixes:
            if not PREFIX.match(prefix):
                raise self._fault(
                    f'prefix `{prefix}`: write one path segment without slashes, as in "notes", or "/"'
                )
        return prefixes

    def _requirements(self, key: str) -> tuple[Requirement, ...]:
        return tuple(self._requirement(key, text) for text in self._strings(key))

    def _requirement(self, key: str, text: str) -> Requirement:
        try:
            requirement = Requirement(text)
        except InvalidRequirement as ex:
            raise self._fault(f'`{key}` has `{text}`: write "labels" or "labels>=1.0"') from ex
        if not NAME.match(requirement.name) or requirement.extras or requirement.marker or requirement.url:
            raise self._fault(
                f'`{key}` has `{text}`: write a plugin name and versions only, as in "labels>=1.0"'
            )
        if requirement.name == self.document.get("name"):
            raise self._fault(f"`{key}` names the plugin itself: remove it")
        return requirement
