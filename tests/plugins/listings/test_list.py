"""The list: filters, sorts, pages, scopes, and what a page costs."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import UUID

import pytest

from kernel import uuid7
from kernel.storage import count_statements
from plugins.categories import services as categories
from plugins.listings import sql
from plugins.search import api as search
from plugins.search.reindexing import reindex
from plugins.search.tasks import learn_words

PLUGINS = ("listings",)
URL = "/v1/listings"
SCOPE = "building:a"
FILL = """
INSERT INTO listings_listing
SELECT gen_random_uuid(), now(), now(), 1, NULL, gen_random_uuid(), 'Seller ' || n, '', true, 'PRODUCT',
       CASE WHEN n % 20 = 0 THEN 'SOLD' ELSE 'ACTIVE' END, 'Listing ' || n, repeat('text ', 40), %(category)s,
       n * 7919 % 100000, 'USD', 1, '{{}}', CASE WHEN n % 10 = 0 THEN 'building:a' ELSE '' END, '{{}}', '',
       now() - n * interval '1 second', now() + interval '30 days', false, '{{}}', n % 997
FROM generate_series(1, {rows}) AS n
"""


@pytest.fixture
def fill(app):
    """Write many listings at once: `fill(20000, category)`."""

    def write(rows: int, category: UUID | None = None) -> None:
        text = FILL.format(rows=rows).replace("% 20 ", "%% 20 ").replace("% 100000", "%% 100000")
        text = text.replace("% 10 ", "%% 10 ").replace("% 997", "%% 997")
        app.db.execute_sql(text, {"category": category or uuid7()})
        app.db.execute_sql("ANALYZE listings_listing")
        app.cache.clear()

    return write


def titles(client, **query):
    answer = client.get(URL, query=query)
    assert answer.status == 200, answer.text
    return [each["title"] for each in answer.json["items"]]


def price(amount, currency="USD"):
    return {"amount": amount, "currency": currency}


def test_filters_narrow_the_list(ada, seller, client, category, chairs):
    stools = category("stools", parent=chairs)
    other = seller("Ben")
    ada.offer(title="Cheap chair", price=price(100))
    ada.offer(title="Dear chair", price=price(900))
    ada.offer(title="Stool", category_id=str(stools), price=price(500))
    ada.offer(title="Chaise", price=price(500, "EUR"))
    ada.offer(title="Lessons", type="SERVICE", price=price(500), category_id=str(category("lessons")))
    other.offer(title="Ben's chair", category_id=str(chairs), price=price(300))

    assert len(titles(client)) == 6
    assert titles(client, category=chairs) == ["Ben's chair", "Chaise", "Stool", "Dear chair", "Cheap chair"]
    assert titles(client, category=stools) == ["Stool"]
    assert titles(client, type="SERVICE") == ["Lessons"]
    assert titles(client, min_price=300, max_price=500, sort="price_asc") == [
        "Ben's chair",
        "Stool",
        "Lessons",
    ]
    assert titles(client, currency="EUR", sort="price_desc") == ["Chaise"]
    assert titles(client, max_price=100) == ["Cheap chair"]
    assert titles(client, seller=other.id) == ["Ben's chair"]
    assert titles(client, q="chair", max_price=300) == ["Ben's chair", "Cheap chair"]
    assert titles(client, q="chair", category=chairs, sort="price_desc") == [
        "Dear chair",
        "Ben's chair",
        "Cheap chair",
    ]
    assert titles(client, q="stool", category=chairs, type="PRODUCT") == ["Stool"]
    assert titles(client, q="chair", seller=ada.id, sort="price_asc") == ["Cheap chair", "Dear chair"]
    assert titles(client, category=uuid7()) == []
    assert titles(client, currency="EUR", q="chair") == []


def test_a_moved_category_takes_its_listings_along(ada, client, category, chairs):
    attic, stools = category("attic"), category("stools", parent=chairs)
    ada.offer(title="Stool", category_id=str(stools))
    assert titles(client, category=attic) == []

    categories.move(stools, None, attic, None)

    assert titles(client, category=attic) == ["Stool"]
    assert titles(client, category=chairs) == []
    assert titles(client, q="stool", category=attic) == ["Stool"]


def test_a_kept_page_of_a_misspelling_that_was_not_understood_goes_when_it_can_be(ada, client):
    ada.offer(title="Gramophone")
    before = titles(client, q="gramaphone")

    learn_words()

    assert (before, titles(client, q="gramaphone")) == ([], ["Gramophone"])


def test_a_kept_page_of_a_scope_ends_with_the_role_that_showed_it(app, seller, ada, chairs):
    inside = seller("Ben", "listings_member", scope=SCOPE)
    inside.offer(title="Inside", category_id=str(chairs), price=price(1), scope=SCOPE)
    member = seller("Chloe", "listings_member", scope=SCOPE)
    before = titles(member.client, scope=SCOPE), titles(member.client)

    with app.db.atomic():
        app.auth.ungrant(member.id, "listings_member", SCOPE)

    assert before == (["Inside"], ["Inside"])
    assert (titles(member.client, scope=SCOPE), titles(member.client)) == ([], [])


def test_kept_pages_stay_when_nothing_new_was_learned(ada, client):
    ada.offer(title="Gramophone")
    learn_words()
    ada.offer(title="Gramophone")
    titles(client)

    learn_words()

    with count_statements() as statements:
        titles(client)
    assert statements.count == 0


def test_dates_narrow_the_list(ada, client, clock):
    ada.offer(title="Old")
    clock.advance(timedelta(days=1))
    ada.sign_in()
    new = ada.client.post(
        URL,
        {"type": "PRODUCT", "title": "New", "status": "ACTIVE", "price": price(1),
         "category_id": ada.client.get(f"{URL}/mine").json["items"][0]["category_id"]},
    ).json  # fmt: skip

    assert titles(client, published_after=new["published_at"]) == ["New"]
    assert titles(client, published_before=new["published_at"]) == ["Old"]
    assert titles(client, q="old or new", published_after=new["published_at"]) == ["New"]


@pytest.mark.parametrize("sort", ["newest", "price_asc", "price_desc", "popular"])
@pytest.mark.parametrize("many", [False, True])
def test_pages_of_every_sort_hold_each_listing_once_in_order(seller, fill, client, sort, many):
    fill(230)
    reader = seller("Ada", "listings_member", scope=SCOPE).client if many else client
    key = {"newest": "published_at", "popular": "views"}.get(sort)

    seen = list(reader.every(URL, sort=sort, limit=9))

    values = [each[key] if key else each["price"]["amount"] for each in seen]
    # One in ten belongs to the building, one in twenty is sold; the sold ones are among the building's.
    assert len({each["id"] for each in seen}) == len(seen) == (219 if many else 207)
    assert values == sorted(values, reverse=sort != "price_asc")


def test_a_page_stays_in_place_when_listings_come_in_between(ada, client):
    for number in range(6):
        ada.offer(title=f"Chair {number}")
    first = client.get(URL, query={"limit": 3}).json

    ada.offer(title="Intruder")
    second = client.get(URL, query={"limit": 3, "cursor": first["next"]}).json

    assert [each["title"] for each in first["items"] + second["items"]] == [
        f"Chair {n}" for n in (5, 4, 3, 2, 1, 0)
    ]


@pytest.mark.parametrize("cursor", ["nonsense", "x" * 3000, "%00", "12.34"])
def test_a_cursor_that_is_none_is_refused_by_name(client, cursor):
    answer = client.get(URL, query={"cursor": cursor})

    assert answer.status == 422
    assert answer.json["errors"][0]["parameter"] == "cursor"


def test_a_cursor_of_another_filter_is_refused(ada, client):
    for _ in range(3):
        ada.offer()
    cursor = client.get(URL, query={"limit": 1}).json["next"]

    assert client.get(URL, query={"limit": 1, "cursor": cursor, "sort": "popular"}).status == 422


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ({"min_price": "-1"}, "min_price"),
        ({"min_price": "1e3"}, "min_price"),
        ({"max_price": str(2**63)}, "max_price"),
        ({"category": "chairs"}, "category"),
        ({"sort": "random"}, "sort"),
        ({"currency": "usd"}, "currency"),
        ({"status": "GONE"}, "status"),
        ({"scope": "everything"}, "scope"),
        ({"colour": "red"}, "colour"),
        ({"q": "x", "status": "SOLD"}, "status"),
        ({"limit": "101"}, "limit"),
    ],
)
def test_a_filter_that_makes_no_sense_is_named(client, query, parameter):
    answer = client.get(URL, query=query)

    assert answer.status == 422
    assert answer.json["errors"][0]["parameter"] == parameter


def test_listings_of_a_scope_are_for_those_who_live_there(seller, client, chairs):
    member, neighbour = (seller(name, "listings_member", scope=scope) for name, scope in
                         (("Ada", SCOPE), ("Ben", "building:b")))  # fmt: skip
    made = member.offer(title="Inside", category_id=str(chairs), price=price(1), scope=SCOPE)
    outside = member.offer(title="Outside", category_id=str(chairs), price=price(1))

    assert made["scope"] == SCOPE
    assert titles(member.client) == ["Outside", "Inside"]
    assert titles(member.client, scope=SCOPE) == ["Inside"]
    assert titles(member.client, q="inside") == ["Inside"]
    for stranger in (client, neighbour.client):
        assert titles(stranger) == ["Outside"]
        assert titles(stranger, scope=SCOPE) == []
        assert titles(stranger, q="inside") == titles(stranger, q="inside", scope=SCOPE) == []
        assert stranger.get("/v1/search?q=inside").json["items"] == []
        assert stranger.get(f"{URL}/{made['id']}").status == 404
        assert stranger.get(f"{URL}/{outside['id']}").status == 200
    admin = client.as_admin()
    assert titles(admin) == titles(admin, q="inside or outside") == ["Outside"]
    assert titles(admin, scope=SCOPE) == titles(admin, scope=SCOPE, q="inside") == ["Inside"]


def test_other_statuses_show_what_is_sold_and_ones_own(ada, seller, client):
    sold, draft = ada.offer(title="Sold"), ada.client.post(URL, {"type": "PRODUCT", "title": "Draft"}).json
    ada.client.post(f"{URL}/{sold['id']}/sell")

    assert titles(client, status="SOLD") == ["Sold"]
    assert titles(client, status="DRAFT") == []
    assert titles(seller("Ben").client, status="DRAFT") == []
    assert titles(ada.client, status="DRAFT") == ["Draft"]
    assert titles(client.as_admin(), status="DRAFT") == ["Draft"]
    assert client.get(f"{URL}/{sold['id']}").json["status"] == "SOLD"
    assert [each["title"] for each in ada.client.get(f"{URL}/mine").json["items"]] == ["Draft", "Sold"]
    assert [each["title"] for each in ada.client.get(f"{URL}/mine", query={"q": "RAF"}).json["items"]] == [
        "Draft"
    ]
    assert ada.client.get(f"{URL}/mine", query={"status": "DRAFT"}).json["items"][0]["id"] == draft["id"]


def test_people_who_block_each_other_do_not_see_each_others_listings(ada, seller, client, app, monkeypatch):
    made, reader = ada.offer(), seller("Ben")
    hooks = dict(app.hooks._implementations)
    hooks["listings_hidden_sellers"] = (("test", lambda viewer: [ada.id] if viewer == reader.id else []),)
    monkeypatch.setattr(app.hooks, "_implementations", hooks)

    assert titles(reader.client) == titles(reader.client, q="chair") == []
    assert reader.client.get(f"{URL}/{made['id']}").status == 404
    assert reader.client.get("/v1/search?q=chair").json["items"] == []
    assert titles(client) == titles(seller("Cleo").client) == titles(ada.client) == ["Oak chair"]


def test_kept_pages_are_dropped_by_every_change(ada, client):
    made = ada.offer(title="First")
    assert titles(client) == ["First"]

    ada.client.patch(f"{URL}/{made['id']}", {"title": "Second"})
    assert titles(client) == ["Second"]
    ada.client.post(f"{URL}/{made['id']}/deactivate")
    assert titles(client) == []


def test_a_page_is_made_once_for_all_who_see_the_same_and_a_page_of_ones_own_for_oneself(ada, seller, client):
    ben = seller("Ben")
    ada.offer()
    ben.offer(status="DRAFT")
    assert titles(client) == titles(ada.client) == ["Oak chair"]
    assert titles(ben.client, status="DRAFT") == ["Oak chair"]

    with count_statements() as counted:
        shown = titles(ben.client)

    assert (shown, counted.count) == (["Oak chair"], 0)
    assert titles(ada.client, status="DRAFT") == []


def test_a_kept_page_costs_no_statement_and_one_persons_page_is_no_other_persons(ada, client, app):
    ada.offer()
    client.get(URL)

    with count_statements() as counted:
        client.get(URL)

    assert counted.count == 0


@pytest.mark.parametrize(
    "query", [{}, {"sort": "popular"}, {"q": "listing"}, {"type": "PRODUCT", "max_price": 99999}]
)
def test_a_page_costs_the_same_statements_for_ten_listings_and_a_thousand(fill, client, app, query):
    counts = []
    for rows in (10, 1000):
        app.db.execute_sql("DELETE FROM listings_listing")
        fill(rows)
        reindex([], lambda *step: None)
        with count_statements() as counted:
            client.get(URL, query={**query, "limit": 100})
        counts.append(counted.count)

    assert counts[0] == counts[1] <= 2


WALKS = (
    ("newest", ("visible", "scope"), "", "newest"),
    ("newest", ("visible", "scopes"), "scopes", "newest"),
    ("price_asc", ("visible", "scope", "currency"), "", "price"),
    ("price_desc", ("visible", "scopes", "currency"), "scopes", "price"),
    ("popular", ("visible", "scope"), "", "popular"),
    ("newest", ("visible", "scope", "category"), "", "(scope_)?category"),
    ("newest", ("visible", "scopes", "category"), "scopes", "scope_category"),
    ("newest", ("visible", "scopes", "type"), "scopes", "scope_type"),
    ("newest", ("shown", "scope"), "", "(scope_)?status"),  # nine of ten listings are in this scope
    ("newest", ("of_status",), "", "status"),
    ("newest", ("visible", "scope", "categories"), "categories", "category"),
    ("newest", ("alive", "own"), "", "seller"),
    ("newest", ("of_status", "own"), "", "seller_status"),
)


def test_every_sort_walks_an_index_at_any_depth(fill, app):
    rare = uuid7()
    fill(20_000)
    app.db.execute_sql("UPDATE listings_listing SET seller_id = %s WHERE views < 100", (rare,))
    fill(300, rare)
    keys = {"newest": app.clock.now() - timedelta(hours=2), "popular": 300}
    values = {"scope": "", "scopes": ["", SCOPE], "currency": "USD", "category": rare, "own": rare,
              "categories": [rare, uuid7()], "limit": 21, "id": uuid7(), "type": "SERVICE",
              "status": "SOLD"}  # fmt: skip

    for sort, conditions, branch, index in WALKS:
        for continued in (False, True):
            text = sql.page(sort, conditions, branch, continued)
            rows = app.db.rows(f"EXPLAIN (COSTS OFF) {text}", {**values, "key": keys.get(sort, 50_000)})
            plan = "\n".join(line for (line,) in rows)

            assert re.search(f"listings_listing_{index} ", plan), plan
            assert "Seq Scan" not in plan, plan


def test_a_page_at_depth_costs_no_more_than_the_first(fill, app):
    fill(20_000)
    values = {"scope": "", "limit": 21, "id": uuid7(), "key": app.clock.now() - timedelta(seconds=18_000)}

    def buffers(continued):
        text = sql.page("newest", ("visible", "scope"), "", continued)
        [[plan]] = [row[0] for row in app.db.rows(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {text}", values)]
        return plan["Plan"]["Shared Hit Blocks"] + plan["Plan"]["Shared Read Blocks"]

    assert buffers(True) <= 2 * buffers(False) + 10


def test_reindexing_brings_back_what_the_search_forgot_and_drops_what_is_gone(ada, client, app):
    made, sold = ada.offer(title="Chair"), ada.offer(title="Chair sold")
    ghost = uuid7()
    app.db.execute_sql("UPDATE search_document SET subject_id = %s WHERE title = 'Chair'", (ghost,))
    ada.client.post(f"{URL}/{sold['id']}/sell")
    seen = []

    counted = reindex([], lambda *step: seen.append(step))

    assert counted == {"listing": 1}
    assert seen[-1] == ("listing", 1, 1)
    found = search.find(search.SearchQuery(text="chair", audience={"listing": frozenset()}))
    assert [hit.id for hit in found.hits] == [UUID(made["id"])]


def test_suggestions_complete_titles_and_correct_them(ada, client, app):
    ada.offer(title="Walnut gramophone")
    learn_words()

    assert client.get("/v1/search/suggest?q=gra").json == {"titles": ["Walnut gramophone"], "corrected": None}
    assert client.get("/v1/search/suggest?q=gramofone").json["corrected"] == "gramophone"
    assert client.get("/v1/search?q=gramofone").json["corrected"] == "gramophone"
    assert client.get("/v1/search?q=gramophone").json["corrected"] is None
    assert titles(client, q="wallnut gramofone") == ["Walnut gramophone"]
    hit = client.get("/v1/search?q=gramophone&kind=listing").json["items"][0]
    assert (hit["kind"], hit["title"], hit["price"]["amount"]) == ("listing", "Walnut gramophone", 4900)
    assert client.get("/v1/search?q=x&kind=unicorn").json["errors"][0]["parameter"] == "kind"
