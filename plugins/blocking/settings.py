"""What an operator may tune about blocking: section `[blocking]`."""

from __future__ import annotations

from dataclasses import dataclass

from kernel import setting


@dataclass(frozen=True, slots=True)
class BlockingSettings:
    """How far blocking goes."""

    max_blocks: int = setting(1000, help="Most people one account may block.", minimum=1)
