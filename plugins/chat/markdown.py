"""Markdown as HTML that is safe to show.

The source is kept as it was written and rendered when it is shown, so a rule that
becomes stricter holds for old messages too. CommonMark and strikethrough; HTML
in the source is text. Pictures are not embedded: fetching one would tell a
stranger who reads when. There are no tables: short rows are filled up, and 8 KB
of them make 700 KB. What the renderer makes goes through nh3 (ammonia) besides,
which lets only these elements and addresses through.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import nh3
    from markdown_it import MarkdownIt

HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
BLOCKS: Final = frozenset({"blockquote", "br", "hr", "li", "ol", "p", "pre", "ul"})
ELEMENTS: Final = HEADINGS | BLOCKS | {"a", "code", "em", "s", "strong"}
ATTRIBUTES: Final = {"a": {"href", "title"}, "code": {"class"}, "ol": {"start"}}
SCHEMES: Final = frozenset({"http", "https", "mailto", "tel"})
MOST_BRACKETS: Final = 200
"""Opening brackets in a text whose links are looked for: the search is quadratic in them."""


@cache
def _renderer(*without: str) -> MarkdownIt:
    from markdown_it import MarkdownIt  # noqa: PLC0415 - PERF: 6 MB, for a process that renders

    options = {"html": False, "breaks": True, "maxNesting": 20}
    return MarkdownIt("js-default", options).disable(["image", "table", *without])


@cache
def _cleaner() -> nh3.Cleaner:
    import nh3  # noqa: PLC0415 - as above

    return nh3.Cleaner(
        tags=set(ELEMENTS),
        attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
        url_schemes=set(SCHEMES),
        url_relative="deny",
        link_rel="noopener noreferrer nofollow ugc",
    )


# PERF: a message is shown to many readers; rendering one of 8,000 characters takes milliseconds.
@lru_cache(maxsize=256)
def html(text: str) -> str:
    """Return a markdown text as sanitised HTML."""
    renderer = _renderer() if text.count("[") <= MOST_BRACKETS else _renderer("link", "reference")
    cleaned: str = _cleaner().clean(renderer.render(text))
    return cleaned
