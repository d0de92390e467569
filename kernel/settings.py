"""Typed settings: every section a frozen dataclass, every key known.

A section belongs to a kernel room (`[http]`) or to the plugin it is named after
(`[notes]`). Its dataclass's fields, made by `kernel.setting`, are the keys.
Unknown sections and keys are refused with the nearest known name; a value that
does not fit is refused with the key, the place it was set and the type expected.
A secret's value is never printed.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import MISSING, dataclass
from typing import Any, Literal, TypeVar, get_type_hints

from kernel.errors import ConfigurationError
from kernel.nearest import suggestion
from kernel.profile import ENVIRONMENT_PREFIX, Profile, Value
from kernel.setting_field import SettingInfo, info_of, setting
from kernel.setting_types import convert, is_table, type_name

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class KernelSettings:
    """What every room shares."""

    environment: Literal["development", "production", "test"] = setting(
        "development",
        help="Production refuses what eases development: the test clock, the mailbox, made-up secrets.",
    )
    policy: Literal["abort", "continue"] = setting(
        "abort", help="What a bad plugin does: stop the boot, or be dropped with its dependents."
    )
    test_clock: bool = setting(False, help="Let `POST /v1/_clock` drive the time. Refused in production.")
    secret_key: str = setting(
        "",
        help="Signs links and cursors; 32 characters or more. Empty: made in `var_dir`, not in production.",
        secret=True,
    )
    var_dir: str = setting(
        "var", help="The directory for what the process keeps: embedded database, blobs, keys."
    )
    public_url: str = setting("", help="Where clients reach this deployment, for links in messages.")


class Settings:
    """All sections of a profile, typed; `settings.http.port`.

    A plugin's section is reached by its name, `settings.section("notes")`, or
    with its type, `settings.of(NotesSettings)`.
    """

    def __init__(
        self, profile: Profile, kinds: Mapping[str, type[Any]], ignored: Collection[str] = ()
    ) -> None:
        """Type the profile's sections by `kinds`; sections in `ignored` may stand unused."""
        for name, keys in profile.sections.items():
            if name not in kinds and name not in ignored:
                source = next((value.source for value in keys.values()), "the profile")
                raise ConfigurationError(f"[{name}] in {source} is no section{suggestion(name, kinds)}")
        self.profile = profile
        self.kinds = dict(kinds)
        self._sections = {
            name: _section(name, kind, profile.sections.get(name, {})) for name, kind in kinds.items()
        }

    def __getattr__(self, name: str) -> Any:
        """Return a section by its name as an attribute."""
        sections = self.__dict__.get("_sections", {})
        if name in sections:
            return sections[name]
        raise AttributeError(f"no settings section {name}{suggestion(name, sections)}")

    def __repr__(self) -> str:
        return f"<Settings of profile {self.profile.name}: {', '.join(self._sections)}>"

    def section(self, name: str) -> Any:
        """Return the section called `name`; raise ConfigurationError when there is none."""
        if name not in self._sections:
            raise ConfigurationError(f"[{name}] is no section{suggestion(name, self._sections)}")
        return self._sections[name]

    def of(self, kind: type[T]) -> T:
        """Return the section typed by `kind`, a plugin's own settings dataclass."""
        for section in self._sections.values():
            if isinstance(section, kind):
                return section
        raise ConfigurationError(
            f"{kind.__name__} is the settings of no loaded plugin: enable it in the profile"
        )

    def describe(self) -> Iterator[Described]:
        """Yield every key with its type, default, value and where that was set."""
        for name, kind in self.kinds.items():
            for described in describe(name, kind):
                value = self.profile.sections.get(name, {}).get(described.key)
                shown = "(secret)" if described.secret else repr(getattr(self._sections[name], described.key))
                yield dataclasses.replace(described, value=shown, source=value.source if value else "default")


@dataclass(frozen=True, slots=True)
class Described:
    """One key, for the generated reference and for `manage.py check`."""

    section: str
    key: str
    type: str
    default: str
    help: str
    secret: bool
    value: str = ""
    source: str = ""

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return f"{ENVIRONMENT_PREFIX}{self.section}__{self.key}".upper()


def describe(section: str, kind: type[Any]) -> Iterator[Described]:
    """Yield every key of a section's dataclass."""
    hints = get_type_hints(kind)
    for field in dataclasses.fields(kind):
        info = info_of(field)
        required = field.default is MISSING and field.default_factory is MISSING
        made = field.default_factory() if field.default_factory is not MISSING else field.default
        default = "(required)" if required else json.dumps(made, default=str, ensure_ascii=False)
        yield Described(section, field.name, type_name(hints[field.name]), default, info.help, info.secret)


def _section(name: str, kind: type[Any], keys: Mapping[str, Value]) -> Any:
    """Build one section's dataclass from what the profile says."""
    fields = {field.name: field for field in dataclasses.fields(kind)}
    hints = get_type_hints(kind)
    for key, value in keys.items():
        if key not in fields:
            raise ConfigurationError(f"{name}.{key} in {value.source} is no setting{suggestion(key, fields)}")
    made: dict[str, Any] = {}
    for key, field in fields.items():
        if key in keys:
            made[key] = _Reader(f"{name}.{key}", keys[key], info_of(field)).read(hints[key])
        elif field.default is MISSING and field.default_factory is MISSING:
            variable = f"{ENVIRONMENT_PREFIX}{name}__{key}".upper()
            raise ConfigurationError(f"{name}.{key} is required: set it in the profile or as {variable}")
    return kind(**made)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Turns one raw value into its type; knows the key for the error."""

    key: str
    value: Value
    info: SettingInfo

    def read(self, kind: Any) -> Any:
        raw = self._opened(self.value.raw, nested=is_table(kind))
        try:
            typed = convert(raw, kind)
        except (ValueError, TypeError) as ex:
            raise self._refusal(raw, type_name(kind)) from ex
        self._check(typed)
        return typed

    def _opened(self, raw: Any, *, nested: bool) -> Any:
        """Replace `{ file = "…" }` by the file's text, at any depth of a table."""
        if not isinstance(raw, Mapping):
            return raw
        if set(raw) == {"file"} and not nested:
            return self._text(str(raw["file"]))
        return {key: self._opened(value, nested=False) for key, value in raw.items()}

    def _text(self, name: str) -> str:
        try:
            return (self.value.base / name).read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as ex:
            raise ConfigurationError(f"{self.key} in {self.value.source}: cannot read {name}: {ex}") from ex

    def _check(self, typed: Any) -> None:
        info = self.info
        if typed is None:
            return
        if info.choices and typed not in info.choices:
            raise self._refusal(typed, f"one of {', '.join(map(str, info.choices))}")
        size = len(typed) if isinstance(typed, str | list | dict) else typed
        if info.minimum is not None and size < info.minimum:
            raise self._refusal(typed, f"at least {info.minimum:g}")
        if info.maximum is not None and size > info.maximum:
            raise self._refusal(typed, f"at most {info.maximum:g}")

    def _refusal(self, raw: Any, expected: str) -> ConfigurationError:
        shown = "the secret value" if self.info.secret else repr(raw)
        return ConfigurationError(f"{self.key} in {self.value.source} is {shown}: expected {expected}")
