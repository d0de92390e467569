"""The table of blocks."""

from __future__ import annotations

from typing import Final

import peewee

from kernel import Model


class Block(Model):
    """`blocker_id` does not want to have to do with `blocked_id`; its effect is on both."""

    blocker_id = peewee.UUIDField()
    blocked_id = peewee.UUIDField()

    class Meta:
        table_name = "blocking_block"
        constraints = (peewee.Check("blocker_id <> blocked_id", name="blocking_block_of_another"),)


Block.add_index(
    Block.index(Block.blocker_id, Block.blocked_id, unique=True, name="blocking_block_pair"),
)
Block.add_index(Block.index(Block.blocker_id, Block.id, name="blocking_block_list"))
Block.add_index(Block.index(Block.blocked_id, Block.blocker_id, name="blocking_block_blocked"))

MODELS: Final = (Block,)
