"""Reporters' complaints about dismissals, and which cases moderators were told of."""

TABLE = """
CREATE TABLE moderation_complaint (
    id uuid PRIMARY KEY,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    version integer NOT NULL,
    case_id uuid NOT NULL REFERENCES moderation_case (id) ON DELETE CASCADE,
    report_id uuid NOT NULL REFERENCES moderation_report (id) ON DELETE CASCADE,
    scope text NOT NULL,
    text text NOT NULL,
    status text NOT NULL,
    contested_by uuid,
    decided_by uuid,
    decided_at timestamptz,
    answer text NOT NULL,
    CONSTRAINT moderation_complaint_status CHECK (status IN ('PENDING', 'UPHELD', 'REVERSED')),
    CONSTRAINT moderation_complaint_another CHECK (decided_by <> contested_by)
)
"""
STATEMENTS = (
    TABLE,
    "CREATE UNIQUE INDEX moderation_complaint_one ON moderation_complaint (report_id)",
    "CREATE INDEX moderation_complaint_case ON moderation_complaint (case_id)",
    "CREATE INDEX moderation_complaint_queue ON moderation_complaint (status, id)",
    "ALTER TABLE moderation_case ADD COLUMN announced boolean NOT NULL DEFAULT false",
    "UPDATE moderation_case SET announced = true",
    "CREATE INDEX moderation_case_new ON moderation_case (id) WHERE NOT announced",
)


def up(migrator, db):
    for statement in STATEMENTS:
        db.execute_sql(statement)


def down(migrator, db):
    db.execute_sql("DROP TABLE moderation_complaint")
    db.execute_sql("ALTER TABLE moderation_case DROP COLUMN announced")
