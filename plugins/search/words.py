"""Words as search compares them, and how far apart two of them are.

Typos are found by symmetric deletion (Garbe's SymSpell, after Mor & Fraenkel,
*A hash code method for detecting and correcting spelling errors*, CACM 1982):
two words within distance d share a string that is left when at most d letters
of each are deleted. So a word is stored with its deletions, an index finds all
candidates of a misspelling exactly, and they are few enough to measure here. No
extension of PostgreSQL is needed.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import combinations
from typing import Final

SHORTEST, LONGEST = 3, 32
COMPARED: Final = 7
"""Letters at the beginning of a word whose deletions are stored: at most 29 strings a word."""

_WORD = re.compile(r"[^\W_]+")
_IDLE_MINUS = re.compile(r'-(?![\w"])|(?<![\s\w])(?<!^)-')
"""A minus that excludes no word and joins none."""


def folded(text: str) -> str:
    """Return text as it is compared: lower case, without accents, compatibility forms unified."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(each for each in decomposed if not unicodedata.combining(each))


def searchable(text: str) -> str:
    """Return a folded text without minus signs that exclude no word.

    Each of a row would negate the next, and PostgreSQL gives up on 32 of them.
    """
    return _IDLE_MINUS.sub(" ", text).strip()


def words(text: str) -> list[str]:
    """Return the words of a folded text, in order."""
    return _WORD.findall(text)


def is_correctable(word: str) -> bool:
    """Say whether a word may be a misspelling: numbers and short words are taken as they are."""
    return tolerance(word) > 0 and word.isalpha()


def tolerance(word: str) -> int:
    """Return how many typos a word of this length may hold: 0 below 4 letters, 1 below 8, then 2."""
    return 0 if len(word) < 4 else 1 if len(word) < 8 else 2  # noqa: PLR2004 - as the docstring says


@lru_cache(maxsize=4096)
def deletions(word: str, most: int) -> tuple[str, ...]:
    """Return what is left of the word's first letters when up to `most` are deleted, itself included."""
    start = word[:COMPARED]
    kept = range(len(start), max(len(start) - most, 1) - 1, -1)
    return tuple(dict.fromkeys("".join(letters) for n in kept for letters in combinations(start, n)))


def stored_deletions(word: str) -> tuple[str, ...]:
    """Return the deletions a known word is stored with: enough for any query within its tolerance."""
    return deletions(word, 2 if len(word) >= 6 else 1)  # noqa: PLR2004 - 8 letters tolerate 2, so from 6 on


def distance(left: str, right: str, most: int) -> int:
    """Return the optimal string alignment distance, or `most + 1` when it is more than `most`.

    Counts insertions, deletions, replacements and swaps of neighbours (Damerau 1964).
    """
    if abs(len(left) - len(right)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, letter in enumerate(left, start=1):
        above, row_above = row, before
        row = [i]
        for j, other in enumerate(right, start=1):
            cost = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == right[j - 2] and left[i - 2] == other:
                cost = min(cost, row_above[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
        before = above
    return min(row[-1], most + 1)
