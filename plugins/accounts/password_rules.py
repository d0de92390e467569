"""Which passwords are taken (NIST SP 800-63B, 5.1.1.2).

At least 8 and at most 128 characters after NFKC, any character, no composition
rules; refused are the commonly used ones (those of eight characters and more of
zxcvbn's list of 30,000, MIT licence, in `common_passwords.txt`) and what an
attacker would try first: the person's own address, name or the product's name.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from kernel import invalid

MIN_LENGTH = 8
MAX_LENGTH = 128


@cache
def common_passwords() -> frozenset[str]:
    """Return the refused passwords, case-folded; read at the first use."""
    return frozenset(files(__package__).joinpath("common_passwords.txt").read_text("utf-8").splitlines())


def normal_password(password: str) -> str:
    """Return the password as it is hashed: NFKC, so every keyboard spells it alike."""
    return unicodedata.normalize("NFKC", password)


def acceptable(password: str, personal: Iterable[str] = (), pointer: str = "/password") -> str:
    """Return the normal form of a new password; raise Invalid at `pointer` with the reason."""
    normal = normal_password(password)
    if not MIN_LENGTH <= len(normal) <= MAX_LENGTH:
        raise invalid(pointer, f"Use {MIN_LENGTH} to {MAX_LENGTH} characters.")
    folded = normal.casefold()
    if folded in common_passwords() or len(set(folded)) == 1:
        raise invalid(pointer, "This password is among the first ones tried: choose a less common one.")
    if folded in {word.casefold() for word in personal if word}:
        raise invalid(pointer, "Your address, your name or the product's name is no password.")
    return normal
