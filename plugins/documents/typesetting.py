"""Sets one document: JSON on standard input, PDF/A-2u on standard output.

A process of its own (see `typesetter`), so nothing of Stoa is imported here. Text is
shaped (HarfBuzz) and put in order (Unicode bidi) where a script needs it. Fonts are FiraGO
(Latin, Greek, Cyrillic, Arabic, Hebrew, Devanagari, Thai, Georgian) and Noto Sans
Symbols as the package `pymupdf-fonts` has them (SIL Open Font License 1.1), and those of the settings.
"""

from __future__ import annotations

import json
import logging
import os
import resource
import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from xml.sax.saxutils import escape

import pymupdf_fonts
from fontTools.ttLib import TTFont
from fpdf import FPDF
from fpdf.enums import DocumentCompliance, TableBordersLayout, XPos, YPos
from fpdf.fonts import FontFace
from fpdf.prefs import ViewerPreferences

FAMILY: Final = "FiraGO"
FACES: Final = {"": "figo", "B": "figbo"}
MORE: Final = ("symbol1", "symbol2")
"""The last has the box."""
SIZE, SMALL, LARGE, TITLE = 9.5, 8, 12, 20
LINE: Final = 5
MARGIN: Final = 18
INK, PALE, BAR = (30, 30, 30), (110, 110, 110), (70, 110, 160)
SIMPLE: Final = {"LATIN", "GREEK", "CYRILLIC", "DIGIT", "GEORGIAN", "ARMENIAN"}
"""Scripts whose letters stand one after the other, as they are written: these are not shaped."""
COMBINING: Final = "\u0300"
BOX: Final = "\u25a1"
"""What stands for a character that no font has."""
UNPRINTED: Final = dict.fromkeys([*range(10), *range(11, 32), *range(127, 160), *range(0xD800, 0xE000)], "")
XMP: Final = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
  xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/"
  xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
<rdf:Description rdf:about="" xmp:CreatorTool="Stoa" xmp:CreateDate="{at}" xmp:ModifyDate="{at}">
<pdfaid:part>2</pdfaid:part><pdfaid:conformance>U</pdfaid:conformance>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>
<dc:language><rdf:Bag><rdf:li>{language}</rdf:li></rdf:Bag></dc:language>
</rdf:Description></rdf:RDF></x:xmpmeta>"""


class Pages(FPDF):
    """A document with a line at the foot of each page."""

    footer_text = ""

    def footer(self) -> None:
        """Write the footer and the number of the page."""
        self.set_y(-MARGIN + 4)
        self.set_font(FAMILY, size=SMALL)
        self.set_text_color(PALE)
        half = self.epw / 2
        self.cell(half, LINE, self.footer_text)
        self.cell(half, LINE, f"{self.page_no()}", align="R")
        self.set_text_color(INK)


def main() -> None:
    """Read the order, write the document."""
    order = replaced(json.load(sys.stdin.buffer), UNPRINTED)
    limits = order["limits"]
    resource.setrlimit(resource.RLIMIT_CPU, (limits["seconds"], limits["seconds"]))
    if sys.platform == "linux":  # elsewhere a process counts what it never touches
        resource.setrlimit(resource.RLIMIT_AS, (limits["memory"], limits["memory"]))
    os.nice(5)  # requests go first
    logging.disable(logging.WARNING)
    with TemporaryDirectory() as directory:
        sys.stdout.buffer.write(bytes(document(order, Path(directory)).output()))


def document(order: Mapping[str, Any], directory: Path) -> Pages:
    """Return the document, ready to be written."""
    pdf = Pages(format=order["page_format"], enforce_compliance=DocumentCompliance.PDFA_2U)
    describe(pdf, order)
    pdf.alias_nb_pages("")  # else `{nb}` in what people wrote becomes the number of pages
    letters = set("".join(texts(order)))
    missing = load_fonts(pdf, letters, order["fonts"], directory)
    order = replaced(order, dict.fromkeys(map(ord, missing), BOX))
    pdf.set_text_shaping(any(not simple(letter) for letter in letters))
    pdf.footer_text = order["footer"]
    pdf.set_margin(MARGIN)
    pdf.set_auto_page_break(auto=True, margin=MARGIN + 2)
    pdf.set_text_color(INK)
    pdf.set_draw_color(PALE)
    pdf.add_page()
    write(pdf, order["title"], style="B", size=TITLE)
    pdf.ln(3)
    for block in order["blocks"]:
        BLOCKS[block["kind"]](pdf, block)
    return pdf


def describe(pdf: Pages, order: Mapping[str, Any]) -> None:
    """Say in the metadata what it is, of when, in which language; never when it was set."""
    made_at = datetime.fromtimestamp(order["made_at"], UTC)
    pdf.set_title(order["title"])
    pdf.set_lang(order["language"])
    pdf.set_creation_date(made_at)
    # a reader's window bears the title, not the name of the file (PDF/UA-1, 7.1)
    pdf.viewer_preferences = ViewerPreferences(display_doc_title=True)
    told = {name: escape(order[name]) for name in ("title", "author", "language")}
    pdf.set_xmp_metadata(XMP.format(**told, at=made_at.isoformat(timespec="seconds")))


def replaced(value: Any, table: Mapping[int, str]) -> Any:
    """Return a value with characters of its texts replaced."""
    if isinstance(value, str):
        return value.translate(table)
    if isinstance(value, dict):
        return {key: replaced(each, table) for key, each in value.items()}
    return [replaced(each, table) for each in value] if isinstance(value, list) else value


def texts(value: Any) -> Iterable[str]:
    """Yield every text of an order."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts(each)


