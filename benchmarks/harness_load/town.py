"""The users: accounts in conversations of fifty, signed in; and what they may buy."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

from benchmarks.harness_orders.shop import Shop, opened
from kernel.cli.output import progress

if TYPE_CHECKING:
    from kernel.application import Application

GROUP = 50  # members of a conversation
WATCHED = 10  # others of it whose presence each watches
STEP = 200  # accounts a transaction


@dataclass(frozen=True, slots=True)
class User:
    """Somebody: account, access token, the conversation they are in."""

    id: UUID
    token: str
    conversation: str


@dataclass
class Town:
    """Everybody there is, and the shop; grows."""

    application: Application
    shop: Shop
    categories: list[str]
    users: list[User] = field(default_factory=list)

    def grow(self, many: int) -> None:
        """Let so many users be there in all, whole conversations."""
        with progress("users") as moved:
            while len(self.users) < many:
                for _ in range(STEP // GROUP):
                    self.users += self._group()
                moved(min(len(self.users), many), many)
        # Autovacuum does this within a minute of a beginning; until then plans are made without figures.
        self.application.db.execute_sql("VACUUM (ANALYZE)")
        self.application.db.release()

    def watched(self, place: int) -> list[str]:
        """Return the accounts that user number `place` watches: the next of the conversation."""
        first, at = place - place % GROUP, place % GROUP
        return [str(self.users[first + (at + step) % GROUP].id) for step in range(1, WATCHED + 1)]

    def _group(self) -> list[User]:
        from kernel.testing.client import Client  # noqa: PLC0415 - the application is booted by now
        from plugins.accounts import api as accounts  # noqa: PLC0415

        number, auth = len(self.users), self.application.auth
        with self.application.db.atomic():
            ids = [
                accounts.create_user(name=f"User {each}", email=f"user{each}@example.com", verified=True)
                for each in range(number, number + GROUP)
            ]
        for each in ids:
            auth.set_status(each, "active")
        tokens = [auth.open_session(each, "benchmark", "127.0.0.1").access_token for each in ids]
        owner = Client(self.application).with_token(tokens[0], ids[0])
        others = [str(each) for each in ids[1:]]
        asked = {"kind": "group", "title": f"Corner {number // GROUP}", "members": others}
        answer = owner.post("/v1/conversations", asked)
        assert answer.status == 201, answer.text
        return [User(each, token, answer.json["id"]) for each, token in zip(ids, tokens, strict=True)]


def founded(application: Application) -> Town:
    """Open the shop and let its goods be found; nobody lives there yet."""
    from plugins.search.reindexing import reindex  # noqa: PLC0415 - the application is booted by now

    shop = opened(application)
    reindex(["listing"], lambda *_: None)
    rows = application.db.rows(
        "SELECT category_id FROM listings_listing GROUP BY category_id ORDER BY count(*) DESC LIMIT 20"
    )
    application.db.release()
    return Town(application, shop, [str(each) for (each,) in rows])
