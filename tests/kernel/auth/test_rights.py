"""Each change of what somebody may do is counted once it is committed: events say what came before them."""

from __future__ import annotations

import pytest

from kernel.auth.rights import read_rights

CHANGES = {
    "role": lambda auth, user: auth.ungrant(user, "inspector"),
    "API key": lambda auth, user: auth.api_keys.revoke(auth.api_keys.page(user).items[0].id),
    "signing key": lambda auth, user: auth.signing_keys.revoke(auth.signing_keys.signing().kid),
    "session": lambda auth, user: auth.revoke_session(auth.sessions(user)[0].id),
    "all sessions": lambda auth, user: auth.revoke_all(user),
    "ban": lambda auth, user: auth.set_status(user, "banned"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_whoever_is_answered_after_a_change_finds_it_counted(auth, user, db, what):
    auth.open_session(user, "Pixel 9", "203.0.113.4")
    auth.grant(user, "inspector")
    auth.api_keys.create(user, "a machine")
    before = read_rights(db)

    CHANGES[what](auth, user)

    assert read_rights(db) == before + 1


def test_a_transaction_counts_once_after_its_commit_and_not_without_one(auth, user, db):
    before = read_rights(db)

    with db.atomic() as transaction:
        auth.grant(user, "inspector")
        transaction.rollback()
    rolled_back = read_rights(db)
    with db.atomic():
        with db.atomic() as inner:
            auth.grant(user, "inspector")
            inner.rollback()
        auth.grant(user, "keeper", "shop:1")
        auth.ungrant(user, "keeper", "shop:1")
        uncommitted = read_rights(db)

    assert (rolled_back, uncommitted, read_rights(db)) == (before, before, before + 1)
