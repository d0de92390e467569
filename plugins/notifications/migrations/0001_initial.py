"""Messages, what the application shows of them, their deliveries, and people's wishes."""

MESSAGE = """
CREATE TABLE notifications_message (
    id uuid PRIMARY KEY,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    type text NOT NULL,
    user_id uuid,
    address jsonb,
    data jsonb NOT NULL,
    topic text NOT NULL,
    scope text,
    correlation_id text NOT NULL,
    dedupe text,
    priority smallint NOT NULL,
    attempt smallint NOT NULL,
    due_at timestamptz
)
"""

NOTIFICATION = """
CREATE TABLE notifications_notification (
    id uuid PRIMARY KEY,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    user_id uuid NOT NULL,
    type text NOT NULL,
    title text NOT NULL,
    body text NOT NULL,
    url text NOT NULL,
    data jsonb NOT NULL,
    topic text NOT NULL,
    scope text,
    read_at timestamptz
)
"""

INBOX = """
CREATE TABLE notifications_inbox (
    id uuid PRIMARY KEY,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    unread integer NOT NULL CHECK (unread >= 0)
)
"""

WISHES = """
CREATE TABLE notifications_wishes (
    id uuid PRIMARY KEY,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    version integer NOT NULL,
    channels jsonb NOT NULL,
    quiet_hours jsonb,
    digest text NOT NULL CHECK (digest IN ('off', 'hourly', 'daily')),
    digest_hour smallint NOT NULL CHECK (digest_hour BETWEEN 0 AND 23)
)
"""

MUTE = """
CREATE TABLE notifications_mute (
    id uuid PRIMARY KEY,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    user_id uuid NOT NULL,
    topic text NOT NULL,
    until timestamptz
)
"""

DELIVERY = """
CREATE TABLE notifications_delivery (
    id uuid PRIMARY KEY,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    message_id uuid NOT NULL,
    type text NOT NULL,
    channel text NOT NULL,
    user_id uuid,
    notification_id uuid,
    address text NOT NULL,
    language text NOT NULL,
    timezone text NOT NULL,
    subject text NOT NULL,
    content jsonb,
    mandatory boolean NOT NULL,
    sensitive boolean NOT NULL,
    priority smallint NOT NULL,
    state text NOT NULL CHECK (state IN
        ('queued', 'sending', 'held', 'digested', 'sent', 'failed', 'suppressed', 'bounced')),
    reason text NOT NULL,
    attempt smallint NOT NULL,
    due_at timestamptz NOT NULL,
    provider text NOT NULL,
    provider_id text NOT NULL,
    finished_at timestamptz,
    topic text NOT NULL,
    scope text,
    correlation_id text NOT NULL
)
"""

SUPPRESSION = """
CREATE TABLE notifications_suppression (
    id uuid PRIMARY KEY,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    address text NOT NULL,
    type text NOT NULL,
    reason text NOT NULL
)
"""

MAILBOX_MESSAGE = """
CREATE TABLE notifications_mailbox_message (
    id uuid PRIMARY KEY,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    channel text NOT NULL,
    sender text NOT NULL,
    recipient text NOT NULL,
    address text NOT NULL,
    subject text NOT NULL,
    text text NOT NULL,
    html text NOT NULL,
    headers jsonb NOT NULL
)
"""

TABLES = (MESSAGE, NOTIFICATION, INBOX, WISHES, MUTE, DELIVERY, SUPPRESSION, MAILBOX_MESSAGE)

INDEXES = (
    "CREATE UNIQUE INDEX notifications_message_dedupe ON notifications_message (dedupe)",
    (
        "CREATE INDEX notifications_message_due ON notifications_message (priority, due_at)"
        " WHERE due_at IS NOT NULL"
    ),
    "CREATE INDEX notifications_message_user ON notifications_message (user_id) WHERE user_id IS NOT NULL",
    "CREATE INDEX notifications_notification_list ON notifications_notification (user_id, id)",
    (
        "CREATE INDEX notifications_notification_unread ON notifications_notification (user_id, id)"
        " WHERE read_at IS NULL"
    ),
    "CREATE UNIQUE INDEX notifications_mute_user_id_topic ON notifications_mute (user_id, topic)",
    (
        "CREATE INDEX notifications_delivery_due ON notifications_delivery (channel, priority, due_at)"
        " WHERE state IN ('queued', 'sending')"
    ),
    (
        "CREATE INDEX notifications_delivery_held ON notifications_delivery (due_at, user_id)"
        " WHERE state = 'held'"
    ),
    (
        "CREATE INDEX notifications_delivery_provider ON notifications_delivery (provider, provider_id)"
        " WHERE provider_id <> ''"
    ),
    "CREATE INDEX notifications_delivery_user ON notifications_delivery (user_id, id)",
    "CREATE INDEX notifications_delivery_address ON notifications_delivery (address, id)",
    "CREATE INDEX notifications_delivery_state ON notifications_delivery (state, id)",
    "CREATE UNIQUE INDEX notifications_suppression_address_type ON notifications_suppression (address, type)",
    "CREATE INDEX notifications_mailbox_message_address ON notifications_mailbox_message (address, id)",
)


def up(migrator, db):
    for statement in (*TABLES, *INDEXES):
        db.execute_sql(statement)


def down(migrator, db):
    db.execute_sql(
        "DROP TABLE notifications_mailbox_message, notifications_suppression, notifications_delivery,"
        " notifications_mute, notifications_wishes, notifications_inbox, notifications_notification,"
        " notifications_message"
    )
