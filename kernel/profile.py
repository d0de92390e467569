"""Read a profile: TOML files along `extends`, then the environment on top.

A profile says which plugins run and how. `extends` names another profile, by
name or by a path relative to the file; a key of the extending profile replaces
the extended one's, section by section. `plugins` is replaced as a whole.

The environment wins: `STOA__HTTP__PORT=9000`, `STOA__PLUGINS=notes,media`, and
for secrets `STOA__AUTH__PEPPER__FILE=/run/secrets/pepper`. Deeper names reach
into tables: `STOA__OIDC__PROVIDERS__GOOGLE__CLIENT_ID`.

Values stay untyped here; `kernel.settings` gives them their types.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kernel.errors import ConfigurationError
from kernel.nearest import suggestion

ENVIRONMENT_PREFIX = "STOA__"
SHIPPED_PROFILES = Path(__file__).resolve().parent.parent / "config"


@dataclass(frozen=True, slots=True)
class Value:
    """One value and the place it was set, for error messages."""

    raw: Any
    source: str
    base: Path


@dataclass(frozen=True, slots=True)
class Profile:
    """What the files and the environment say, still untyped."""

    name: str
    plugins: tuple[str, ...]
    sections: Mapping[str, Mapping[str, Value]]
    files: tuple[Path, ...]


def read_profile(
    name: str | Path,
    environ: Mapping[str, str],
    overrides: Mapping[str, Any] | None = None,
) -> Profile:
    """Read the profile `name` (or path), its ancestors, environment and overrides.

    `overrides` has the shape of a profile file and wins over everything; it is
    for the command line and for tests. Raises ConfigurationError.
    """
    plugins: Any = []
    sections: dict[str, dict[str, Value]] = {}
    files = _chain(_locate(str(name), Path.cwd()))
    layers = [(_parsed(file), str(file), file.parent) for file in files]
    layers.append((_from_environment(environ), "the environment", Path.cwd()))
    layers.append((dict(overrides or {}), "the command", Path.cwd()))
    for document, source, base in layers:
        plugins = document.pop("plugins", plugins)
        _lay_over(sections, document, source, base)
    return Profile(files[-1].stem, _plugin_names(plugins, files[-1]), sections, tuple(files))


def _locate(name: str, base: Path) -> Path:
    """Return the profile's file, looked up beside `base` and among the shipped."""
    if name.endswith(".toml") or "/" in name:
        file = (base / name).resolve()
        if not file.is_file():
            raise ConfigurationError(f"profile {name}: there is no file {file}")
        return file
    folders = (base, Path.cwd() / "config", SHIPPED_PROFILES)
    for folder in folders:
        if (folder / f"{name}.toml").is_file():
            return (folder / f"{name}.toml").resolve()
    known = sorted({file.stem for folder in folders for file in folder.glob("*.toml")})
    raise ConfigurationError(f"profile {name}: not found under config/{suggestion(name, known)}")


def _chain(file: Path) -> list[Path]:
    """Return the profile's ancestors, oldest first, and itself last."""
    chain = [file]
    while parent := _parsed(chain[0]).get("extends"):
        ancestor = _locate(str(parent), chain[0].parent)
        if ancestor in chain:
            names = " → ".join(link.stem for link in [ancestor, *chain])
            raise ConfigurationError(f"profile {file.stem}: `extends` runs in a circle: {names}")
        chain.insert(0, ancestor)
    return chain


def _parsed(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as ex:
        raise ConfigurationError(f"profile {file}: {ex}") from ex


def _lay_over(
    sections: dict[str, dict[str, Value]], document: Mapping[str, Any], source: str, base: Path
) -> None:
    for section, keys in document.items():
        if section == "extends":
            continue
        if not isinstance(keys, Mapping):
            known = ["extends", "plugins"]
            raise ConfigurationError(
                f"{section} in {source} is neither a section nor a known key{suggestion(section, known)}"
            )
        merged = sections.setdefault(section, {})
        for key, raw in keys.items():
            below = merged[key].raw if key in merged else None
            merged[key] = Value(_merged(below, raw), source, base)


def _merged(below: Any, above: Any) -> Any:
    """Return `above`, laid over `below` key by key when both are tables."""
    if isinstance(below, Mapping) and isinstance(above, Mapping):
        return {**below, **{key: _merged(below.get(key), value) for key, value in above.items()}}
    return above


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    """Return `STOA__A__B=v` as `{"a": {"b": "v"}}`; `…__FILE` as `{"file": v}`."""
    document: dict[str, Any] = {}
    for path, value in _variables(environ):
        place = document
        for part in path[:-1]:
            place = place.setdefault(part, {})
            if not isinstance(place, dict):
                raise ConfigurationError(
                    f"{_variable(path)} and a shorter name of it are both set: unset one"
                )
        if isinstance(place.get(path[-1]), dict):
            raise ConfigurationError(f"{_variable(path)} and a longer name of it are both set: unset one")
        place[path[-1]] = value
    return document


def _variables(environ: Mapping[str, str]) -> Iterator[tuple[list[str], str]]:
    for name in sorted(environ):
        if not name.startswith(ENVIRONMENT_PREFIX):
            continue
        path = name.removeprefix(ENVIRONMENT_PREFIX).lower().split("__")
        if not all(path) or (len(path) == 1 and path != ["plugins"]):
            raise ConfigurationError(f"{name}: write {ENVIRONMENT_PREFIX}SECTION__KEY")
        yield path, environ[name]


def _variable(path: Sequence[str]) -> str:
    return ENVIRONMENT_PREFIX + "__".join(path).upper()


def _plugin_names(raw: Any, file: Path) -> tuple[str, ...]:
    if isinstance(raw, str):
        raw = [part.strip() for part in raw.split(",") if part.strip()]
    if not isinstance(raw, list | tuple) or not all(isinstance(name, str) for name in raw):
        raise ConfigurationError(f'plugins in {file} is not a list of names: write plugins = ["notes"]')
    return tuple(dict.fromkeys(raw))
