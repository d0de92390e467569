"""The demo's listings: the same on every machine."""

from __future__ import annotations

PLUGINS = ("listings",)


def test_four_hundred_listings_are_there_and_found(app, client):
    hooks = dict(app.hooks.implementations("demo_data"))
    for plugin in ("accounts", "categories", "media"):
        if plugin in hooks:
            hooks[plugin](app=app, progress=lambda done, total: None)
    steps = []

    notes = hooks["listings"](app=app, progress=lambda done, total: steps.append((done, total)))

    assert steps[-1] == (400, 400)
    assert notes.tries
    page = client.get("/v1/listings").json
    assert len(page["items"]) == 20
    assert all(client.get(each["cover_url"]).status == 200 for each in page["items"])
    assert client.get("/v1/listings", query={"q": "vintge armchiar"}).json["items"]
    assert client.get("/v1/listings", query={"type": "SERVICE", "sort": "price_asc"}).json["items"]
    tree = client.get("/v1/categories").json["items"]
    for category in [*tree, *(child for each in tree for child in each["children"])]:
        assert client.get("/v1/listings", query={"category": category["id"]}).json["items"], category["name"]
    first = app.db.rows("SELECT id, title FROM listings_listing ORDER BY listed_at DESC LIMIT 1")
    hooks["listings"](app=app, progress=lambda done, total: None)
    assert app.db.rows("SELECT count(*) FROM listings_listing") == [(400,)]
    assert app.db.rows("SELECT id, title FROM listings_listing ORDER BY listed_at DESC LIMIT 1") == first
