"""Conversations, members, messages, and what belongs to them."""

TABLES = (
    """
CREATE TABLE chat_conversation (
    id uuid PRIMARY KEY,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    version integer NOT NULL,
    kind text NOT NULL,
    title text NOT NULL,
    description text NOT NULL,
    avatar_id uuid,
    creator_id uuid,
    direct_key text,
    ref text,
    scope text NOT NULL,
    public boolean NOT NULL,
    verified boolean NOT NULL,
    post_role text NOT NULL,
    add_role text NOT NULL,
    info_role text NOT NULL,
    message_ttl integer,
    member_count integer NOT NULL,
    last_seq bigint NOT NULL,
    last_ordinal bigint NOT NULL,
    last_activity_at timestamptz NOT NULL,
    closed_at timestamptz,
    CONSTRAINT chat_conversation_kind CHECK (kind IN ('direct', 'group', 'channel', 'attached')),
    CONSTRAINT chat_conversation_direct_key CHECK ((kind = 'direct') = (direct_key IS NOT NULL)),
    CONSTRAINT chat_conversation_ref_kind CHECK ((kind = 'attached') = (ref IS NOT NULL)),
    CONSTRAINT chat_conversation_members CHECK (member_count >= 0),
    CONSTRAINT chat_conversation_ordinal CHECK (last_ordinal BETWEEN 0 AND last_seq),
    CONSTRAINT chat_conversation_ttl CHECK (message_ttl > 0)
)
""",
    """
CREATE TABLE chat_member (
    conversation_id uuid NOT NULL,
    user_id uuid NOT NULL,
    role text NOT NULL,
    joined_at timestamptz NOT NULL,
    delivered_seq bigint NOT NULL,
    read_seq bigint NOT NULL,
    read_ordinal bigint NOT NULL,
    cleared_seq bigint NOT NULL,
    muted_until timestamptz,
    pinned_at timestamptz,
    archived boolean NOT NULL,
    PRIMARY KEY (conversation_id, user_id),
    CONSTRAINT chat_member_role CHECK (role IN ('owner', 'admin', 'moderator', 'member')),
    CONSTRAINT chat_member_seen CHECK (delivered_seq >= read_seq AND read_seq >= read_ordinal)
)
""",
    """
CREATE TABLE chat_message (
    id uuid PRIMARY KEY,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    version integer NOT NULL,
    conversation_id uuid NOT NULL,
    seq bigint NOT NULL,
    ordinal bigint NOT NULL,
    counted boolean NOT NULL,
    unattended boolean NOT NULL,
    sender_id uuid,
    type text NOT NULL,
    text text NOT NULL,
    payload jsonb NOT NULL,
    media_ids uuid[] NOT NULL,
    mentions uuid[] NOT NULL,
    hashtags text[] NOT NULL,
    reply_to_id uuid,
    thread_id uuid,
    reply_count integer NOT NULL,
    forward_of_id uuid,
    forward_sender_id uuid,
    forward_count integer NOT NULL,
    reactions jsonb NOT NULL,
    edited_at timestamptz,
    deleted_at timestamptz,
    expires_at timestamptz,
    digest bytea NOT NULL,
    words tsvector GENERATED ALWAYS AS (
        to_tsvector('simple', text || ' ' || coalesce(payload ->> 'question', '') || ' '
            || coalesce(payload ->> 'name', '') || ' ' || coalesce(payload ->> 'title', ''))
        || array_to_tsvector(ARRAY['in:' || conversation_id::text])
    ) STORED,
    CONSTRAINT chat_message_counts CHECK (seq >= 1 AND ordinal BETWEEN 0 AND seq),
    CONSTRAINT chat_message_replies CHECK (reply_count >= 0 AND forward_count >= 0)
)
""",
    """
CREATE TABLE chat_revision (
    message_id uuid NOT NULL,
    number integer NOT NULL,
    text text NOT NULL,
    payload jsonb NOT NULL,
    written_at timestamptz NOT NULL,
    PRIMARY KEY (message_id, number)
)
""",
    """
CREATE TABLE chat_reaction (
    message_id uuid NOT NULL,
    user_id uuid NOT NULL,
    emoji text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (message_id, user_id, emoji)
)
""",
    """
CREATE TABLE chat_hidden (
    user_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    seq bigint NOT NULL,
    PRIMARY KEY (user_id, conversation_id, seq)
)
""",
    """
CREATE TABLE chat_pin (
    conversation_id uuid NOT NULL,
    message_id uuid NOT NULL,
    pinned_by uuid,
    pinned_at timestamptz NOT NULL,
    PRIMARY KEY (conversation_id, message_id)
)
""",
    """
CREATE TABLE chat_invite (
    id uuid PRIMARY KEY,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    version integer NOT NULL,
    conversation_id uuid NOT NULL,
    token text NOT NULL,
    creator_id uuid NOT NULL,
    expires_at timestamptz,
    max_uses integer,
    uses integer NOT NULL,
    revoked_at timestamptz,
    CONSTRAINT chat_invite_uses CHECK (uses >= 0 AND (max_uses IS NULL OR uses <= max_uses))
)
""",
    """
CREATE TABLE chat_ban (
    conversation_id uuid NOT NULL,
    user_id uuid NOT NULL,
    banned_by uuid,
    reason text NOT NULL,
    banned_at timestamptz NOT NULL,
    PRIMARY KEY (conversation_id, user_id)
)
""",
    """
CREATE TABLE chat_vote (
    message_id uuid NOT NULL,
    user_id uuid NOT NULL,
    position integer NOT NULL,
    voted_at timestamptz NOT NULL,
    PRIMARY KEY (message_id, user_id, position)
)
""",
    """
CREATE TABLE chat_scheduled (
    id uuid PRIMARY KEY,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    version integer NOT NULL,
    conversation_id uuid NOT NULL,
    sender_id uuid NOT NULL,
    content jsonb NOT NULL,
    send_at timestamptz NOT NULL,
    status text NOT NULL,
    failure text NOT NULL,
    CONSTRAINT chat_scheduled_status CHECK (status IN ('waiting', 'sent', 'failed'))
)
""",
    """
CREATE TABLE chat_saved (
    user_id uuid NOT NULL,
    message_id uuid NOT NULL,
    note text NOT NULL,
    saved_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, message_id)
)
""",
    """
CREATE TABLE chat_auto_reply (
    user_id uuid PRIMARY KEY,
    text text NOT NULL,
    enabled boolean NOT NULL,
    starts_at timestamptz,
    ends_at timestamptz,
    hours jsonb
)
""",
    """
CREATE TABLE chat_auto_replied (
    user_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    replied_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, conversation_id)
)
""",
    """
CREATE TABLE chat_backup (
    id uuid PRIMARY KEY,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    version integer NOT NULL,
    user_id uuid NOT NULL,
    kind text NOT NULL,
    status text NOT NULL,
    messages bigint NOT NULL,
    size bigint NOT NULL,
    failure text NOT NULL,
    expires_at timestamptz NOT NULL,
    CONSTRAINT chat_backup_kind CHECK (kind IN ('export', 'restore')),
    CONSTRAINT chat_backup_status CHECK (status IN ('waiting', 'ready', 'failed'))
)
""",
    """
CREATE TABLE chat_restored (
    user_id uuid NOT NULL,
    message_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    title text NOT NULL,
    sender_id uuid,
    sender_name text NOT NULL,
    seq bigint NOT NULL,
    type text NOT NULL,
    text text NOT NULL,
    payload jsonb NOT NULL,
    sent_at timestamptz NOT NULL,
    restored_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, message_id)
)
""",
)

