"""The demo's conversations: the same on every machine."""

from __future__ import annotations

from plugins.accounts import api as accounts

PLUGINS = ("chat",)


def test_the_demo_talks_once(app, client):
    hooks = dict(app.hooks.implementations("demo_data"))
    hooks["accounts"](app=app, progress=lambda done, total: None)

    for _ in range(2):
        hooks["chat"](app=app, progress=lambda done, total: None)

    items = client.as_user(accounts.demo_user(1)).get("/v1/conversations").json["items"]
    assert sorted(each["kind"] for each in items) == ["channel", "direct", "group"]
    assert {each["title"] for each in items} == {"", "Garden committee", "Neighbourhood news"}
    assert app.db.rows("SELECT count(*) FROM chat_message WHERE counted") == [(11,)]
