"""The event store and the deliveries (outbox)."""

EVENT = """
CREATE TABLE kernel_event (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id uuid NOT NULL UNIQUE,
    type text NOT NULL,
    key text NOT NULL,
    actor text NOT NULL,
    scope text,
    correlation_id text NOT NULL,
    trace text NOT NULL,
    data jsonb NOT NULL,
    occurred_at timestamptz NOT NULL
)
"""

# Rows change state soon after they are written: leave room on the page, vacuum early.
DELIVERY = """
CREATE TABLE kernel_delivery (
    position bigint NOT NULL REFERENCES kernel_event (position) ON DELETE CASCADE,
    subscriber text NOT NULL,
    key text NOT NULL,
    state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'done', 'dead')),
    attempt integer NOT NULL DEFAULT 0,
    due_at timestamptz NOT NULL,
    replayed boolean NOT NULL DEFAULT false,
    error text,
    finished_at timestamptz,
    PRIMARY KEY (subscriber, position)
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02)
"""

INDEXES = (
    "CREATE INDEX kernel_event_key ON kernel_event (key, position)",
    "CREATE INDEX kernel_event_type ON kernel_event (type, position)",
    "CREATE INDEX kernel_event_occurred_at ON kernel_event USING brin (occurred_at)",
    "CREATE INDEX kernel_delivery_pending ON kernel_delivery (position) WHERE state = 'pending'",
    "CREATE INDEX kernel_delivery_due ON kernel_delivery (due_at) WHERE state = 'pending'",
    """CREATE INDEX kernel_delivery_order ON kernel_delivery (subscriber, key, position)
       WHERE state = 'pending'""",
    "CREATE INDEX kernel_delivery_event ON kernel_delivery (position)",
    "CREATE INDEX kernel_delivery_done ON kernel_delivery (finished_at) WHERE state = 'done'",
    "CREATE INDEX kernel_delivery_dead ON kernel_delivery (position) WHERE state = 'dead'",
)


def up(migrator, db):
    for statement in (EVENT, DELIVERY, *INDEXES):
        db.execute_sql(statement)


def down(migrator, db):
    db.execute_sql("DROP TABLE kernel_delivery, kernel_event")
