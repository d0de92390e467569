"""Groups and channels: roles, coming and going, links, bans, rules."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from kernel import uuid7
from plugins.chat import api
from plugins.chat.services.personal import erase

PLUGINS = ("chat",)


def at(conversation, step=""):
    return f"/v1/conversations/{conversation}{'/' if step else ''}{step}"


def roles(who, conversation):
    return {each["user_id"]: each["role"] for each in who.snapshot(conversation)["members"]}


def events(who, conversation):
    return [each["payload"]["event"] for each in who.sees(conversation) if each["type"] == "system"]


def test_a_pair_has_one_conversation_whoever_opens_it(ada, ben):
    assert ada.direct(ben) == ben.direct(ada) == ada.direct(ben)


def test_nobody_converses_with_themselves_or_with_nobody(ada):
    for other in (ada.id, uuid7()):
        answer = ada.client.post("/v1/conversations/direct", {"user_id": str(other)})
        assert (answer.status, list(answer.faults)) == (422, ["/user_id"])


def test_the_list_shows_the_latest_first_with_names_and_last_words(ada, ben, cleo):
    group = ada.group(ben, cleo, title="Trip")
    direct = ben.direct(ada)
    ben.say(direct, "Hi")
    cleo.say(group, "Hello all")

    items = ada.client.get("/v1/conversations").json["items"]
    first = ada.client.get("/v1/conversations", query={"limit": 1}).json
    second = ada.client.get("/v1/conversations", query={"limit": 1, "cursor": first["next"]}).json

    assert [each["id"] for each in items] == [group, direct]
    assert [each["id"] for each in (*first["items"], *second["items"])] == [group, direct]
    assert (items[0]["title"], items[0]["last_message"]["text"]) == ("Trip", "Hello all")
    assert items[0]["last_sender"]["name"] == "Cleo Marchetti"
    assert items[1]["peer"]["name"] == "Ben Okafor"
    assert [each["me"]["unread"] for each in items] == [1, 1]


def test_the_list_can_be_narrowed_and_each_keeps_it_as_they_like(ada, ben, client):
    there, other = ada.direct(ben), ada.group(ben)

    ada.client.patch(at(there, "me"), {"archived": True, "pinned": True})

    listed = lambda who, **q: [e["id"] for e in who.client.get("/v1/conversations", query=q).json["items"]]  # noqa: E731
    assert listed(ada, archived=True) == listed(ada, pinned=True) == listed(ada, kind="direct") == [there]
    assert listed(ada, archived=False) == [other]
    assert listed(ben, archived=True) == []


def test_a_repeated_request_opens_one_group(ada, ben):
    key = str(uuid7())
    body = {"id": key, "kind": "group", "title": "Trip", "members": [str(ben.id)]}

    answers = [ada.client.post("/v1/conversations", body) for _ in range(2)]
    foreign = ben.client.post("/v1/conversations", body)

    assert [(each.status, each.json["id"]) for each in answers] == [(201, key)] * 2
    assert (foreign.status, list(foreign.faults)) == (422, ["/id"])
    assert len(ada.client.get("/v1/conversations").json["items"]) == 1


def test_a_group_has_a_picture_of_who_set_it_for_everybody(ada, ben, picture, app):
    group = ada.group(ben)
    mine = [picture(ada.id, visibility="public") for _ in range(2)]
    refused = [picture(ada.id), picture(ben.id, visibility="public"), uuid7()]

    statuses = [ada.client.patch(at(group), {"avatar_id": str(each)}).status for each in (*mine, *refused)]

    assert statuses == [200, 200, 422, 422, 422]
    assert ben.snapshot(group)["avatar_id"] == str(mine[1])
    assert app.db.rows("SELECT medium_id FROM media_attachment") == [(mine[1],)]


def test_people_are_added_by_admins_and_told(ada, ben, cleo):
    group = ada.group(ben)

    refused = ben.client.post(at(group, "members"), {"user_ids": [str(cleo.id)]})
    added = ada.client.post(at(group, "members"), {"user_ids": [str(cleo.id), str(ben.id)]})

    assert (refused.status, refused.problem) == (403, "role-too-low")
    assert added.json["added"] == [str(cleo.id)]
    assert roles(cleo, group)[str(cleo.id)] == "member"
    assert events(ben, group) == ["joined"]
    assert cleo.unread(group) == 0


def test_who_may_post_add_and_rename_is_the_groups_to_say(ada, ben, cleo):
    group = ada.group(ben, post_role="admin", add_role="member", info_role="member")

    post = ben.client.post(at(group, "messages"), {"text": "x"})
    add = ben.client.post(at(group, "members"), {"user_ids": [str(cleo.id)]})
    rename = ben.client.patch(at(group), {"title": "Ours"})
    rule = ben.client.patch(at(group), {"post_role": "member"})

    assert (post.status, add.status, rename.status, rule.status) == (403, 200, 200, 403)
    assert cleo.snapshot(group)["title"] == "Ours"
    assert ada.client.patch(at(group), {"post_role": "member"}).status == 200
    assert ben.say(group)["text"] == "Hello"


def test_a_change_under_an_old_tag_is_refused(ada):
    group = ada.group()
    tag = f'"{ada.snapshot(group)["version"]}"'

    answers = [
        ada.client.patch(at(group), {"title": title}, headers={"If-Match": tag}).status for title in "AB"
    ]

    assert answers == [200, 412]


def test_a_role_is_given_from_above(ada, ben, cleo):
    group = ada.group(ben, cleo)
    member = at(group, f"members/{cleo.id}")

    ada.client.patch(at(group, f"members/{ben.id}"), {"role": "moderator"})
    up = ben.client.patch(member, {"role": "moderator"})
    ada.client.patch(at(group, f"members/{ben.id}"), {"role": "admin"})
    given = ben.client.patch(member, {"role": "moderator"})
    owner = ben.client.patch(at(group, f"members/{ada.id}"), {"role": "member"})

    assert (up.status, given.status, owner.status) == (403, 204, 403)
    assert roles(cleo, group)[str(cleo.id)] == "moderator"


def test_an_owner_passes_the_group_on_before_leaving(ada, ben, cleo):
    group = ada.group(ben, cleo)
    leave = at(group, f"members/{ada.id}")

    refused = ada.client.delete(leave)
    ben_cannot = ben.client.put(at(group, "owner"), {"user_id": str(ben.id)})
    passed = ada.client.put(at(group, "owner"), {"user_id": str(ben.id)})
    left = ada.client.delete(leave)

    assert (refused.problem, ben_cannot.status, passed.status, left.status) == ("owner-stays", 403, 204, 204)
    assert roles(ben, group) == {str(ben.id): "owner", str(cleo.id): "member"}
    assert ada.client.get(at(group)).status == 404


def test_who_leaves_last_closes_the_group(ada, client, app):
    group = ada.group()

    assert ada.client.delete(at(group, f"members/{ada.id}")).status == 204

    assert app.db.rows("SELECT closed_at IS NOT NULL FROM chat_conversation") == [(True,)]


def test_who_is_removed_may_return_and_who_is_banned_may_not(ada, ben):
    group = ada.group(ben)
    token = ada.client.post(at(group, "invites"), {}).json["token"]
    come = lambda: ben.client.post(f"/v1/chat/invites/{token}").status  # noqa: E731

    assert ada.client.delete(at(group, f"members/{ben.id}")).status == 204
    assert ben.client.get(at(group)).status == 404
    assert come() == 200
    assert ada.client.post(at(group, "bans"), {"user_id": str(ben.id), "reason": "rude"}).status == 204
    assert ben.client.get(at(group)).status == 404
    assert come() == 403
    assert ada.client.post(at(group, "bans"), {"user_id": str(uuid7())}).status == 422
    [banned] = ada.client.get(at(group, "bans")).json["items"]
    assert (banned["user"]["name"], banned["reason"]) == ("Ben Okafor", "rude")
    assert ada.client.delete(at(group, f"bans/{ben.id}")).status == 204
    assert come() == 200


def test_a_link_ends_with_its_time_its_uses_or_its_maker(ada, ben, cleo, person, clock, client):
    group = ada.group()
    make = lambda **given: ada.client.post(at(group, "invites"), given).json  # noqa: E731
    once, short, revoked = make(max_uses=1), make(expires_at=str(clock.now() + timedelta(minutes=5))), make()
    ada.client.delete(at(group, f"invites/{revoked['id']}"))

    assert ben.client.get(f"/v1/chat/invites/{once['token']}").json["title"] == "Garden"
    assert [ben.client.post(f"/v1/chat/invites/{once['token']}").status for _ in range(2)] == [200, 200]
    assert cleo.client.post(f"/v1/chat/invites/{once['token']}").status == 410
    assert cleo.client.post(f"/v1/chat/invites/{revoked['token']}").status == 410
    clock.advance(timedelta(minutes=6))
    assert client.as_user(cleo.id).post(f"/v1/chat/invites/{short['token']}").status == 410
    assert client.as_user(cleo.id).post("/v1/chat/invites/unknown").status == 404


def test_pins_are_for_moderators_and_everybody_sees_them(ada, ben):
    group = ada.group(ben)
    said = ben.say(group)

    assert ben.client.put(f"/v1/messages/{said['id']}/pin").status == 403
    assert [ada.client.put(f"/v1/messages/{said['id']}/pin").status for _ in range(2)] == [204, 204]
    assert [each["message_id"] for each in ben.snapshot(group)["pins"]] == [said["id"]]
    assert ada.client.delete(f"/v1/messages/{said['id']}/pin").status == 204
    assert ben.snapshot(group)["pins"] == []


@pytest.mark.settings(chat={"group_members": 3})
def test_a_group_holds_so_many(ada, ben, cleo, person):
    group = ada.group(ben, cleo)

    answer = ada.client.post(at(group, "members"), {"user_ids": [str(person("Dora").id)]})

    assert (answer.status, answer.problem) == (409, "group-full")
    assert len(roles(ada, group)) == ada.snapshot(group)["member_count"] == 3


def test_in_a_channel_admins_post_and_subscribers_read(ada, ben, cleo):
    channel = ada.channel()

    assert ben.client.post(at(channel, "join")).status == 200
    said = ada.say(channel, "News")

    assert [each["text"] for each in ben.sees(channel)] == ["News"]
    assert ben.client.post(at(channel, "messages"), {"text": "x"}).status == 403
    assert ben.client.get(at(channel, "members")).status == 403
    assert ben.snapshot(channel)["members"] == []
    assert cleo.client.get(f"/v1/messages/{said['id']}").status == 404
    assert ben.unread(channel) == 1


def test_a_private_channel_is_unknown_to_strangers(ada, ben):
    channel = ada.channel(public=False)

    assert ben.client.post(at(channel, "join")).status == 404


def test_a_post_to_a_channel_writes_the_same_rows_however_many_follow(ada, app, work):
    def rows_of_a_post():
        counted = "SELECT sum(n_tup_ins + n_tup_upd) FROM pg_stat_xact_user_tables"
        with app.db.atomic():
            [(before,)] = app.db.rows(counted)
            api_send(ada, channel)
            [(after,)] = app.db.rows(counted)
            return after - before

    channel = ada.channel()
    few = rows_of_a_post()
    app.db.execute_sql(
        """
        INSERT INTO chat_member (conversation_id, user_id, role, joined_at, delivered_seq, read_seq,
            read_ordinal, cleared_seq, archived)
        SELECT %s, gen_random_uuid(), 'member', now(), 0, 0, 0, 0, false FROM generate_series(1, 5000)
        """,
        (channel,),
    )
    app.db.execute_sql("UPDATE chat_conversation SET member_count = 5001")
    many = rows_of_a_post()

    assert few == many
    before = app.db.rows("SELECT count(*) FROM notifications_message")
    work()
    assert app.db.rows("SELECT count(*) FROM notifications_message") == before


def api_send(who, conversation):
    from plugins.chat.schemas.requests import MessageIn  # noqa: PLC0415
    from plugins.chat.services import sending  # noqa: PLC0415

    return sending.send(who.principal, UUID(conversation), MessageIn().load({"text": "Post"}))


def test_the_badge_is_the_operators_to_give(ada, ben, person):
    channel = ada.channel()
    keeper = person("Kim", "chat_moderator")

    assert ada.client.put(at(channel, "verified"), {"verified": True}).status == 403
    assert keeper.client.put(at(channel, "verified"), {"verified": True}).status == 204
    assert ada.snapshot(channel)["verified"] is True


def test_a_closed_group_is_read_and_not_written(ada, ben):
    group = ada.group(ben)
    said = ben.say(group)

    assert ben.client.delete(at(group)).status == 403
    assert ada.client.delete(at(group)).status == 204

    refused = [
        ben.client.post(at(group, "messages"), {"text": "x"}),
        ben.client.patch(f"/v1/messages/{said['id']}", {"text": "x"}),
        ben.client.put(f"/v1/messages/{said['id']}/reactions", {"emoji": "x"}),
        ada.client.post(at(group, "invites"), {}),
    ]
    assert {each.problem for each in refused} == {"conversation-closed"}
    assert [each["text"] for each in ben.sees(group)] == ["Hello"]


def test_moderators_delete_what_others_wrote_and_people_who_look_after_chat_anything(ada, ben, cleo, person):
    group = ada.group(ben, cleo)
    first, second = ben.say(group), ben.say(group)
    keeper = person("Kim", "chat_moderator")

    assert cleo.client.delete(f"/v1/messages/{first['id']}").status == 403
    assert ada.client.delete(f"/v1/messages/{first['id']}").status == 204
    assert keeper.client.get(f"/v1/messages/{second['id']}").status == 404
    assert keeper.client.delete(f"/v1/messages/{second['id']}").status == 204
    assert all(each["deleted_at"] for each in cleo.sees(group))


def test_a_plugin_attaches_a_room_to_a_thing(ada, ben, cleo, app):
    ref = f"order:{uuid7()}"

    made = api.room_for(ref, [ada.id, ben.id], title="Order 7")
    again = api.room_for(ref, [cleo.id])
    api.note(made, {"event": "order_paid"})

    assert made == again == api.room_of(ref)
    assert (ada.snapshot(made)["ref"], ada.snapshot(made)["kind"]) == (ref, "attached")
    assert events(cleo, made) == ["joined", "order_paid"]
    assert ada.client.post(at(made, "members"), {"user_ids": [str(ben.id)]}).status == 403
    assert ada.client.delete(at(made, f"members/{ada.id}")).status == 403
    api.close(made)
    assert ada.client.post(at(made, "messages"), {"text": "x"}).problem == "conversation-closed"
    api.reopen(made)
    ada.say(str(made))
    assert api.remove_member(made, cleo.id)
    assert cleo.client.get(at(made)).status == 404


def test_the_absent_are_notified_unless_muted_and_the_mentioned_always(ada, ben, cleo, clock, work):
    group = ada.group(ben, cleo, title="Trip")
    cleo.client.patch(at(group, "me"), {"muted_until": str(clock.now() + timedelta(days=1))})
    told = lambda who: [  # noqa: E731
        (each["type"], each["title"]) for each in who.client.get("/v1/notifications").json["items"]
    ]

    ada.say(group, "Packed?")
    work()
    assert (told(ben), told(cleo), told(ada)) == (
        [("chat.message", "Ada Lindqvist wrote in “Trip”")],
        [],
        [],
    )

    ada.say(group, "Cleo?", mentions=[str(cleo.id)])
    work()
    assert told(cleo) == [("chat.mention", "Ada Lindqvist mentioned you in “Trip”")]


def test_an_erased_person_leaves_tombstones_and_an_heir(ada, ben, cleo, app, picture):
    group = ada.group(ben, cleo)
    ada.client.patch(at(group, f"members/{cleo.id}"), {"role": "admin"})
    ada.say(group, "Mine", type="image", media_ids=[str(picture(ada.id))])
    said = ben.say(group, "His")
    for who in (ada, cleo):
        who.client.put(f"/v1/messages/{said['id']}/reactions", {"emoji": "👍"})
    direct = ben.direct(ada)
    ada.say(direct, "Between us")

    for _ in range(2):
        with app.db.atomic():
            erase(ada.id)

    assert roles(ben, group) == {str(ben.id): "member", str(cleo.id): "owner"}
    texts = [each["text"] for each in ben.sees(group) if each["type"] != "system"]
    assert (texts, ben.sees(direct)[0]["text"]) == (["", "His"], "")
    assert ben.client.get(f"/v1/messages/{said['id']}").json["reactions"] == {"👍": 1}
    assert app.db.rows("SELECT count(*) FROM media_attachment") == [(0,)]
    assert ben.client.post(at(direct, "messages"), {"text": "x"}).problem == "not-reachable"


def test_a_person_gets_all_they_wrote(ada, ben, app):
    from plugins.chat.services.personal import export  # noqa: PLC0415

    ada.say(ada.direct(ben), "Mine")
    ben.say(ada.direct(ben), "Not mine")

    found = export(ada.id)

    assert [each["text"] for each in found["messages"]] == ["Mine"]
    assert len(found["memberships"]) == 1
