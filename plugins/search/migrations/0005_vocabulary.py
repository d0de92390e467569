"""Each known word once, whatever number of scopes knows it: what a misspelt one may mean is looked for there.

`search_word.deletions` is written no more; processes of the version before read it, so it stays.
"""

VOCABULARY = """
CREATE TABLE search_vocabulary (
    word text PRIMARY KEY,
    deletions text[] NOT NULL,
    documents bigint NOT NULL
)
"""
FILL = """
INSERT INTO search_vocabulary (word, deletions, documents)
SELECT word, min(deletions), sum(documents) FROM search_word GROUP BY word ORDER BY word
"""


def up(migrator, db):
    db.execute_sql(VOCABULARY)
    db.execute_sql(FILL)
    db.execute_sql("CREATE INDEX search_vocabulary_deletions ON search_vocabulary USING gin (deletions)")
    db.execute_sql("ALTER TABLE search_word ALTER COLUMN deletions DROP NOT NULL")
    db.execute_sql("DROP INDEX search_word_deletions")


def down(migrator, db):
    db.execute_sql(
        "UPDATE search_word AS w SET deletions = v.deletions"
        " FROM search_vocabulary AS v WHERE v.word = w.word"
    )
    db.execute_sql("DELETE FROM search_word WHERE deletions IS NULL")
    db.execute_sql("ALTER TABLE search_word ALTER COLUMN deletions SET NOT NULL")
    db.execute_sql("CREATE INDEX search_word_deletions ON search_word USING gin (deletions)")
    db.execute_sql("DROP TABLE search_vocabulary")
