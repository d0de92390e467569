"""The task rows (queue and log in one) and the schedules' last ticks."""

TASK = """
CREATE TABLE kernel_task (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    arguments jsonb NOT NULL,
    state text NOT NULL DEFAULT 'queued'
        CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
    unique_key text,
    run_at timestamptz NOT NULL,
    attempt integer NOT NULL DEFAULT 0,
    attempts integer NOT NULL,
    lease_until timestamptz,
    woken_at timestamptz,
    actor text NOT NULL,
    correlation_id text NOT NULL,
    trace text NOT NULL,
    result jsonb,
    error text,
    worker text,
    enqueued_at timestamptz NOT NULL,
    started_at timestamptz,
    finished_at timestamptz
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02)
"""

SCHEDULE = """
CREATE TABLE kernel_schedule (
    name text PRIMARY KEY,
    last_tick timestamptz NOT NULL
)
"""

INDEXES = (
    "CREATE INDEX kernel_task_queued ON kernel_task (run_at, id) WHERE state = 'queued'",
    "CREATE UNIQUE INDEX kernel_task_unique ON kernel_task (unique_key) WHERE state = 'queued'",
    "CREATE INDEX kernel_task_running ON kernel_task (lease_until) WHERE state = 'running'",
    "CREATE INDEX kernel_task_running_key ON kernel_task (unique_key) WHERE state = 'running'",
    "CREATE INDEX kernel_task_finished ON kernel_task (finished_at) WHERE finished_at IS NOT NULL",
    "CREATE INDEX kernel_task_name ON kernel_task (name, enqueued_at)",
)


def up(migrator, db):
    for statement in (TASK, SCHEDULE, *INDEXES):
        db.execute_sql(statement)


def down(migrator, db):
    db.execute_sql("DROP TABLE kernel_task, kernel_schedule")
