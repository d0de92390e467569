"""The people and buildings of the tests of buildings."""

from __future__ import annotations

from tests.plugins.buildings.conftest import attalos, house, person

__all__ = ["attalos", "house", "person"]
