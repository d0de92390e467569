"""The tables the migration makes are the models'."""

from __future__ import annotations

from kernel.auth import MODELS
from kernel.storage.autogenerate import drift


def test_models_and_migration_agree(db):
    assert drift(db, MODELS) == []
