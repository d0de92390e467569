"""The Markdown pages of docs/, taken apart: fenced blocks, headings, links."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
TUTORIAL = sorted((DOCS / "tutorial").glob("[0-9]-*.md"))

_FENCE = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_TITLE = re.compile(r'title="([^"]+)"')
_MARKED = re.compile(r'hl_lines="([^"]+)"')


@dataclass(frozen=True)
class Block:
    """One fenced block: its language, the file it is (or ""), the marked lines, the text."""

    page: Path
    language: str
    file: str
    marked: str
    text: str


def blocks(page: Path) -> Iterator[Block]:
    """Yield the fenced blocks of a page."""
    for language, options, text in _FENCE.findall(page.read_text(encoding="utf-8")):
        title, marked = _TITLE.search(options), _MARKED.search(options)
        yield Block(page, language, title[1] if title else "", marked[1] if marked else "", text)


def commands(page: Path) -> list[str]:
    """Return what a page tells to type: the lines after `$ ` of its console blocks."""
    return [
        line.removeprefix("$ ")
        for block in blocks(page)
        if block.language == "console"
        for line in block.text.splitlines()
        if line.startswith("$ ")
    ]


def assembled(pages: list[Path]) -> dict[str, str]:
    """Return the files of the tutorial after these pages, by path: later blocks replace earlier."""
    return {block.file: block.text for page in pages for block in blocks(page) if block.file}


def write_out(files: dict[str, str], home: Path) -> None:
    """Write files below a directory."""
    for name, text in files.items():
        target = home / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


def new_lines(before: str, after: str) -> str:
    """Return the numbers of the lines that are new in `after`, as `hl_lines` has them."""
    old, new = before.splitlines(), after.splitlines()
    changed: list[int] = []
    for tag, _, _, start, end in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag in ("insert", "replace"):
            changed += [line + 1 for line in range(start, end) if new[line].strip()]
    runs: list[list[int]] = []
    for line in changed:
        if runs and not any(new[between - 1].strip() for between in range(runs[-1][-1] + 1, line)):
            runs[-1].append(line)
        else:
            runs.append([line])
    return " ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)
