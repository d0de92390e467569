"""Folding, deletions and distances."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from plugins.search.words import deletions, distance, folded, stored_deletions, tolerance

WORD = st.text(alphabet="abcdeh", min_size=4, max_size=12)


@st.composite
def misspelt(draw):
    """Return a word and what is left of it after as many typos as its length bears."""
    word = draw(WORD)
    typed = list(word)
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(0, max(len(typed) - 1, 0)))
        match draw(st.sampled_from(["drop", "add", "change", "swap"])):
            case "drop" if len(typed) > 1:
                del typed[at]
            case "add":
                typed.insert(at, draw(st.sampled_from("abcdeh")))
            case "change":
                typed[at] = draw(st.sampled_from("abcdeh"))
            case "swap" if at + 1 < len(typed):
                typed[at : at + 2] = reversed(typed[at : at + 2])
    return word, "".join(typed)


@given(misspelt())
def test_whatever_lies_within_the_tolerance_shares_a_deletion(pair):
    word, typed = pair
    most = tolerance(typed)

    near = distance(typed, word, most) <= most

    assert not near or set(deletions(typed, most)) & set(stored_deletions(word))


@given(WORD, WORD)
def test_distance_is_symmetric_and_zero_for_equals_only(left, right):
    assert distance(left, right, 12) == distance(right, left, 12)
    assert (distance(left, right, 12) == 0) == (left == right)


def test_a_swap_of_neighbours_is_one_typo():
    assert distance("hcair", "chair", 2) == 1
    assert distance("chair", "chairs", 2) == 1
    assert distance("table", "chair", 2) == 3


def test_text_is_compared_without_case_accents_and_ligatures():
    assert folded("Crème BRÛLÉE ﬁn Straße") == "creme brulee fin strasse"
