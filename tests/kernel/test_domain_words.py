"""The kernel knows no word of any product: neither in code nor in examples."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
KERNEL = ROOT / "kernel"
READ = {".py", ".toml", ".md", ".html", ".js", ".css", ".j2", ".tmpl"}

# Singulars of what products speak of. Left out are words that have a plainer sense in the kernel too:
# order (of sorting), message (of an error, on a socket), call, channel, group, offer, service, support,
# importer (of a module), refund (of a rate limit), resident (memory), review (of who may hear what).
WORDS = """
    apartment auction auctioneer basket bid bidder booking building buyer carrier cart catalog category chat
    checkout commission condominium conversation coupon courier customer dashboard escrow freelancer
    inventory invoice landlord listing marketplace merchant milestone moderation moderator payment payout
    pricing product promotion proposal purchase reel retailer seller shipment shipping shop sku stock
    storefront story vendor voucher wallet wholesaler workspace
""".split()  # noqa: SIM905 - read as a paragraph

ALLOWED = {
    ("kernel/storage/pool.py", "checkout"): "taking a connection out of a pool, as pools say",
    ("kernel/cli/bench_programs.py", "checkout"): "a checkout of the repository",
    ("kernel/cli/commands/bench.py", "checkout"): "a checkout of the repository",
    ("kernel/cli/bootstrap.py", "building"): "what pip prints while it builds a wheel",
}

# Plugins whose names are words of every program, or of the kernel's own rooms.
ORDINARY = {
    *("accounts", "admin", "ai", "blocking", "calls", "documents", "growth", "jobs", "media"),
    *("notifications", "orders", "presence", "reviews", "search", "subscriptions", "support"),
    *("verification", "webhooks", "welcome"),
}


def plural(word: str) -> str:
    return f"{word[:-1]}ies" if word.endswith("y") else f"{word}s"


def words() -> set[str]:
    plugins = {place.name for place in (ROOT / "plugins").iterdir() if (place / "plugin.toml").exists()}
    return {*WORDS, *map(plural, WORDS), *(plugins - ORDINARY)}


def found(text: str, searched: set[str]) -> Iterator[str]:
    """Yield the words of a text, parts of identifiers (`seller_id`, `SellerPage`) too."""
    for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+", text):
        if word.lower() in searched:
            yield word.lower()


def files() -> list[Path]:
    return sorted(path for path in KERNEL.rglob("*") if path.suffix in READ)


def singular(word: str) -> str:
    return next((one for one in WORDS if word in {one, plural(one)}), word)


def test_no_file_of_the_kernel_uses_a_word_of_a_product():
    searched = words()

    faults = [
        f"{path.relative_to(ROOT)}:{number}: {word}"
        for path in files()
        for number, line in enumerate(path.read_text().splitlines(), 1)
        for word in found(line, searched)
        if (str(path.relative_to(ROOT)), singular(word)) not in ALLOWED
    ]

    assert faults == [], "use a neutral example: note, author, tenant, label"


def test_no_exception_outlives_its_reason():
    used = {
        (str(path.relative_to(ROOT)), singular(word))
        for path in files()
        for word in found(path.read_text(), words())
    }

    assert set(ALLOWED) <= used


@pytest.mark.parametrize("text", ["a seller", "seller_id", "SellerPage", "`listings:publish`", "CATEGORIES"])
def test_words_are_found_wherever_they_hide(text):
    assert list(found(text, words()))


@pytest.mark.parametrize("text", ["reordered", "bidirectional", "storage", "previewed"])
def test_parts_of_other_words_are_none(text):
    assert not list(found(text, words()))
