"""Endpoints, what is sent to them, and what came of it."""

TABLES = """
CREATE TABLE webhooks_endpoint (
    id uuid PRIMARY KEY,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    version integer NOT NULL,
    owner_id uuid NOT NULL,
    scope text,
    url text NOT NULL,
    description text NOT NULL,
    event_types text[] NOT NULL,
    status text NOT NULL,
    disabled_reason text NOT NULL,
    secret text NOT NULL,
    previous_secret text,
    previous_until timestamptz,
    failing_since timestamptz
);
CREATE INDEX webhooks_endpoint_owner ON webhooks_endpoint (owner_id, id);
CREATE INDEX webhooks_endpoint_scope ON webhooks_endpoint (scope, id);

CREATE TABLE webhooks_message (
    id uuid PRIMARY KEY,
    type text NOT NULL,
    occurred_at timestamptz NOT NULL,
    payload text NOT NULL
);
CREATE INDEX webhooks_message_age ON webhooks_message (occurred_at);

CREATE TABLE webhooks_delivery (
    id uuid PRIMARY KEY,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    endpoint_id uuid NOT NULL REFERENCES webhooks_endpoint ON DELETE CASCADE,
    message_id uuid NOT NULL REFERENCES webhooks_message ON DELETE CASCADE,
    status text NOT NULL,
    attempts integer NOT NULL,
    due_at timestamptz NOT NULL,
    response_status integer,
    error text NOT NULL,
    delivered_at timestamptz
);
CREATE UNIQUE INDEX webhooks_delivery_once ON webhooks_delivery (endpoint_id, message_id);
CREATE INDEX webhooks_delivery_log ON webhooks_delivery (endpoint_id, id DESC);
CREATE INDEX webhooks_delivery_due ON webhooks_delivery (due_at) WHERE status IN ('PENDING', 'SENDING');
CREATE INDEX webhooks_delivery_message_id ON webhooks_delivery (message_id);

CREATE TABLE webhooks_attempt (
    id uuid PRIMARY KEY,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    delivery_id uuid NOT NULL REFERENCES webhooks_delivery ON DELETE CASCADE,
    duration_ms integer NOT NULL,
    response_status integer,
    error text NOT NULL,
    response_body text NOT NULL
);
CREATE INDEX webhooks_attempt_log ON webhooks_attempt (delivery_id, id);
"""


def up(migrator, db):
    db.execute_sql(TABLES)


def down(migrator, db):
    db.execute_sql("DROP TABLE webhooks_attempt, webhooks_delivery, webhooks_message, webhooks_endpoint")
