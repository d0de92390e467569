"""Tables of the PostgreSQL backend."""

from __future__ import annotations

import peewee

from kernel import ArrayField, Model, Table, TimestampField, TSVectorField


class SearchDocument(Model):
    """A thing that can be found; `learned` when its words are in the dictionary.

    `vector` holds every word twice: as it is written, for beginnings of words,
    and in the form the language gives it. An empty `scope` means everybody.
    """

    kind = peewee.TextField()
    subject_id = peewee.UUIDField()
    owner_id = peewee.UUIDField(null=True)
    scope = peewee.TextField()
    title = peewee.TextField()
    keywords = peewee.TextField()
    tags = ArrayField(peewee.TextField, index=False)
    vector = TSVectorField(index=False)
    amount = peewee.BigIntegerField(null=True)
    currency = peewee.FixedCharField(max_length=3, null=True)  # type: ignore[call-overload]  # the stubs lack it
    published_at = TimestampField()
    popularity = peewee.BigIntegerField()
    boost = peewee.DoubleField()
    learned = peewee.BooleanField()

    class Meta:
        table_name = "search_document"


class SearchWord(Model):
    """A known word of a scope; `documents` is roughly how many of it hold it.

    `deletions` are read by processes of the version before; they are not written.
    """

    scope = peewee.TextField()
    word = peewee.TextField()
    deletions = ArrayField(peewee.TextField, index=False, null=True)
    documents = peewee.IntegerField()

    class Meta:
        table_name = "search_word"


class VocabularyWord(Table):
    """A known word, once for all scopes, with its deletions; `documents` is roughly how many hold it."""

    word = peewee.TextField(primary_key=True)
    deletions = ArrayField(peewee.TextField, index=False)
    documents = peewee.BigIntegerField()

    class Meta:
        table_name = "search_vocabulary"


SearchDocument.add_index(
    SearchDocument.index(
        SearchDocument.kind, SearchDocument.subject_id, unique=True, name="search_document_subject"
    )
)
SearchDocument.add_index(
    peewee.SQL("CREATE INDEX search_document_vector ON search_document USING gin (vector, (ARRAY[scope]))")
)
SearchDocument.add_index(peewee.SQL("CREATE INDEX search_document_tags ON search_document USING gin (tags)"))
SearchDocument.add_index(
    SearchDocument.index(
        SearchDocument.scope,
        SearchDocument.published_at.desc(),
        SearchDocument.id.desc(),
        name="search_document_newest",
    )
)
for _definition in (
    "latest ON search_document (published_at DESC, id DESC)",
    "popular ON search_document (popularity DESC, id DESC)",
    "price ON search_document (currency, (COALESCE(amount, 0)), id)",
):
    SearchDocument.add_index(peewee.SQL(f"CREATE INDEX search_document_{_definition}"))
SearchDocument.add_index(
    SearchDocument.index(SearchDocument.id, where=~SearchDocument.learned, name="search_document_unlearned")
)
SearchWord.add_index(
    SearchWord.index(SearchWord.scope, SearchWord.word, unique=True, name="search_word_word")
)
VocabularyWord.add_index(
    peewee.SQL("CREATE INDEX search_vocabulary_deletions ON search_vocabulary USING gin (deletions)")
)

MODELS = (SearchDocument, SearchWord, VocabularyWord)
