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

from collections.abc import Sequence
from typing import Any, Final

from peewee import SQL, Expression, NodeList, fn

from plugins.search.models import SearchDocument as Doc

LATEST: Final = 500
"""Documents looked through before the index is asked."""

ENOUGH: Final = 50
"""Matches among the latest that make a word a common one."""

RANKED: Final = 200
"""Matches that are ranked at most, the latest ones."""

_EACH: Final = SQL("(SELECT count(*) AS n FROM near) AS few CROSS JOIN LATERAL")


def matches(vector: Any, matched: Any) -> Any:
    """Return the condition that a vector matches a tsquery."""
    return Expression(vector, "@@", matched)


def _near(conditions: Sequence[Any], matched: Any, most: int) -> Any:
    """Return the query of the matches among the latest documents that fulfil the conditions."""
    latest = (
        Doc.select(Doc.id, Doc.vector)
        .where(*conditions)
        .order_by(Doc.published_at.desc(), Doc.id.desc())
        .limit(LATEST)
        .alias("latest")
    )
    return Doc.select(latest.c.id).from_(latest).where(matches(latest.c.vector, matched)).limit(most)


def ranked(conditions: Sequence[Any], matched: Any) -> Any:
    """Return the condition of being one of the matches that are ranked, at most RANKED."""
    near = _near(conditions, matched, RANKED).cte("near", materialized=True)
    # The order is no index's: a walk along one for a word nobody wrote would pass every document.
    far = (
        Doc.select(Doc.id)
        .where(*conditions, matches(Doc.vector, matched), SQL("few.n < %s", (ENOUGH,)))
        .order_by(SQL("published_at + interval '0' DESC"), Doc.id.desc())
        .limit(RANKED)
        .alias("far")
    )
    # PERF: `few` is a row, not an expression: else workers are started for what is then not executed (20 ms).
    rare = Doc.select(far.c.id).from_(NodeList((_EACH, far)))
    return _among(Doc.select(SQL("id")).from_(SQL("near")).union_all(rare).with_cte(near))


def is_common(db: Any, conditions: Sequence[Any], matched: Any) -> bool:
    """Say whether enough of the latest documents match. One statement."""
    return bool(len(list(_near(conditions, matched, ENOUGH).tuples().execute(db))) >= ENOUGH)


def indexed(conditions: Sequence[Any], matched: Any) -> Any:
    """Return the condition of being a match, found by the index of words: for rare ones."""
    return _among(Doc.select(Doc.id).where(*conditions, matches(Doc.vector, matched)))


def _among(ids: Any) -> Any:
    """Return the condition of being one of some ids, which are found first and looked up by key."""
    return Expression(Doc.id, "=", fn.ANY(fn.ARRAY(ids)))