def simple(letter: str) -> bool:
    """Say whether a letter stands by itself."""
    if letter < COMBINING:
        return True
    return unicodedata.category(letter)[0] in "PSZNC" or unicodedata.name(letter, "?").split()[0] in SIMPLE


def load_fonts(pdf: Pages, letters: set[str], files: Sequence[str], directory: Path) -> set[str]:
    """Load what the letters need and no more (a font takes a twentieth of a second); return what none has."""
    for style, name in FACES.items():
        pdf.add_font(FAMILY, style, unpacked(name, directory))
    missing = letters - covered(directory / "figo.ttf") - {"\n"}
    fallbacks: list[str] = []
    for source in (*files, *MORE):
        path = unpacked(source, directory) if source in MORE else Path(source)
        found = (covered(path) if missing else set()) & missing
        if found or (missing and source == MORE[-1]):
            fallbacks.append(f"more{len(fallbacks)}")
            pdf.add_font(fallbacks[-1], "", path)
            missing -= found
    if fallbacks:
        pdf.set_fallback_fonts(fallbacks, exact_match=False)
    pdf.set_font(FAMILY, size=SIZE)
    return missing


def unpacked(name: str, directory: Path) -> Path:
    """Return the file of a packaged font."""
    path = directory / f"{name}.ttf"
    if not path.exists():
        path.write_bytes(pymupdf_fonts.fontbuffers[name]())
    return path


def covered(path: Path) -> set[str]:
    """Return the characters a font has."""
    with TTFont(path, lazy=True, fontNumber=0) as font:
        return {chr(code) for code in font.getBestCmap()}


