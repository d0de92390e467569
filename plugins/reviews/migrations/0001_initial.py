"""Reviews, how many of which rating somebody got in a month, and what that adds up to."""

COMMON = "id uuid PRIMARY KEY, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL"
REVIEW = f"""
CREATE TABLE reviews_review (
    {COMMON},
    version integer NOT NULL,
    ref text NOT NULL,
    title text NOT NULL,
    scope text NOT NULL,
    about text[] NOT NULL,
    reviewer_id uuid NOT NULL,
    subject_id uuid NOT NULL,
    role text NOT NULL,
    rating smallint NOT NULL,
    text text NOT NULL,
    gallery uuid[] NOT NULL,
    edited_at timestamptz,
    response text NOT NULL,
    responded_at timestamptz,
    withheld text[] NOT NULL,
    deleted_at timestamptz,
    CONSTRAINT reviews_review_rating CHECK (rating BETWEEN 1 AND 5),
    CONSTRAINT reviews_review_parties CHECK (reviewer_id <> subject_id)
)
"""
TALLY = """
CREATE TABLE reviews_tally (
    user_id uuid NOT NULL,
    role text NOT NULL,
    month date NOT NULL,
    rating smallint NOT NULL,
    n integer NOT NULL,
    PRIMARY KEY (user_id, role, month, rating),
    CONSTRAINT reviews_tally_n CHECK (n >= 0)
)
"""
REPUTATION = f"""
CREATE TABLE reviews_reputation (
    {COMMON},
    user_id uuid NOT NULL,
    role text NOT NULL,
    count integer NOT NULL,
    total integer NOT NULL,
    score integer NOT NULL,
    as_of date NOT NULL
)
"""
INDEXES = (
    "UNIQUE INDEX reviews_review_once ON reviews_review (ref, reviewer_id)",
    "INDEX reviews_review_subject ON reviews_review (subject_id, id DESC)",
    "INDEX reviews_review_reviewer ON reviews_review (reviewer_id, id DESC)",
    "INDEX reviews_review_about ON reviews_review USING gin (about)",
    "INDEX reviews_review_gallery ON reviews_review USING gin (gallery)",
    "UNIQUE INDEX reviews_reputation_user ON reviews_reputation (user_id, role)",
    "INDEX reviews_reputation_rank ON reviews_reputation (role, score DESC, id DESC) WHERE count > 0",
    "INDEX reviews_reputation_as_of ON reviews_reputation (as_of, id)",
)


def up(migrator, db):
    for statement in (REVIEW, TALLY, REPUTATION, *(f"CREATE {each}" for each in INDEXES)):
        db.execute_sql(statement)


def down(migrator, db):
    db.execute_sql("DROP TABLE reviews_reputation, reviews_tally, reviews_review")
