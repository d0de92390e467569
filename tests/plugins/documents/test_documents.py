"""Documents as readers of PDF see them: text, fonts, metadata, pages."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pypdf
import pypdfium2
import pytest

from kernel import Unavailable
from plugins.documents.api import Bars, Column, Columns, Document, Facts, Heading, Paragraph, Table, typeset

pytestmark = pytest.mark.plugins("documents")

MADE = datetime(2026, 3, 1, 12, tzinfo=UTC)
SCRIPTS = ("Łódź ₹ 5", "Стул", "Καρέκλα", "خشب", "כיסא", "कुर्सी", "เก้าอี้")


def of(*blocks, title="Packing list", **more) -> bytes:
    return typeset(Document(title, list(blocks), MADE, **more))


def read(pdf: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(pdf), strict=True)


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in read(pdf).pages)


def ink(pdf: bytes, page: int = 0) -> int:
    """Return how many dots of a rendered page are not white."""
    image = pypdfium2.PdfDocument(pdf)[page].render(scale=1).to_pil().convert("L")
    return sum(image.histogram()[:200])


def test_every_kind_of_block_is_on_the_page(app):
    pdf = of(
        Heading("Contents"),
        Facts([("Number", "17")]),
        Columns([("From", "Ada\nLisbon"), ("To", "Ben")]),
        Paragraph("Handle with care", mark=True),
        Table(
            [Column("Item", 4), Column("Pieces", 1, "RIGHT")], [["Oak chair", "2"]], [("Total", "2 pieces")]
        ),
        Bars("By day", [1, 0, -3], ("-3", "1"), ("Monday", "Wednesday")),
        footer="Packing list 17",
    )

    text = text_of(pdf)
    for told in (
        "Contents",
        "Number 17",
        "Lisbon",
        "Handle with care",
        "Oak chair 2",
        "Total 2 pieces",
        "Monday",
    ):
        assert told in text
    assert text.endswith("Packing list 17 1")


def test_a_document_says_what_it_is_in_which_language_and_is_an_archive_format(app):
    pdf = read(of(title="Liste <1> & more", language="fr", author="Ada & Sons"))

    about, root = pdf.xmp_metadata, pdf.trailer["/Root"]
    assert about.dc_title == {"x-default": "Liste <1> & more"}
    assert (about.dc_creator, about.dc_language, root["/Lang"]) == (["Ada & Sons"], ["fr"], "fr")
    assert (about.pdfaid_part, about.pdfaid_conformance) == ("2", "U")
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert about.xmp_create_date == MADE.replace(tzinfo=None)


@pytest.mark.parametrize("script", SCRIPTS)
def test_text_of_a_script_is_drawn_with_a_font_that_is_in_the_file_and_can_be_copied(app, script):
    pdf = of(Paragraph(script), title="-")

    fonts = read(pdf).pages[0]["/Resources"]["/Font"].get_object().values()
    inside = [each.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"] for each in fonts]
    drawn = pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_bounded()
    assert all("/FontFile2" in each.get_object() for each in inside)
    assert set(script) - set(" ̀́̂") <= set(drawn) | {" "}
    assert ink(pdf) > ink(of(Paragraph(" "), title="-"))


def test_what_no_font_has_is_a_box_and_not_nothing(app):
    pdf = of(Paragraph("漢字"))

    assert "□□" in text_of(pdf)


def test_characters_that_print_nothing_are_left_out(app):
    pdf = of(Paragraph("a\x00b\x1b[1mc\ud800"))

    assert "ab[1mc" in text_of(pdf)


def test_the_same_document_is_the_same_bytes(app):
    blocks = [Paragraph(" ".join(SCRIPTS)), Table([Column("A")], [[str(n)] for n in range(50)])]

    assert of(*blocks) == of(*blocks)
    assert of(*blocks) != of(*blocks[:1])


def test_a_long_table_repeats_its_headings_and_ends_at_the_bound(make_app):
    make_app("documents", documents={"rows": 120})
    pdf = of(Table([Column("Item"), Column("Pieces")], [[f"Chair {n}", "1"] for n in range(200)]))

    pages = [page.extract_text() for page in read(pdf).pages]
    assert len(pages) > 2
    assert all("Item Pieces" in page for page in pages[:-1])
    assert "Chair 119" in pages[-1]
    assert "… 80" in pages[-1]
    assert "Chair 120" not in "".join(pages)


def test_a_text_without_end_is_cut(app):
    assert len(text_of(of(Paragraph("word " * 100_000)))) < 3_000


def test_a_document_that_takes_too_much_is_refused_and_the_next_one_made(make_app):
    make_app("documents", documents={"seconds": 1, "rows": 1_000_000})
    endless = Table([Column("A"), Column("B")], [["कुर्सी", "x"]] * 50_000)

    with pytest.raises(Unavailable) as caught:
        of(endless)

    assert caught.value.headers["Retry-After"] == "60"
    assert "Oak" in text_of(of(Paragraph("Oak")))


def test_what_people_wrote_means_nothing_to_the_typesetter(app):
    pdf = of(
        Paragraph("All {nb} of **these** __words__"),
        Table([Column("Item", 4)], [["one\n" * 200]]),
        title="{nb} {nb}",
    )

    text = text_of(pdf)
    assert "All {nb} of **these** __words__" in text
    assert text.startswith("{nb} {nb}")
    assert text.count("one") == 200
