"""Which documents are looked at for a text: as many however many there are.

A word of GIN's index is found with all documents that hold it, so what a common
one costs would grow with them, ranking above all: the vector of each is read. So
the latest documents of an audience are looked through first. When enough of them
match, the word is common, and these matches are ranked; else it is rare, and the
index gives all its documents, of which the latest are. The same look at the latest
tells the other sorts whether to walk their order or to sort what the index gives:
the planner cannot know, it takes any beginning of a word for a common one.
"""

from __future__ import annotations

from typing import Final

LATEST: Final = 500
"""Documents looked through before the index is asked."""

ENOUGH: Final = 50
"""Matches among the latest that make a word a common one."""

RANKED: Final = 200
"""Matches that are ranked at most, the latest ones."""


def bounds() -> dict[str, int]:
    """Return the values of the statements made here."""
    return {"latest": LATEST, "enough": ENOUGH, "ranked": RANKED}


def _near(walked: str, matched: str, columns: str, shown: str, most: str) -> str:
    """Return the query of the matches among the latest documents."""
    return f"""SELECT {shown} FROM (
    SELECT {columns}, vector FROM search_document WHERE {walked}
    ORDER BY published_at DESC, id DESC LIMIT %(latest)s) AS latest
WHERE vector @@ {matched} LIMIT %({most})s"""  # noqa: S608 - the caller's constants


def ranked(walked: str, found: str, matched: str, columns: str, shown: str) -> str:
    """Return the query of the matches that are ranked, at most RANKED.

    `walked` and `found` are the same conditions, for an index in the order of time and
    for that of words. `columns` are read of documents, `shown` made of them and of `vector`
    for the matches alone.
    """
    # The order is no index's: a walk along one for a word nobody wrote would pass every document.
    # PERF: `few` is a row, not an expression: else workers are started for what is then not executed (20 ms).
    return f"""WITH near AS MATERIALIZED ({_near(walked, matched, columns, shown, "ranked")})
SELECT near.* FROM near CROSS JOIN (SELECT count(*) AS n FROM near) AS few WHERE few.n >= %(enough)s
UNION ALL
SELECT {shown} FROM (SELECT count(*) AS n FROM near) AS few CROSS JOIN LATERAL (
    SELECT {columns}, vector FROM search_document
    WHERE {found} AND vector @@ {matched} AND few.n < %(enough)s
    ORDER BY published_at + interval '0' DESC, id DESC LIMIT %(ranked)s) AS far"""  # noqa: S608


def commonness(walked: str, matched: str) -> str:
    """Return the statement that says whether enough of the latest documents match."""
    return f"SELECT count(*) >= %(enough)s FROM ({_near(walked, matched, 'id', 'id', 'enough')}) AS near"  # noqa: S608


def indexed(found: str, matched: str) -> str:
    """Return the condition of being a match, found by the index of words: for rare ones."""
    return f"id = ANY(ARRAY(SELECT id FROM search_document WHERE {found} AND vector @@ {matched}))"  # noqa: S608
