"""Requests to be verified, how they changed, what reviewers noted."""

COMMON = "id uuid PRIMARY KEY, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL"
REQUEST = f"""
CREATE TABLE verification_request (
    {COMMON},
    version integer NOT NULL,
    kind text NOT NULL,
    subject text NOT NULL,
    requester_id uuid NOT NULL,
    scope text NOT NULL,
    status text NOT NULL,
    steps jsonb NOT NULL,
    submissions integer NOT NULL,
    queued_at timestamptz NOT NULL,
    claimed_by uuid,
    claimed_at timestamptz,
    decided_by uuid,
    decided_at timestamptz,
    reason text NOT NULL,
    expires_at timestamptz,
    reminded boolean NOT NULL,
    CONSTRAINT verification_request_status
        CHECK (status IN ('DRAFT', 'PENDING', 'APPROVED', 'REJECTED', 'EXPIRED', 'WITHDRAWN'))
)
"""
CHANGE = f"""
CREATE TABLE verification_change (
    {COMMON},
    request_id uuid NOT NULL REFERENCES verification_request (id) ON DELETE CASCADE,
    source text NOT NULL,
    target text NOT NULL,
    actor_id uuid,
    reason text NOT NULL
)
"""
NOTE = f"""
CREATE TABLE verification_note (
    {COMMON},
    request_id uuid NOT NULL REFERENCES verification_request (id) ON DELETE CASCADE,
    author_id uuid,
    text text NOT NULL
)
"""
LIVING = "(kind, subject, requester_id) WHERE status <> 'WITHDRAWN'"
INDEXES = (
    f"UNIQUE INDEX verification_request_living ON verification_request {LIVING}",
    "INDEX verification_request_own ON verification_request (requester_id, id DESC)",
    "INDEX verification_request_queue ON verification_request (status, queued_at, id)",
    "INDEX verification_request_expiry ON verification_request (expires_at) WHERE status = 'APPROVED'",
    "INDEX verification_change_request ON verification_change (request_id, id)",
    "INDEX verification_note_request ON verification_note (request_id, id)",
)


def up(migrator, db):
    for statement in (REQUEST, CHANGE, NOTE, *(f"CREATE {each}" for each in INDEXES)):
        db.execute_sql(statement)


def down(migrator, db):
    db.execute_sql("DROP TABLE verification_note, verification_change, verification_request")
