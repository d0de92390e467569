"""What is flagged without anybody's report: words, new accounts, rules of other plugins."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from kernel import ConfigurationError, StoaError
from kernel import app as running
from plugins.accounts import api as accounts
from plugins.moderation.kinds import Card
from plugins.moderation.settings import ModerationSettings

if TYPE_CHECKING:
    from kernel import Application

RUNG: Final = re.compile(r"WARNING|BAN|SUSPENSION:([1-9]\d{0,3})\Z")


@dataclass(frozen=True, slots=True)
class Rule:
    """Looks at what was published; `check` returns why moderators should see it, None to let it pass.

    `reason` is the reason of the flag, one of those people report by.
    """

    name: str
    check: Callable[[Card], str | None]
    reason: str = "other"


class Rules:
    """Every rule there is: of the settings and of the plugins."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules = tuple(rules)
        names = [one.name for one in self._rules]
        if len(names) != len(set(names)):
            raise StoaError(f"two moderation rules have one name, of {', '.join(sorted(names))}: rename one")

    @classmethod
    def of(cls, application: Application) -> Rules:
        """Collect the rules; raise ConfigurationError for a ladder that cannot be climbed."""
        settings = application.settings.of(ModerationSettings)
        rungs(settings.ladder)
        offered = [one for some in application.hooks.call("moderation_rules") for one in some]
        theirs = [Rule(**one) if isinstance(one, Mapping) else one for one in offered]
        return cls([*_own(settings), *theirs])

    def __iter__(self) -> Iterator[Rule]:
        return iter(self._rules)


def rungs(ladder: Sequence[str]) -> list[tuple[str, int]]:
    """Return the sanctions of a ladder and the days of each (0: none, or for good)."""
    found = [RUNG.fullmatch(one) for one in ladder]
    if not ladder or None in found:
        raise ConfigurationError("moderation.ladder is a list of WARNING, SUSPENSION:<days> and BAN")
    return [(one.partition(":")[0], int(one.partition(":")[2] or 0)) for one in ladder]


def _own(settings: ModerationSettings) -> Iterator[Rule]:
    if settings.words:
        yield Rule("words", _words(settings.words))
    if settings.new_account_hours:
        yield Rule("new_account", _new_account(timedelta(hours=settings.new_account_hours)))


def _words(words: Sequence[str]) -> Callable[[Card], str | None]:
    """Return the check for listed words and phrases: whole ones, whatever their case and accents."""
    listed = "|".join(re.escape(folded(one)) for one in sorted(words, key=len, reverse=True))
    pattern = re.compile(rf"(?<!\w)(?:{listed})(?!\w)")

    def check(card: Card) -> str | None:
        found = pattern.search(folded(f"{card.title}\n{card.text}"))
        return f"It says “{found[0]}”." if found else None

    return check


def folded(text: str) -> str:
    """Return a text as words are compared: compatibility forms, no case, no accents, single spaces."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(one for one in plain if not unicodedata.combining(one)).split())


def _new_account(age: timedelta) -> Callable[[Card], str | None]:
    def check(card: Card) -> str | None:
        owner = accounts.user_cards([card.owner_id]).get(card.owner_id)
        if owner is None or owner.member_since is None:
            return None
        return "Its account is new." if running.clock.now() - owner.member_since < age else None

    return check
