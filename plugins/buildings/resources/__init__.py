"""The HTTP surface of buildings: parse, call, respond."""

from __future__ import annotations

from typing import Final

from plugins.buildings.resources.buildings import BUILDINGS
from plugins.buildings.resources.joining import JOINING
from plugins.buildings.resources.members import MEMBERS
from plugins.buildings.resources.units import UNITS

ROUTES: Final = (*BUILDINGS, *UNITS, *MEMBERS, *JOINING)
