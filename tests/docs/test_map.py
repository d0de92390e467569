"""docs/map.md has one sentence for every directory, and none for what is not there."""

from __future__ import annotations

import re
import subprocess
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

from kernel.discovery import discover
from tests.docs.pages import DOCS, ROOT

ROW = re.compile(r"^\| `([^`]+)` \| (.+) \|$", re.MULTILINE)


def directories() -> set[str]:
    """Return every directory that holds a file of the project, and their parents."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    files = [PurePosixPath(line) for line in listed.stdout.splitlines() if (ROOT / line).exists()]
    found = {str(parent) for file in files for parent in file.parents} - {"."}
    # A directory with nothing but directories needs no sentence: those below have one.
    return {one for one in found if any(str(file.parent) == one for file in files)}


def described() -> dict[str, str]:
    return dict(ROW.findall((DOCS / "map.md").read_text(encoding="utf-8")))


def test_every_directory_has_its_sentence():
    patterns = described()

    missing = [one for one in sorted(directories()) if not any(fnmatch(one, pattern) for pattern in patterns)]

    assert missing == [], "say in docs/map.md what these are for"


def test_every_sentence_is_about_a_directory():
    found = directories() | {str(Path(one).parent) for one in directories()}

    gone = [pattern for pattern in described() if not any(fnmatch(one, pattern) for one in found)]

    assert gone == []


def test_a_plugin_is_described_by_its_manifest():
    sentences = described()
    in_tree = [one for one in discover().found.values() if not one.distribution]

    other = {
        place: one.summary
        for one in in_tree
        if sentences.get(place := str(one.directory.relative_to(ROOT))) != f"{one.summary}."
    }

    assert other == {}
