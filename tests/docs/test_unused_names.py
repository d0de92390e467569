"""Nothing in the tree is there for nobody."""

from __future__ import annotations

from tests.docs.unused_names import NAMES, unused


def test_every_name_is_used():
    assert list(unused()) == [], "remove it, or say in unused_names.py who uses it"


def test_every_exception_has_its_reason():
    assert [name for name, reason in NAMES.items() if not reason.strip()] == []


def test_a_name_that_nothing_uses_is_found(tmp_path):
    (tmp_path / "kernel").mkdir()
    (tmp_path / "tests").mkdir()
    (tmp_path / "kernel" / "rooms.py").write_text("def swept(): ...\ndef used(): ...\ndef forgotten(): ...\n")
    (tmp_path / "tests" / "test_rooms.py").write_text("from kernel.rooms import used\nused()\n")

    found = list(unused(tmp_path))

    assert found == [
        "kernel/rooms.py:1: function swept is used by nothing",
        "kernel/rooms.py:3: function forgotten is used by nothing",
    ]
