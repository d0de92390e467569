"""What is found, in which order, and by whom."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kernel import ALL, Invalid, uuid7
from kernel.errors import PluginError
from plugins.search import api
from plugins.search.api import Document, SearchQuery
from plugins.search.tasks import forget_words, learn_words

PLUGINS = ("search",)
SHOP = "shop:a"


@pytest.fixture
def put(app):
    """Index documents by their titles; newer ones come later."""

    def index(*titles: str, **extra):
        now = app.clock.now()
        documents = [
            Document(
                **{
                    "kind": "note",
                    "id": uuid7(),
                    "title": title,
                    "published_at": now + timedelta(seconds=number),
                    **extra,
                }
            )
            for number, title in enumerate(titles)
        ]
        api.index(documents)
        return documents

    return index


@pytest.fixture
def titles(app):
    """Return the titles a text finds, in order."""

    def find(text="", audience=None, **extra):
        found = api.find(SearchQuery(text=text, audience=audience or {"note": ALL}, **extra))
        rows = dict(app.db.rows("SELECT subject_id, title FROM search_document"))
        return [rows[hit.id] for hit in found.hits]

    return find


def test_every_word_must_be_found_in_any_form_and_any_case(put, titles):
    put("Oak chairs for a garden", "An oak table", "Garden gnome")

    assert titles("OAK chair") == ["Oak chairs for a garden"]
    assert set(titles("gardens")) == {"Oak chairs for a garden", "Garden gnome"}
    assert titles("metal chair") == []


def test_accents_do_not_matter_on_either_side(put, titles):
    put("Crème brûlée torch", "Canapé d'angle")

    assert titles("creme brulee") == ["Crème brûlée torch"]
    assert titles("CANAPÉ") == ["Canapé d'angle"]


def test_phrases_alternatives_and_exclusions_are_understood(put, titles):
    put("red garden chair", "garden red lamp", "blue chair")

    assert titles('"garden chair"') == ["red garden chair"]
    assert set(titles("lamp or chair")) == {"red garden chair", "garden red lamp", "blue chair"}
    assert titles("chair -red") == ["blue chair"]


def test_the_last_word_may_be_a_beginning(put, titles):
    put("Gramophone with horn", "Gravel")

    assert titles("gramo") == ["Gramophone with horn"]
    assert titles("horn gramo") == ["Gramophone with horn"]
    assert titles("horn -gramo") == ["Gramophone with horn"]
    assert titles("gramo horn") == []


def test_a_title_outranks_keywords_and_keywords_outrank_a_body(put, titles):
    put("in the body", body="violin")
    put("in the keywords", keywords="violin")
    put("a violin")
    put("boosted", body="violin", boost=20.0)

    assert titles("violin") == ["boosted", "a violin", "in the keywords", "in the body"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("gramohpone", "gramophone"),
        ("gramaphone", "gramophone"),
        ("gramphone", "gramophone"),
        ("grammophonne", "gramophone"),
        ("hcair", "chair"),
        ("vintge gramofone", "vintage gramophone"),
    ],
)
def test_misspelt_words_find_what_was_meant(put, typed, meant):
    put("Vintage gramophone", "Kitchen chair")
    learn_words()

    found = api.find(SearchQuery(text=typed, audience={"note": ALL}))

    assert found.corrected == meant
    assert len(found.hits) == 1


def test_a_word_that_is_known_is_never_corrected(put):
    put("A boat", "A goat in the garden")
    learn_words()

    found = api.find(SearchQuery(text="boat garden", audience={"note": ALL}))

    assert (found.hits, found.corrected) == ((), None)


def test_corrections_do_not_tell_words_of_a_scope_the_reader_is_not_in(put):
    put("Zanzibar manuscript", scope=SHOP)
    learn_words()

    outsider = api.find(SearchQuery(text="zanzibbar", audience={"note": frozenset()}))
    asking = api.find(SearchQuery(text="zanzibbar", audience={"note": frozenset()}, scope=SHOP))
    half = api.find(SearchQuery(text="zanzibbar", audience={"note": frozenset(), "person": ALL}))
    member = api.find(SearchQuery(text="zanzibbar", audience={"note": frozenset([SHOP])}))

    assert (outsider.corrected, outsider.hits) == (None, ())
    assert (asking.corrected, asking.hits) == (None, ())
    assert (half.corrected, half.hits) == (None, ())
    assert member.corrected == "zanzibar"
    assert len(member.hits) == 1


def test_what_belongs_to_a_scope_is_found_in_it_only(put, titles):
    put("open chair")
    put("chair of shop a", scope=SHOP)
    put("chair of shop b", scope="shop:b")
    member = {"note": frozenset([SHOP])}

    assert titles("chair", audience={"note": frozenset()}) == ["open chair"]
    assert set(titles("chair", audience=member)) == {"open chair", "chair of shop a"}
    assert titles("chair", audience=member, scope=SHOP) == ["chair of shop a"]
    assert titles("chair", audience=member, scope="shop:b") == []
    assert titles("chair", audience=member, scope="") == ["open chair"]
    assert len(titles("chair")) == 3


def test_kinds_that_are_not_asked_for_are_not_found(put, titles):
    put("a chair")
    put("a chair too", kind="message")

    assert titles("chair") == ["a chair"]
    assert len(titles("chair", audience={"note": ALL, "message": frozenset()})) == 2


def test_filters_narrow_and_groups_of_tags_are_alternatives(put, titles):
    owner = uuid7()
    put("cheap", amount=100, currency="USD", tags=["color:red", "size:s"], owner_id=owner)
    put("dear", amount=900, currency="USD", tags=["color:blue", "size:s"])
    put("foreign", amount=100, currency="EUR", tags=["color:green"])

    assert set(titles(tags=[["color:red", "color:green"]])) == {"cheap", "foreign"}
    assert titles(tags=[["color:red", "color:blue"], ["size:s"], ["color:blue"]]) == ["dear"]
    assert titles(currency="USD", max_amount=500) == ["cheap"]
    assert titles(currency="USD", min_amount=101) == ["dear"]
    assert titles(owner_id=owner) == ["cheap"]
    assert set(titles(hidden_owners=[owner])) == {"dear", "foreign"}


@pytest.mark.parametrize("sort", ["relevance", "newest", "popular", "price_asc", "price_desc"])
def test_pages_of_every_sort_hold_each_hit_once(put, sort):
    put(*(f"chair number {n}" for n in range(25)), amount=500, currency="USD")
    put(*(f"chair {'chair ' * n}" for n in range(1, 9)), amount=300, currency="USD")
    seen, cursor = [], None

    while True:
        page = api.find(
            SearchQuery(
                text="chair", audience={"note": ALL}, sort=sort, currency="USD", limit=7, cursor=cursor
            )
        )
        seen += [hit.id for hit in page.hits]
        cursor = page.next
        if cursor is None:
            break

    assert len(seen) == len(set(seen)) == 33


def test_pages_of_a_corrected_search_go_on_with_the_correction(put):
    put(*(f"gramophone {n}" for n in range(9)))
    learn_words()

    first = api.find(SearchQuery(text="gramofone", audience={"note": ALL}, limit=5))
    second = api.find(SearchQuery(text="gramofone", audience={"note": ALL}, limit=5, cursor=first.next))

    assert len({hit.id for hit in (*first.hits, *second.hits)}) == 9
    assert (first.corrected, second.corrected, second.next) == ("gramophone", "gramophone", None)


def test_a_cursor_of_another_search_is_refused_by_name(put):
    put(*(f"chair {n}" for n in range(9)))
    first = api.find(SearchQuery(text="chair", audience={"note": ALL}, limit=5))

    for cursor in (first.next, "nonsense", "e", "c"):
        with pytest.raises(Invalid) as refused:
            api.find(SearchQuery(text="table chair", audience={"note": ALL}, cursor=cursor))
        assert refused.value.errors[0].parameter == "cursor"


@pytest.mark.parametrize(
    "text",
    [
        "'", '"', "\\", "a & | ! b", ":*", "<->", "((((", "-", "--", '"unclosed phrase', "the", "or", "or or",
        "%s %(x)s", "{{7*7}}", "'; DROP TABLE search_document; --", "🪑", "\u202e", "x" * 5000, "a " * 3000,
        "-chair", '"chair" -"chair"', "ﬀ", "İ", "ß", "a " + "-" * 60, "- " * 60, "!-" * 60, "|-" * 60,
    ],
)  # fmt: skip
def test_no_text_breaks_the_search(put, text):
    put("a chair")

    api.find(SearchQuery(text=text, audience={"note": ALL}))
    api.suggest(text, {"note": ALL})


def test_a_changed_document_is_found_by_its_new_words_only_and_a_removed_one_not_at_all(put, titles):
    [document] = put("wooden chair")

    put("iron stool", id=document.id)

    assert titles("chair") == []
    assert titles("stool") == ["iron stool"]
    api.remove("note", [document.id])
    assert titles("stool") == []


def test_what_is_rolled_back_is_not_found(app, put, titles):
    with app.db.atomic() as transaction:
        put("a chair")
        transaction.rollback()

    assert titles("chair") == []


def test_suggestions_are_popular_titles_that_go_on_as_typed(put):
    put("Garden chair")
    put("Garden chain saw", popularity=50)
    put("Garden gnome", popularity=99)
    put("Charcoal grill for the garden", body="chains")
    put("Secret chalice", scope=SHOP)
    learn_words()
    everybody = {"note": frozenset()}

    assert api.suggest("cha", everybody).titles == (
        "Garden chain saw", "Garden chair", "Charcoal grill for the garden",
    )  # fmt: skip
    assert api.suggest("garden cha", everybody, limit=2).titles == ("Garden chain saw", "Garden chair")
    assert api.suggest("gardne", everybody).corrected == "garden"
    assert api.suggest("zzzz", everybody).titles == ()


def test_popularity_is_set_without_indexing_anew(app, put, titles):
    first, second = put("chair one", "chair two")

    api.rate("note", {first.id: 5, second.id: 3, uuid7(): 9})

    assert titles("chair", sort="popular") == ["chair one", "chair two"]


def test_words_that_no_document_holds_any_more_are_forgotten(app, put):
    [document, _] = put("obsolete typewriter", "a kettle")
    learn_words()

    api.remove("note", [document.id])
    forget_words()

    assert {word for (word,) in app.db.rows("SELECT word FROM search_word")} == {"kettle"}


def test_the_vocabulary_counts_a_word_once_over_all_scopes_and_follows_what_is_forgotten(app, put):
    [gone, _] = put("obsolete typewriter", "a typewriter")
    put("a typewriter", scope=SHOP)
    learn_words()
    before = dict(app.db.rows("SELECT word, documents FROM search_vocabulary"))

    app.db.execute_sql("DELETE FROM search_vocabulary WHERE word = 'typewriter'")  # as if learned by another
    api.remove("note", [gone.id])
    forget_words()

    assert before == {"obsolete": 1, "typewriter": 3}
    assert dict(app.db.rows("SELECT word, documents FROM search_vocabulary")) == {"typewriter": 3}
    assert api.find(SearchQuery(text="tipewriter", audience={"note": ALL})).corrected == "typewriter"


def test_a_cursor_is_of_one_text_and_one_order(put):
    put("oak one", "oak two", "elm one", "elm two")
    page = api.find(SearchQuery(text="oak", audience={"note": ALL}, limit=1))

    for other in ({"text": "elm"}, {"text": "oak", "sort": "newest"}):
        with pytest.raises(Invalid):
            api.find(SearchQuery(**other, audience={"note": ALL}, limit=1, cursor=page.next))


def test_the_index_answers_a_word_search_in_a_large_collection(app):
    app.db.execute_sql(
        "INSERT INTO search_document SELECT gen_random_uuid(), now(), now(), 'note', gen_random_uuid(), NULL,"
        " '', repeat('thing ', 100) || n, '', '{}', to_tsvector('english', 'thing number' || n), NULL, NULL,"
        " now(), 0, 1, true FROM generate_series(1, 20000) AS n"
    )
    app.db.execute_sql("ANALYZE search_document")
    seen = []
    app.db.query_hooks.append(lambda event: seen.append((event.sql, event.params)))

    api.find(SearchQuery(text="number777", audience={"note": ALL}))

    app.db.query_hooks.pop()
    sql, params = seen[-1]
    plan = "\n".join(line for (line,) in app.db.rows(f"EXPLAIN {sql}", params))
    assert "search_document_vector" in plan, plan


def test_an_unknown_language_is_named_at_the_start(make_app):
    with pytest.raises(PluginError, match="klingon"):
        make_app("search", search={"language": "klingon"})