DOUBTFUL = "counted AND (deleted_at IS NOT NULL OR expires_at IS NOT NULL OR unattended)"
FORWARDED = "forward_sender_id IS NOT NULL"
EXPIRING = "expires_at IS NOT NULL AND deleted_at IS NULL"

INDEXES = (
    "CREATE UNIQUE INDEX chat_conversation_direct ON chat_conversation (direct_key)",
    "CREATE UNIQUE INDEX chat_conversation_ref ON chat_conversation (ref)",
    "CREATE INDEX chat_conversation_public ON chat_conversation (last_activity_at, id) WHERE public",
    "CREATE INDEX chat_member_user ON chat_member (user_id)",
    "CREATE INDEX chat_member_staff ON chat_member (conversation_id, role) WHERE role <> 'member'",
    "CREATE UNIQUE INDEX chat_message_seq ON chat_message (conversation_id, seq)",
    f"CREATE INDEX chat_message_uncounted ON chat_message (conversation_id, seq) WHERE {DOUBTFUL}",
    "CREATE INDEX chat_message_thread ON chat_message (thread_id, seq) WHERE thread_id IS NOT NULL",
    "CREATE INDEX chat_message_sender ON chat_message (sender_id, id)",
    f"CREATE INDEX chat_message_expiry ON chat_message (expires_at) WHERE {EXPIRING}",
    "CREATE INDEX chat_message_words ON chat_message USING gin (words)",
    "CREATE INDEX chat_message_hashtags ON chat_message USING gin (hashtags)",
    "CREATE INDEX chat_message_mentions ON chat_message USING gin (mentions)",
    "CREATE INDEX chat_reaction_user ON chat_reaction (user_id)",
    "CREATE UNIQUE INDEX chat_invite_token ON chat_invite (token)",
    "CREATE INDEX chat_invite_conversation ON chat_invite (conversation_id)",
    "CREATE INDEX chat_vote_user ON chat_vote (user_id)",
    "CREATE INDEX chat_scheduled_due ON chat_scheduled (send_at) WHERE status = 'waiting'",
    "CREATE INDEX chat_scheduled_sender ON chat_scheduled (sender_id, send_at, id)",
    "CREATE INDEX chat_saved_newest ON chat_saved (user_id, saved_at DESC, message_id DESC)",
    "CREATE INDEX chat_saved_message ON chat_saved (message_id)",
    f"CREATE INDEX chat_message_forwarded ON chat_message (forward_sender_id) WHERE {FORWARDED}",
    "CREATE INDEX chat_scheduled_done ON chat_scheduled (updated_at) WHERE status = 'sent'",
    "CREATE UNIQUE INDEX chat_backup_waiting ON chat_backup (user_id, kind) WHERE status = 'waiting'",
    "CREATE INDEX chat_backup_user ON chat_backup (user_id, id)",
    "CREATE INDEX chat_backup_expiry ON chat_backup (expires_at)",
    "CREATE INDEX chat_restored_order ON chat_restored (user_id, conversation_id, sent_at, message_id)",
    "CREATE INDEX chat_restored_latest ON chat_restored (user_id, sent_at, message_id)",
)


def up(migrator, db):
    for statement in (*TABLES, *INDEXES):
        db.execute_sql(statement)


def down(migrator, db):
    names = [statement.split()[2] for statement in TABLES]
    db.execute_sql(f"DROP TABLE {', '.join(names)}")
