"""Media, uploads under way, room taken and uses."""

MEDIUM = """
CREATE TABLE media_medium (
    id uuid PRIMARY KEY,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    version integer NOT NULL,
    owner_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('image', 'video', 'document')),
    status text NOT NULL CHECK (status IN ('processing', 'ready', 'failed')),
    reason text NOT NULL,
    content_type text NOT NULL,
    filename text NOT NULL,
    visibility text NOT NULL CHECK (visibility IN ('public', 'private')),
    kept boolean NOT NULL,
    charged_bytes bigint NOT NULL CHECK (charged_bytes >= 0),
    sha256 text NOT NULL,
    width integer NOT NULL,
    height integer NOT NULL,
    files jsonb NOT NULL,
    unused_since timestamptz
)
"""

UPLOAD = """
CREATE TABLE media_upload (
    id uuid PRIMARY KEY,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    owner_id uuid NOT NULL,
    reserved_bytes bigint NOT NULL CHECK (reserved_bytes >= 0),
    filename text NOT NULL,
    content_type text NOT NULL,
    visibility text NOT NULL,
    kept boolean NOT NULL,
    sha256 text NOT NULL,
    direct boolean NOT NULL,
    expires_at timestamptz NOT NULL
)
"""

USAGE = """
CREATE TABLE media_usage (
    id uuid PRIMARY KEY,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    used_bytes bigint NOT NULL CHECK (used_bytes >= 0),
    reserved_bytes bigint NOT NULL CHECK (reserved_bytes >= 0)
)
"""

ATTACHMENT = """
CREATE TABLE media_attachment (
    id uuid PRIMARY KEY,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    medium_id uuid NOT NULL REFERENCES media_medium (id) ON DELETE CASCADE,
    owner_type text NOT NULL,
    owner_id uuid NOT NULL
)
"""

INDEXES = (
    "CREATE INDEX media_medium_owner ON media_medium (owner_id, id)",
    "CREATE INDEX media_medium_owner_kind ON media_medium (owner_id, kind, id)",
    "CREATE INDEX media_medium_unused ON media_medium (unused_since) WHERE unused_since IS NOT NULL",
    "CREATE INDEX media_medium_processing ON media_medium (updated_at) WHERE status = 'processing'",
    "CREATE INDEX media_upload_expires ON media_upload (expires_at)",
    "CREATE INDEX media_upload_owner ON media_upload (owner_id)",
    "CREATE UNIQUE INDEX media_attachment_use ON media_attachment (owner_type, owner_id, medium_id)",
    "CREATE INDEX media_attachment_medium ON media_attachment (medium_id)",
)


def up(migrator, db):
    for statement in (MEDIUM, UPLOAD, USAGE, ATTACHMENT, *INDEXES):
        db.execute_sql(statement)


def down(migrator, db):
    db.execute_sql("DROP TABLE media_attachment, media_usage, media_upload, media_medium")
