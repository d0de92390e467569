"""What is looked at for a text when there is more than may be looked at."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kernel import ALL, uuid7
from plugins.search import api, candidates
from plugins.search.api import Document, SearchQuery

PLUGINS = ("search",)
NOTES = 60


@pytest.fixture
def notes(app, monkeypatch):
    """Index notes that all say oak, number 0 first; each tenth says walnut too. Bounds are a few rows."""
    monkeypatch.setattr(candidates, "LATEST", 20)
    monkeypatch.setattr(candidates, "RANKED", 12)
    monkeypatch.setattr(candidates, "ENOUGH", 10)
    now = app.clock.now()
    made = [
        Document(
            kind="note",
            id=uuid7(),
            title=f"oak {'walnut ' if n % 10 == 0 else ''}{n}",
            published_at=now + timedelta(seconds=n),
            popularity=NOTES - n,
        )
        for n in range(NOTES)
    ]
    api.index(made)
    return {each.id: number for number, each in enumerate(made)}


def _found(notes, text, **asked):
    """Return the numbers of all notes found, page after page."""
    numbers, cursor = [], None
    while True:
        page = api.find(SearchQuery(text=text, audience={"note": ALL}, cursor=cursor, limit=5, **asked))
        numbers += [notes[hit.id] for hit in page.hits]
        if (cursor := page.next) is None:
            return numbers


def test_of_a_common_word_the_latest_matches_are_ranked_and_all_are_counted(notes):
    page = api.find(SearchQuery(text="oak", audience={"note": ALL}, limit=1, total=True))

    ranked = _found(notes, "oak")

    assert sorted(ranked) == list(range(NOTES - 12, NOTES))
    assert page.total == NOTES


def test_of_a_rare_word_the_oldest_match_is_found_too(notes):
    assert sorted(_found(notes, "walnut")) == [0, 10, 20, 30, 40, 50]


@pytest.mark.parametrize("text", ["oak", "walnut"])
def test_another_order_than_relevance_leaves_nothing_out(notes, text):
    wanted = [n for n in range(NOTES) if text == "oak" or n % 10 == 0]

    assert _found(notes, text, sort="popular") == wanted
    assert _found(notes, text, sort="newest") == wanted[::-1]


def test_a_word_nobody_wrote_finds_nothing_in_any_order(notes):
    assert [_found(notes, "mahogany", sort=each) for each in ("relevance", "newest", "popular")] == [
        [],
        [],
        [],
    ]
