"""The pages show code that runs, and name what there is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from kernel.declarations import Route
from kernel.http.problems import kinds
from tests.kernel.http.conftest import MakeApi

DOCS = Path(__file__).parents[3] / "docs"


def blocks(page: str) -> list[str]:
    return re.findall(r"```python\n(.*?)```", (DOCS / page).read_text(), re.DOTALL)


def test_the_resources_of_the_authors_page_can_be_mounted(make_api: MakeApi) -> None:
    names: dict[str, Any] = {"__name__": "plugins.notes.resources"}
    exec(blocks("plugins/endpoints.md")[0], names)

    api = make_api("/notes", names["Notes"](), Route("/notes/{note_id:uuid}", names["Note"]()))
    document = api.simulate_get("/openapi.json").json

    assert {"notes.NoteOut", "notes.NoteIn", "notes.NoteOutPage"} <= set(document["components"]["schemas"])
    assert document["paths"]["/v1/notes"]["post"]["tags"] == ["notes"]


@pytest.mark.parametrize("page", ["api/conventions.md", "plugins/endpoints.md"])
def test_problem_types_on_a_page_exist(page: str) -> None:
    named = set(re.findall(r"/problems/([a-z-]+)", (DOCS / page).read_text()))
    named |= set(re.findall(r"(?:400|409|422|`)\s*`?([a-z]+(?:-[a-z]+){2,})`", (DOCS / page).read_text()))

    assert named - {"listing-closed"} <= set(kinds())
