"""People, their identities, second factors, devices and standing."""

USER = """
CREATE TABLE accounts_user (
    id uuid PRIMARY KEY,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    version integer NOT NULL,
    email text,
    email_key text,
    email_verified_at timestamptz,
    pending_email text,
    phone text,
    phone_verified_at timestamptz,
    password_hash text,
    name text NOT NULL,
    name_key text COLLATE "C" NOT NULL,
    given_name text NOT NULL,
    family_name text NOT NULL,
    avatar_url text NOT NULL,
    bio text NOT NULL,
    status_message text NOT NULL,
    preferences jsonb NOT NULL,
    privacy jsonb NOT NULL,
    deactivated_at timestamptz,
    deleted_at timestamptz,
    CONSTRAINT accounts_user_email_pair CHECK ((email IS NULL) = (email_key IS NULL)),
    CONSTRAINT accounts_user_verified_email CHECK (email_verified_at IS NULL OR email IS NOT NULL),
    CONSTRAINT accounts_user_verified_phone CHECK (phone_verified_at IS NULL OR phone IS NOT NULL)
)
"""

IDENTITY = """
CREATE TABLE accounts_identity (
    id uuid PRIMARY KEY,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    user_id uuid NOT NULL REFERENCES accounts_user (id) ON DELETE CASCADE,
    provider text NOT NULL,
    issuer text NOT NULL,
    subject text NOT NULL,
    email text
)
"""

TOTP = """
CREATE TABLE accounts_totp (
    id uuid PRIMARY KEY,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    user_id uuid NOT NULL REFERENCES accounts_user (id) ON DELETE CASCADE,
    secret text NOT NULL,
    confirmed_at timestamptz,
    last_step bigint NOT NULL
)
"""

RECOVERY_CODE = """
CREATE TABLE accounts_recovery_code (
    id uuid PRIMARY KEY,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    user_id uuid NOT NULL REFERENCES accounts_user (id) ON DELETE CASCADE,
    digest text NOT NULL,
    used_at timestamptz
)
"""

CHALLENGE = """
CREATE TABLE accounts_challenge (
    id uuid PRIMARY KEY,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    kind text NOT NULL,
    digest text NOT NULL,
    user_id uuid REFERENCES accounts_user (id) ON DELETE CASCADE,
    data jsonb NOT NULL,
    attempts smallint NOT NULL,
    expires_at timestamptz NOT NULL
)
"""

DEVICE = """
CREATE TABLE accounts_device (
    id uuid PRIMARY KEY,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    user_id uuid NOT NULL REFERENCES accounts_user (id) ON DELETE CASCADE,
    fingerprint text NOT NULL,
    name text NOT NULL
)
"""

STANDING_CHANGE = """
CREATE TABLE accounts_standing_change (
    id uuid PRIMARY KEY,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    user_id uuid NOT NULL REFERENCES accounts_user (id) ON DELETE CASCADE,
    standing text NOT NULL,
    reason text NOT NULL,
    until timestamptz,
    changed_by uuid
)
"""

INDEXES = (
    "CREATE UNIQUE INDEX accounts_user_email ON accounts_user (email_key)",
    "CREATE UNIQUE INDEX accounts_user_phone ON accounts_user (phone) WHERE phone_verified_at IS NOT NULL",
    "CREATE INDEX accounts_user_name ON accounts_user (name_key, id)",
    "CREATE INDEX accounts_user_words ON accounts_user USING gin (to_tsvector('simple', name_key))",
    "CREATE UNIQUE INDEX accounts_identity_subject ON accounts_identity (issuer, subject)",
    "CREATE UNIQUE INDEX accounts_identity_provider ON accounts_identity (user_id, provider)",
    "CREATE UNIQUE INDEX accounts_totp_user ON accounts_totp (user_id)",
    "CREATE UNIQUE INDEX accounts_recovery_code_digest ON accounts_recovery_code (user_id, digest)",
    "CREATE INDEX accounts_challenge_expires ON accounts_challenge (expires_at)",
    "CREATE INDEX accounts_challenge_user ON accounts_challenge (user_id)",
    "CREATE UNIQUE INDEX accounts_device_fingerprint ON accounts_device (user_id, fingerprint)",
    "CREATE INDEX accounts_standing_change_user ON accounts_standing_change (user_id, id)",
)


def up(migrator, db):
    for statement in (USER, IDENTITY, TOTP, RECOVERY_CODE, CHALLENGE, DEVICE, STANDING_CHANGE, *INDEXES):
        db.execute_sql(statement)


def down(migrator, db):
    db.execute_sql(
        "DROP TABLE accounts_standing_change, accounts_device, accounts_challenge, accounts_recovery_code,"
        " accounts_totp, accounts_identity, accounts_user"
    )
