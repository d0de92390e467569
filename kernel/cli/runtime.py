"""What commands stand on: the profile, its settings, a database, an application."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from kernel.cli.light import light
from kernel.cli.profiles import chosen
from kernel.errors import ConfigurationError
from kernel.profile import Profile, read_profile
from kernel.settings import KernelSettings, Settings

if TYPE_CHECKING:
    from kernel.application import Application
    from kernel.http.settings import HttpSettings
    from kernel.observability.settings import ObservabilitySettings

ROOT = Path(__file__).resolve().parents[2]
Overrides = dict[str, dict[str, Any]]


def _nothing() -> None:
    """Watch nothing: the database is not ours."""


@dataclass
class Runtime:
    """One profile as the command line uses it.

    `overrides` has a profile's shape and wins over files and environment: it
    carries what the options say and what the runtime finds out. `watch` is called
    every second or so by a process that stays: a PostgreSQL of ours that died
    is started again.
    """

    name: str
    overrides: Overrides = field(default_factory=dict)
    watch: Callable[[], None] = _nothing

    def __post_init__(self) -> None:
        """Give the profile a directory of its own below var/, unless it names one."""
        profile = self.profile()
        named = profile.sections.get("kernel", {}).get("var_dir")
        place = Path(str(named.raw)) if named else _home() / "var" / profile.name
        self._owner = None if named else profile.files[-1]
        self.override("kernel", var_dir=str(place.absolute()))

    def override(self, section: str, **values: Any) -> None:
        """Set keys of a section; None leaves a key alone."""
        given = {key: value for key, value in values.items() if value is not None}
        self.overrides.setdefault(section, {}).update(given)

    def profile(self) -> Profile:
        """Return the profile as it stands, environment and overrides on top."""
        return read_profile(
            self.name, os.environ, {name: dict(keys) for name, keys in self.overrides.items()}
        )

    @property
    def kernel(self) -> KernelSettings:
        """The `[kernel]` section."""
        return cast("KernelSettings", self.section("kernel", KernelSettings))

    @property
    def http(self) -> HttpSettings:
        """The `[http]` section."""
        return cast("HttpSettings", self.section("http", light("http.settings").HttpSettings))

    @property
    def observability(self) -> ObservabilitySettings:
        """The `[observability]` section."""
        kind = light("observability.settings").ObservabilitySettings
        return cast("ObservabilitySettings", self.section("observability", kind))

    @property
    def var(self) -> Path:
        """The directory of what this profile keeps on this machine."""
        return Path(self.kernel.var_dir)

    @property
    def embedded(self) -> bool:
        """Whether the profile leaves PostgreSQL to us."""
        return not self.section("database", light("storage.settings").DatabaseSettings).url

    @property
    def has_redis(self) -> bool:
        """Whether a Redis is named."""
        named = self.profile().sections.get("redis", {}).get("url")
        return bool(named and named.raw)

    def section(self, name: str, kind: type[Any]) -> Any:
        """Type one section alone; the others are checked where they are used."""
        profile = self.profile()
        others = [section for section in profile.sections if section != name]
        return Settings(profile, {name: kind}, ignored=others).section(name)

    def claim(self) -> None:
        """Refuse a directory below var/ that a profile of the same name elsewhere uses.

        The first to use it writes its file's path there; one whose file is gone
        (a tree that was moved) gives it up. Raises ConfigurationError.
        """
        if self._owner is None:
            return
        mark = self.var / "profile"
        try:
            self.var.mkdir(parents=True, exist_ok=True)
            with mark.open("a+", encoding="utf-8") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                file.seek(0)
                other = file.read().strip()
                if other == str(self._owner):
                    return
                if other and Path(other).exists():
                    raise ConfigurationError(
                        f"{self.var} holds the data of {other}: set kernel.var_dir in {self._owner}"
                    )
                file.truncate(0)
                file.write(f"{self._owner}\n")
        except OSError as ex:
            raise ConfigurationError(
                f"{self.var}: cannot be written ({ex.strerror}): own it, or point kernel.var_dir elsewhere"
            ) from ex

    @contextmanager
    def database(self) -> Iterator[None]:
        """Run a block with a database: the profile's, or one of our own."""
        if not self.embedded:
            yield
            return
        self.claim()
        with light("storage.embedded").EmbeddedPostgres(self.var / "postgres") as server:
            self.override("database", url=server.ensure_database("stoa"))
            self.watch = server.watch
            try:
                yield
            finally:
                self.watch = _nothing
                del self.overrides["database"]["url"]

    @contextmanager
    def application(self, *, migrate: bool = False) -> Iterator[Application]:
        """Run a block with a booted application on its database, not started."""
        from kernel.application import boot
        from kernel.cli.logs import quietly

        quietly(self.observability)
        with self.database():
            application = boot(self.name, overrides=self.overrides, migrate=migrate)
            try:
                yield application
            finally:
                application.db.close()

    @contextmanager
    def started(self) -> Iterator[Application]:
        """Run a block with an application whose plugins have opened what they hold.

        Raises ConfigurationError when migrations are pending: bringing a database
        to the plugins' models is not the business of a command that uses them.
        """
        with self.application() as application:
            if waiting := application.migrations().pending():
                keys = ", ".join(script.key for script in waiting[:3]) + (", …" if waiting[3:] else "")
                raise ConfigurationError(f"migrations are pending ({keys}): run `manage.py migrate` first")
            try:
                application.start()
                yield application
            finally:
                application.stop()


def _home() -> Path:
    """Return where var/ is: beside manage.py, or here when Stoa is installed."""
    return ROOT if (ROOT / "manage.py").exists() else Path.cwd()


def runtime(**overrides: Mapping[str, Any]) -> Runtime:
    """Return the runtime of the profile the command line chose."""
    made = Runtime(chosen())
    for section, values in overrides.items():
        made.override(section, **values)
    return made
