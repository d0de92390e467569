"""The tutorial's blocks are the files of docs/examples/stoa-loyalty, and run page by page."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from tests.docs.pages import DOCS, ROOT, TUTORIAL, Block, assembled, blocks, new_lines, write_out

EXAMPLE = DOCS / "examples" / "stoa-loyalty"
WITH_TESTS = [page for page in TUTORIAL if "tests/" in "".join(block.file for block in blocks(page))]


def file_blocks():
    return [block for page in TUTORIAL for block in blocks(page) if block.file]


def example_files():
    kept = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "."],
        cwd=EXAMPLE, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return {name: (EXAMPLE / name).read_text() for name in kept.stdout.split() if (EXAMPLE / name).exists()}


def test_the_blocks_put_together_are_the_example():
    wanted = assembled(TUTORIAL)

    assert example_files() == wanted


def test_a_block_marks_the_lines_that_are_new():
    seen: dict[str, Block] = {}
    wrong = []
    for block in file_blocks():
        before = seen.get(block.file)
        new = new_lines(before.text, block.text) if before and block.language != "markdown" else ""
        if block.marked != new:
            wrong.append(f'{block.page.name}: {block.file}: hl_lines="{new}"')
        seen[block.file] = block

    assert wrong == []


def test_a_file_changes_only_where_a_page_says_so():
    repeated = [
        (block.page.name, block.file)
        for page in TUTORIAL
        for block in blocks(page)
        if block.file and [one.file for one in blocks(page)].count(block.file) > 1
    ]

    assert repeated == [], "a page shows a file once"


@pytest.mark.parametrize("page", WITH_TESTS, ids=lambda page: page.stem)
def test_what_stands_after_a_page_passes_its_tests(page, tmp_path):
    home = tmp_path / "stoa-loyalty"
    write_out(assembled(TUTORIAL[: TUTORIAL.index(page) + 1]), home)
    register(home)

    done = run_pytest(home)

    assert done.returncode == 0, done.stdout
    assert int(re.search(r"(\d+) passed", done.stdout)[1]) >= 2
    assert "skipped" not in done.stdout


def register(home):
    """Give the package the metadata an editable installation would give it."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", "from setuptools import setup; setup()", "-q", "egg_info"],
        cwd=home, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def run_pytest(home):
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("STOA_", "PYTEST_"))}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=home,
        env={**environ, "PYTHONPATH": f"{home}{os.pathsep}{ROOT}"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
