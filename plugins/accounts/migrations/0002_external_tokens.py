"""Identities that were taken back, and sessions at providers."""

WITHDRAWN_IDENTITY = """
CREATE TABLE accounts_withdrawn_identity (
    id uuid PRIMARY KEY,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    digest text NOT NULL,
    withdrawn_at timestamptz NOT NULL
)
"""

EXTERNAL_SESSION = """
CREATE TABLE accounts_external_session (
    id uuid PRIMARY KEY,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    reference text NOT NULL,
    session_id uuid,
    ended_at timestamptz,
    CONSTRAINT accounts_external_session_one CHECK ((session_id IS NULL) <> (ended_at IS NULL))
)
"""

INDEXES = (
    "CREATE UNIQUE INDEX accounts_withdrawn_identity_digest ON accounts_withdrawn_identity (digest)",
    "CREATE INDEX accounts_external_session_reference ON accounts_external_session (reference)",
    "CREATE INDEX accounts_external_session_created ON accounts_external_session (created_at)",
)


def up(migrator, db):
    for statement in (WITHDRAWN_IDENTITY, EXTERNAL_SESSION, *INDEXES):
        db.execute_sql(statement)


def down(migrator, db):
    db.execute_sql("DROP TABLE accounts_external_session, accounts_withdrawn_identity")
