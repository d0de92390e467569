"""Background tasks and schedules, as plugins declare them.

    @task(retries=3, backoff=30, unique=lambda media_id: str(media_id), timeout=300)
    def make_thumbnail(media_id: UUID) -> None: ...

    make_thumbnail.enqueue(media_id)                 # commits with the caller's transaction
    make_thumbnail.enqueue(media_id, at=tomorrow)
    make_thumbnail(media_id)                         # runs it here and now

    @schedule(every=10)                              # seconds; or cron="*/5 * * * *" (UTC)
    def flush_counters() -> None: ...

A task's identity is its function's module path, stored with every row: never
move or rename one that may be waiting. Arguments are stored as JSON and read
back by their annotations (the types of `kernel.events.codec`).
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, get_type_hints
from uuid import UUID

import orjson
from croniter import croniter

from kernel.application import app
from kernel.events.codec import FieldCodec, codec_of, dump, read_fields

Unique = Callable[..., str] | bool


@dataclass(frozen=True)
class Task:
    """A function that a worker runs later, at least once.

    `retries` counts the attempts after the first; `backoff` is the seconds
    before the first of them and doubles with each. `timeout` (seconds) ends a
    run. `unique` makes the key, from the arguments, under which at most one
    task waits and at most one runs; True makes it of all arguments.
    """

    function: Callable[..., Any]
    retries: int = 0
    backoff: float = 30.0
    unique: Unique = False
    timeout: float = 300.0
    name: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", f"{self.function.__module__}.{self.function.__qualname__}")
        object.__setattr__(self, "__doc__", self.function.__doc__)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the function here and now, without a row."""
        return self.function(*args, **kwargs)

    def enqueue(self, *args: Any, at: datetime | None = None, **kwargs: Any) -> UUID:
        """Store a run, in the caller's transaction if there is one; return its id.

        `at` (aware) delays it. A duplicate of a waiting unique task is not
        stored: the waiting one's id is returned. Raises TypeError for arguments
        that do not fit the function or cannot be stored, and for a naive `at`.
        """
        return app.tasks.enqueue(self, args, kwargs, at)

    @cached_property
    def parameters(self) -> dict[str, FieldCodec]:
        """How each parameter is read from JSON; TypeError names one that cannot be."""
        hints, found = get_type_hints(self.function), {}
        for name, parameter in inspect.signature(self.function).parameters.items():
            if parameter.kind in {parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD, parameter.POSITIONAL_ONLY}:
                raise TypeError(f"{self.name}: parameter {name} must be a plain named one")
            if name not in hints or name == "at":
                raise TypeError(f"{self.name}: parameter {name} needs a type, and a name other than `at`")
            try:
                found[name] = FieldCodec(codec_of(hints[name]), parameter.default is not parameter.empty)
            except TypeError as ex:
                raise TypeError(f"{self.name}: parameter {name}: {ex}") from ex
        return found

    def dump(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> str:
        """Return the arguments as a JSON object, checked to be readable again."""
        given = dict(inspect.signature(self.function).bind(*args, **kwargs).arguments)
        text = dump(given)
        if self.load(_parsed(text)) != given:
            raise TypeError(f"{self.name}: the arguments {given!r} do not survive JSON as annotated")
        return text

    def load(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Return the keyword arguments stored as `data`; TypeError names a wrong one."""
        try:
            return read_fields(self.parameters, data)
        except ValueError as ex:
            raise TypeError(f"{self.name}: {ex}") from ex

    def key(self, args: tuple[Any, ...], kwargs: Mapping[str, Any], text: str) -> str | None:
        """Return the unique key of a run with these arguments, or None."""
        if self.unique is False:
            return None
        made = text if self.unique is True else self.unique(*args, **kwargs)
        return f"{self.name}:{made}"


def _parsed(text: str) -> dict[str, Any]:
    parsed: dict[str, Any] = orjson.loads(text)
    return parsed


@dataclass(frozen=True)
class Schedule(Task):
    """A task that the clock enqueues: by a cron line (UTC) or every so many seconds."""

    cron: str = ""
    every: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if bool(self.cron) == bool(self.every):
            raise TypeError(f"{self.name}: give either cron= or every=")
        if self.cron and not croniter.is_valid(self.cron):
            raise TypeError(f"{self.name}: {self.cron!r} is no cron line")
        if self.every < 0 or (self.every and self.every < 1):
            raise TypeError(f"{self.name}: every= is at least 1 second")

    def tick_at(self, now: datetime) -> datetime:
        """Return the latest tick at or before `now`; the same in every process."""
        if self.cron:
            # croniter looks strictly before, so a tick exactly now needs a nudge.
            after: datetime = croniter(self.cron, now + timedelta(microseconds=1)).get_prev(datetime)
            return after
        return datetime.fromtimestamp(now.timestamp() // self.every * self.every, UTC)

    def tick_after(self, tick: datetime) -> datetime:
        """Return the tick that follows `tick`."""
        if self.cron:
            following: datetime = croniter(self.cron, tick).get_next(datetime)
            return following
        return tick + timedelta(seconds=self.every)


def task(
    *, retries: int = 0, backoff: float = 30.0, unique: Unique = False, timeout: float = 300.0
) -> Callable[[Callable[..., Any]], Task]:
    """Make a function a `Task`; see there for the arguments."""

    def decorate(function: Callable[..., Any]) -> Task:
        return Task(function, retries, backoff, unique, timeout)

    return decorate


def schedule(
    *, cron: str = "", every: float = 0.0, retries: int = 0, backoff: float = 30.0, timeout: float = 300.0
) -> Callable[[Callable[[], Any]], Schedule]:
    """Make a function without parameters a `Schedule`.

    It is unique: at most one run waits and one runs, so a slow run delays the
    next and never overlaps it. Ticks missed while no worker ran fire once.
    """

    def decorate(function: Callable[[], Any]) -> Schedule:
        return Schedule(function, retries, backoff, True, timeout, cron=cron, every=every)

    return decorate
