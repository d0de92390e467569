"""A text is cut to the longest beginning that fits."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from plugins.notifications.api import shortened


@given(text=st.text(max_size=60), size=st.integers(0, 80))
def test_what_fits_stays_whole_and_what_does_not_is_cut_as_little_as_can_be(text, size):
    def fits(one):
        return len(one.encode()) <= size

    cut = shortened(text, fits)

    if fits(text):
        assert cut == text
    elif cut:
        kept = cut.removesuffix("…")
        assert fits(cut)
        assert text.startswith(kept)
        assert not fits(text[: len(kept) + 1].rstrip() + "…") or text[len(kept)].isspace()
    else:
        assert not fits("…")


def test_nothing_is_left_where_not_even_the_ellipsis_fits():
    assert shortened("abc", lambda text: len(text) < 1) == ""
    assert shortened("abc", lambda text: len(text) < 2) == "…"
