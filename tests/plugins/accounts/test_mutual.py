"""What two people show each other."""

from __future__ import annotations

from itertools import permutations

import pytest

from kernel import uuid7
from kernel.testing import count_statements
from plugins.accounts import api
from plugins.accounts.models import User

pytestmark = pytest.mark.plugins("accounts")


@pytest.fixture
def person(app):
    """Open an account with a privacy setting: `person(last_seen="nobody")`."""

    def make(**privacy):
        user_id = api.create_user(name="Somebody", email=f"{uuid7().hex}@example.com")
        User.update(privacy=privacy).where(User.id == user_id).execute()
        return user_id

    return make


@pytest.fixture
def contacts(app, monkeypatch):
    """Let people have contacts: a dict of who counts whom among them."""
    known: dict = {}

    def those(user_id, others):
        return [each for each in others if user_id in known.get(each, ())]

    hooks = {**app.hooks._implementations, "accounts_contacts": (("test", those),)}
    monkeypatch.setattr(app.hooks, "_implementations", hooks)
    return known


def test_who_hides_something_does_not_see_it_of_others(person):
    ada, ben, cleo = person(), person(), person(last_seen="nobody")

    found = api.mutual("last_seen", list(permutations([ada, ben, cleo], 2)))

    assert found == {(ada, ben), (ben, ada)}
    assert (ada, cleo) in api.mutual("photo", [(ada, cleo)])


def test_what_is_for_contacts_is_shared_when_each_shows_it_to_the_other(person, contacts):
    ada, ben, cleo = person(last_seen="contacts"), person(last_seen="contacts"), person()
    contacts[ada] = {ben, cleo}

    assert api.mutual("last_seen", [(ada, ben), (ada, cleo), (cleo, ada)]) == {(ada, cleo), (cleo, ada)}
    contacts[ben] = {ada}
    assert api.mutual("last_seen", [(ada, ben)]) == {(ada, ben)}


def test_everybody_sees_themselves_and_nobody_who_is_gone(person, app):
    ada, gone, hidden, banned = person(last_seen="nobody"), person(), person(), person()
    User.update(deleted_at=User.created_at).where(User.id == gone).execute()
    User.update(deactivated_at=User.created_at).where(User.id == hidden).execute()
    app.auth.set_status(banned, "banned")
    ben = person()

    found = api.mutual("last_seen", [(ada, ada), *((ben, each) for each in (gone, hidden, banned, uuid7()))])

    assert found == {(ada, ada)}


def test_many_pairs_cost_one_statement(person):
    people = [person() for _ in range(8)]

    with count_statements() as counted:
        found = api.mutual("last_seen", list(permutations(people, 2)))

    assert len(found) == 56
    assert counted.count == 1
