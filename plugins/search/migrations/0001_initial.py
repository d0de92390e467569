"""Documents that can be found, and the dictionary that corrects what is typed."""

DOCUMENT = """
CREATE TABLE search_document (
    id uuid PRIMARY KEY,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    kind text NOT NULL,
    subject_id uuid NOT NULL,
    owner_id uuid,
    scope text NOT NULL,
    title text NOT NULL,
    keywords text NOT NULL,
    tags text[] NOT NULL,
    vector tsvector NOT NULL,
    amount bigint,
    currency char(3),
    published_at timestamptz NOT NULL,
    popularity bigint NOT NULL,
    boost double precision NOT NULL,
    learned boolean NOT NULL,
    CONSTRAINT search_document_price CHECK ((amount IS NULL) = (currency IS NULL)),
    CONSTRAINT search_document_boost CHECK (boost > 0)
)
"""

WORD = """
CREATE TABLE search_word (
    id uuid PRIMARY KEY,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    scope text NOT NULL,
    word text NOT NULL,
    deletions text[] NOT NULL,
    documents integer NOT NULL
)
"""

INDEXES = (
    "CREATE UNIQUE INDEX search_document_subject ON search_document (kind, subject_id)",
    "CREATE INDEX search_document_vector ON search_document USING gin (vector)",
    "CREATE INDEX search_document_tags ON search_document USING gin (tags)",
    "CREATE INDEX search_document_newest ON search_document (scope, published_at DESC, id DESC)",
    "CREATE INDEX search_document_unlearned ON search_document (id) WHERE NOT learned",
    "CREATE UNIQUE INDEX search_word_word ON search_word (scope, word)",
    "CREATE INDEX search_word_deletions ON search_word USING gin (deletions)",
)


def up(migrator, db):
    for statement in (DOCUMENT, WORD, *INDEXES):
        db.execute_sql(statement)


def down(migrator, db):
    db.execute_sql("DROP TABLE search_word, search_document")
