"""Keep secrets out of logs: by the name of a key, by shape, and by known value.

Three nets, because each has holes. A key that names a secret hides its value; a
text is searched for what looks like credentials; and the finished line is
searched for the secrets of this deployment's settings, whatever led them there.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import orjson

from kernel.setting_field import info_of

if TYPE_CHECKING:
    from kernel.settings import Settings

HIDDEN = "[redacted]"
_SHORTEST = 6  # characters; hiding a shorter known value would mangle the log and protect nothing

_SECRET_WORDS = frozenset(
    {
        *("authorization", "cookie", "credential", "credentials", "csrf", "cvv", "dsn", "jwt", "otp", "totp"),
        *("passphrase", "passwd", "password", "pin", "secret", "secrets", "signature", "token", "tokens"),
    }
)
_SECRET_NAMES = frozenset({"code", "codes", "api_key", "apikey", "secret_key", "x_api_key", "pwd"})
_SECRET_CODES = re.compile(
    r"(auth|authorization|backup|email|login|mfa|phone|recovery|reset|sms|verification)_codes?"
)
_HARMLESS = frozenset({"token_type", "tokens_used", "csrf_header", "password_changed_at"})

_NAMED = r"[\w-]*(?:password|passwd|secret|token|api[_-]?key|otp)"
# PERF: most texts hold nothing of the kind, and one search is cheaper than five
_SUSPECT = re.compile(
    r"bearer|basic|eyJ|://|[?&]|password|passwd|secret|token|api[_-]?key|otp", re.IGNORECASE
)
_SHAPES = (
    (re.compile(r"\b(bearer|basic)\s+[\w.~+/=-]{6,}", re.IGNORECASE), rf"\1 {HIDDEN}"),
    (re.compile(r"\beyJ[\w-]{6,}\.[\w-]{4,}\.[\w-]*"), HIDDEN),
    (re.compile(r"(\b[a-z][\w+.-]*://[^\s/:@]*:)[^\s/@]+(@)", re.IGNORECASE), rf"\1{HIDDEN}\2"),
    (re.compile(r"([?&](?:code|sig|signature|state|key)=)[^&\s\"']+", re.IGNORECASE), rf"\1{HIDDEN}"),
    (
        re.compile(rf"\b({_NAMED}[\"']?\s*[=:]\s*)(\"[^\"]*\"|'[^']*'|[^\s,;&)}}\]\"']+)", re.IGNORECASE),
        rf"\1{HIDDEN}",
    ),
)


@lru_cache(4096)
def is_secret(name: str) -> bool:
    """Tell whether a key of this name holds a secret: `password`, `X-Api-Key`, `refresh_token`, `code`."""
    plain = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().replace("-", "_")
    if plain in _HARMLESS:
        return False
    if plain in _SECRET_NAMES or _SECRET_CODES.fullmatch(plain):
        return True
    return (plain.endswith("_key") and "private" in plain) or not _SECRET_WORDS.isdisjoint(plain.split("_"))


def scrub(text: str) -> str:
    """Hide what looks like credentials in free text."""
    if not _SUSPECT.search(text):
        return text
    for shape, shown in _SHAPES:
        text = shape.sub(shown, text)
    return text


def redacted(value: Any) -> Any:
    """Return a value with secrets hidden, at any depth."""
    if isinstance(value, str):
        return scrub(value)
    if isinstance(value, Mapping):
        return {key: _under(key, inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [redacted(inner) for inner in value]
    if isinstance(value, int | float | None):
        return value
    return scrub(_text(value))


def _under(key: Any, value: Any) -> Any:
    return HIDDEN if isinstance(key, str) and value not in (None, "") and is_secret(key) else redacted(value)


def _text(value: Any) -> str:
    return value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else str(value)


class KnownSecrets:
    """Hides a deployment's own secrets in finished lines."""

    def __init__(self, values: Iterable[str]) -> None:
        forms = {form for value in values if len(value) >= _SHORTEST for form in _forms(value)}
        longest_first = sorted(forms, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, longest_first))) if forms else None

    def hide(self, line: str) -> str:
        """Return the line without the secrets."""
        return self._pattern.sub(HIDDEN, line) if self._pattern else line


def _forms(value: str) -> Iterator[str]:
    """Yield a secret as it is, as JSON writes it, and as `repr` does."""
    yield value
    yield orjson.dumps(value).decode()[1:-1]
    yield repr(value)[1:-1]


def secret_values(settings: Settings) -> Iterator[str]:
    """Yield every secret a deployment's settings hold; of a URL also its password."""
    for name, kind in settings.kinds.items():
        section = settings.section(name)
        for field in dataclasses.fields(kind):
            if info_of(field).secret:
                yield from _leaves(getattr(section, field.name))


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
        password = re.match(r"[a-z][\w+.-]*://[^\s/:@]*:([^\s/@]+)@", value)
        if password:
            yield password[1]
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _leaves(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _leaves(inner)
