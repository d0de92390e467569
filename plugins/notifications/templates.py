"""The templates of one type of message, found by channel and language.

`<name>.txt` is the text; its first line may be `Subject: …`. `<name>.html` is
the same as an HTML fragment. `<name>.sms.txt`, `<name>.in_app.txt` and
`<name>.push.txt` replace the text on their channel, and a folder named after a
language (`de/`, `pt-BR/`) holds translations of any of them.

Jinja2's sandbox runs them: an operator may replace templates, and data is
never a template. HTML is escaped; a subject is one line whatever the data holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from jinja2 import FileSystemLoader, StrictUndefined, Template, TemplateNotFound, pass_context
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

SUBJECT: Final = "Subject:"
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")
_MARKS: Final = {"in_app": (".in_app", ""), "push": (".push", ".in_app", ""), "sms": (".sms", "")}


@dataclass(frozen=True, slots=True)
class Text:
    """A subject (may be empty) and a text; from a template, or rendered."""

    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class _Source:
    subject: Template | None
    body: Template


class Templates:
    """The templates of one plugin; `folders` are searched in order."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self.folders = tuple(folders)
        loader = FileSystemLoader(self.folders)
        self._text = _environment(loader, autoescape=False)
        self._html = _environment(loader, autoescape=True)
        # PERF: compiled once. Bounded, because languages come from people.
        self._found = lru_cache(maxsize=1024)(self._find)

    def text(self, name: str, channel: str, language: str, context: Mapping[str, Any]) -> Text:
        """Render the text of a type; raise TemplateNotFound when it has none."""
        found = self._found(name, channel, language)
        if found is None:
            raise TemplateNotFound(f"{name}.txt")
        subject = found.subject.render(context) if found.subject else ""
        return Text(_one_line(subject), found.body.render(context).strip() + "\n")

    def html(self, name: str, language: str, context: Mapping[str, Any]) -> str:
        """Render the HTML of a type; empty when it has none."""
        found = self._found(name, "html", language)
        return found.body.render(context) if found else ""

    def has(self, name: str, channel: str) -> bool:
        """Tell whether a type can be rendered for a channel, compiling what there is."""
        found = self._found(name, channel, "")
        return found is not None and (channel == "sms" or found.subject is not None)

    def _find(self, name: str, channel: str, language: str) -> _Source | None:
        for path in _candidates(name, channel, language):
            try:
                return self._compiled(path)
            except TemplateNotFound:
                continue
        return None

    def _compiled(self, path: str) -> _Source:
        if path.endswith(".html"):
            return _Source(None, self._html.get_template(path))
        loader = self._text.loader
        assert loader is not None, "made with one"
        source, *_ = loader.get_source(self._text, path)
        first, _, rest = source.partition("\n")
        if not first.startswith(SUBJECT):
            return _Source(None, self._text.get_template(path))
        subject = self._text.from_string(first.removeprefix(SUBJECT).strip())
        return _Source(subject, self._text.from_string(rest))


def _candidates(name: str, channel: str, language: str) -> Iterator[str]:
    ending = "html" if channel == "html" else "txt"
    for folder in (*_languages(language), ""):
        for mark in _MARKS.get(channel, ("",)):
            yield f"{folder}/{name}{mark}.{ending}".lstrip("/")


def _languages(language: str) -> Iterator[str]:
    """Yield a tag and its shortenings (RFC 4647 3.4): `pt-BR`, `pt`."""
    if not _LANGUAGE.fullmatch(language):
        return
    parts = language.split("-")
    for length in range(len(parts), 0, -1):
        yield "-".join(parts[:length])


def _one_line(text: str) -> str:
    """Return a text without line breaks and control characters: a header is made of it."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _environment(loader: FileSystemLoader, *, autoescape: bool) -> ImmutableSandboxedEnvironment:
    made = ImmutableSandboxedEnvironment(
        loader=loader, autoescape=autoescape, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    made.filters["local"] = local
    return made


@pass_context
def local(context: Context, moment: str | datetime) -> str:
    """Jinja2 filter: a moment (RFC 3339) as the reader's clock shows it: `2026-03-01 14:30 CET`."""
    parsed = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return parsed.astimezone(zone(str(context.get("timezone", "")))).strftime("%Y-%m-%d %H:%M %Z")


def zone(name: str) -> ZoneInfo:
    """Return a time zone of the IANA database; UTC for a name it does not have."""
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")