def write(pdf: Pages, text: str, *, style: str = "", size: float = SIZE, width: float = 0) -> None:
    """Write a text, and go to the line below it."""
    pdf.set_font(FAMILY, style, size)
    pdf.multi_cell(width, size * 0.5, text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    pdf.set_font(FAMILY, size=SIZE)


def heading(pdf: Pages, block: Mapping[str, Any]) -> None:
    """Write a heading, with some of what follows on the same page."""
    pdf.ln(4)
    if pdf.will_page_break(4 * LINE):
        pdf.add_page()
    write(pdf, block["text"], style="B", size=LARGE)
    pdf.ln(1)


def paragraph(pdf: Pages, block: Mapping[str, Any]) -> None:
    """Write a paragraph."""
    pdf.ln(1)
    write(pdf, block["text"], style="B" if block["mark"] else "", size=LARGE if block["mark"] else SIZE)
    pdf.ln(1)


def facts(pdf: Pages, block: Mapping[str, Any]) -> None:
    """Write labels and values."""
    labels = pdf.epw / 4
    for label, value in block["pairs"]:
        if pdf.will_page_break(LINE):
            pdf.add_page()
        pdf.set_text_color(PALE)
        pdf.cell(labels, LINE, label)
        pdf.set_text_color(INK)
        pdf.multi_cell(pdf.epw - labels, LINE, value, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    pdf.ln(2)


def columns(pdf: Pages, block: Mapping[str, Any]) -> None:
    """Write texts side by side."""
    parts, gap = block["parts"], 6
    width, top, lowest = (pdf.epw - gap * (len(parts) - 1)) / len(parts), pdf.get_y(), pdf.get_y()
    for number, (label, text) in enumerate(parts):
        left = pdf.l_margin + number * (width + gap)
        pdf.set_xy(left, top)
        pdf.set_text_color(PALE)
        pdf.cell(width, LINE, label, new_x=XPos.LEFT, new_y=YPos.NEXT)
        pdf.set_text_color(INK)
        pdf.multi_cell(width, LINE, text, align="L")
        lowest = max(lowest, pdf.get_y() + LINE)
    pdf.set_xy(pdf.l_margin, lowest)
    pdf.ln(2)


def table(pdf: Pages, block: Mapping[str, Any]) -> None:
    """Write a table: its headings on each page, a line below each row, its totals at the end."""
    heads, totals = block["columns"], block["totals"]
    pdf.ln(1)
    with pdf.table(
        col_widths=tuple(each["width"] for each in heads),
        text_align=tuple(each["align"] for each in heads),
        borders_layout=TableBordersLayout.HORIZONTAL_LINES,
        headings_style=FontFace(emphasis="BOLD"),
        line_height=LINE,
        padding=(0.6, 1),
    ) as made:
        made.row([each["title"] for each in heads])
        for row in block["rows"]:
            made.row(
                [" ".join(cell.split("\n")) for cell in row]
            )  # a row that is higher than a page has no place
        for number, (label, value) in enumerate(totals, start=1):
            face = FontFace(emphasis="BOLD") if number == len(totals) else None
            row = made.row(style=face)
            row.cell(label, colspan=len(heads) - 1, align="RIGHT")
            row.cell(value, align="RIGHT")
    if block.get("left"):
        write(pdf, f"… {block['left']}", size=SMALL)
    pdf.ln(2)


def bars(pdf: Pages, block: Mapping[str, Any]) -> None:
    """Draw a chart: a bar for each value, above the line when it is positive."""
    height, values = 36.0, block["values"]
    heading(pdf, {"text": block["title"]})
    if pdf.will_page_break(height + 2 * LINE):
        pdf.add_page()
    highest, lowest = max(0, *values), min(0, *values)
    unit = height / (highest - lowest or 1)
    top, left, width = pdf.get_y(), pdf.l_margin, pdf.epw / max(len(values), 1)
    base = top + highest * unit
    with pdf.local_context(fill_color=BAR):  # a colour that stayed would fill the cells of tables
        for number, value in enumerate(values):
            size, at = abs(value) * unit, left + (number + 0.1) * width
            if value:
                pdf.rect(at, base - size if value > 0 else base, width * 0.8, size, style="F")
    pdf.line(left, base, left + pdf.epw, base)
    pdf.set_font(FAMILY, size=SMALL)
    pdf.set_text_color(PALE)
    pdf.set_xy(left, top - LINE)
    pdf.cell(pdf.epw, LINE, " – ".join(block["texts"]), align="R")
    pdf.set_xy(left, top + height)
    pdf.cell(pdf.epw / 2, LINE, block["ends"][0])
    pdf.cell(pdf.epw / 2, LINE, block["ends"][1], align="R", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    pdf.set_text_color(INK)
    pdf.set_font(FAMILY, size=SIZE)


BLOCKS: Final = {
    "Heading": heading,
    "Paragraph": paragraph,
    "Facts": facts,
    "Columns": columns,
    "Table": table,
    "Bars": bars,
}

if __name__ == "__main__":
    main()
