"""The contract suite holds for a sound plugin, and names what an unsound one breaks."""

from __future__ import annotations

from pathlib import Path

import pytest

from kernel.manifest import read_manifest
from kernel.testing import PluginContract, Sample
from kernel.testing.borders import trespasses
from kernel.testing.contract import expect_none
from kernel.testing.matrix import cases, leaks
from kernel.testing.samples import Marked, Samples, samples_beside


class TestDiary(PluginContract):
    plugin = "diary"

    @pytest.fixture(autouse=True)
    def _installed(self, diary):
        diary()


@pytest.fixture
def leaking(diary, make_app):
    """Return what the matrix finds in a diary that guards its entries by `guard`."""

    def run(guard):
        diary(guard)
        application = make_app("diary")
        samples = samples_beside(Path(__file__))
        return [
            line
            for case in cases(application.registry, "diary", samples)
            for line in leaks(application, case)
        ]

    return run


def test_the_matrix_finds_an_entry_anyone_signed_in_may_read(leaking):
    found = leaking("False")

    assert "GET /v1/diary/{entry_id}: a stranger gets 200 for another's id" in found
    assert "PUT /v1/diary/{entry_id}: a stranger gets 200 for another's id" in found


def test_the_matrix_finds_an_answer_that_tells_a_foreign_id_from_an_unknown_one(leaking):
    found = leaking(
        "found.owner_id != req.principal.id and (_ for _ in ()).throw(__import__('kernel').Forbidden())"
    )

    assert (
        "GET /v1/diary/{entry_id}: a stranger gets 403 for another's id and 404 for an unknown one" in found
    )


def test_the_matrix_says_when_it_proves_nothing(leaking):
    found = leaking("True")

    assert found[0].startswith("GET /v1/diary/{entry_id}: proves nothing, its owner gets 404")


def test_an_endpoint_without_a_sample_or_a_reason_is_named(diary, make_app):
    diary()
    registry = make_app("diary").registry

    with pytest.raises(
        AssertionError, match=r"a reason in UNSCOPED, for GET /diary/\{entry_id\}, PUT /diary"
    ):
        cases(registry, "diary", Samples())
    assert cases(registry, "diary", Samples(unscoped={"/diary/{entry_id}": "everybody's"})) == []


def test_a_failing_check_says_what_to_do_and_names_every_fault():
    with pytest.raises(pytest.fail.Exception) as failed:
        expect_none([f"diary:permission_{number}" for number in range(30)], "name them in README.md")

    lines = str(failed.value).splitlines()
    assert lines[0] == "name them in README.md:"
    assert lines[30] == "  diary:permission_29"


def test_an_import_across_a_border_is_named_with_its_place_and_remedy(tmp_path):
    keys = 'name = "diary"\nversion = "1.0"\nkernel_api = "1.0"\nsummary = "X"\nrequires = ["accounts"]\n'
    (tmp_path / "plugin.toml").write_text(keys)
    (tmp_path / "services.py").write_text(
        "from plugins.accounts.api import exists\n"
        "from plugins.accounts.models import User\n"
        "from plugins.listings import api\n"
    )

    found = trespasses(read_manifest(tmp_path / "plugin.toml", "stoa_diary.plugin"))

    assert found == [
        "services.py:2: imports plugins.accounts.models.User: take it from plugins.accounts.api",
        'services.py:3: imports plugins.listings: write requires = ["listings"] into plugin.toml',
    ]


def test_a_sample_for_a_single_route_comes_before_the_one_for_its_parameters():
    def general(app):
        return Sample({}, None)

    def special(app):
        return Sample({}, None)

    marked = [
        Marked(general, frozenset({"a"}), frozenset()),
        Marked(special, frozenset({"a"}), frozenset({"POST /x/{a}"})),
    ]

    samples = Samples(marked)

    assert samples.of("POST", "/x/{a:uuid}") is special
    assert samples.of("GET", "/x/{a:uuid}") is general
    assert samples.of("GET", "/x/{b}") is None
