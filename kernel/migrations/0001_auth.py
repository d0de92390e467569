"""Accounts, sessions, refresh tokens, grants, API keys, codes, signing keys."""

UP = """
CREATE TABLE kernel_account (
    id UUID PRIMARY KEY,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    status VARCHAR(16) NOT NULL,
    status_until TIMESTAMPTZ,
    epoch INTEGER NOT NULL,
    signed_out_at TIMESTAMPTZ,
    CONSTRAINT kernel_account_status CHECK (status IN ('active', 'suspended', 'banned', 'deleted'))
);

CREATE TABLE kernel_session (
    id UUID PRIMARY KEY,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    account_id UUID NOT NULL REFERENCES kernel_account (id) ON DELETE CASCADE,
    device VARCHAR(200) NOT NULL,
    ip VARCHAR(45) NOT NULL,
    last_used_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    mfa_at TIMESTAMPTZ,
    revoked_at TIMESTAMPTZ
);
CREATE INDEX kernel_session_account_id ON kernel_session (account_id);
CREATE INDEX kernel_session_expires_at ON kernel_session (expires_at);

CREATE TABLE kernel_refresh_token (
    id UUID PRIMARY KEY,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    session_id UUID NOT NULL REFERENCES kernel_session (id) ON DELETE CASCADE,
    digest VARCHAR(64) NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    used_at TIMESTAMPTZ,
    nonce VARCHAR(64),
    retry_digest VARCHAR(64)
);
CREATE INDEX kernel_refresh_token_session_id ON kernel_refresh_token (session_id);
CREATE UNIQUE INDEX kernel_refresh_token_digest ON kernel_refresh_token (digest);
CREATE INDEX kernel_refresh_token_expires_at ON kernel_refresh_token (expires_at);

CREATE TABLE kernel_grant (
    id UUID PRIMARY KEY,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    account_id UUID NOT NULL REFERENCES kernel_account (id) ON DELETE CASCADE,
    role VARCHAR(64) NOT NULL,
    scope VARCHAR(120) NOT NULL,
    granted_by UUID
);
CREATE UNIQUE INDEX kernel_grant_account_id_role_scope ON kernel_grant (account_id, role, scope);
CREATE INDEX kernel_grant_scope_role ON kernel_grant (scope, role);

CREATE TABLE kernel_api_key (
    id UUID PRIMARY KEY,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    account_id UUID NOT NULL REFERENCES kernel_account (id) ON DELETE CASCADE,
    name VARCHAR(120) NOT NULL,
    prefix VARCHAR(16) NOT NULL,
    digest VARCHAR(64) NOT NULL,
    permissions JSONB,
    scopes JSONB,
    expires_at TIMESTAMPTZ,
    last_used_at TIMESTAMPTZ,
    revoked_at TIMESTAMPTZ
);
CREATE INDEX kernel_api_key_account_id ON kernel_api_key (account_id);
CREATE UNIQUE INDEX kernel_api_key_prefix ON kernel_api_key (prefix);

CREATE TABLE kernel_code (
    id UUID PRIMARY KEY,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    purpose VARCHAR(64) NOT NULL,
    subject TEXT NOT NULL,
    digest VARCHAR(64) NOT NULL,
    attempts INTEGER NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX kernel_code_expires_at ON kernel_code (expires_at);
CREATE UNIQUE INDEX kernel_code_purpose_subject ON kernel_code (purpose, subject);
CREATE INDEX kernel_code_purpose_digest ON kernel_code (purpose, digest);

CREATE TABLE kernel_signing_key (
    id UUID PRIMARY KEY,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    salt VARCHAR(64) NOT NULL,
    state VARCHAR(16) NOT NULL,
    verify_until TIMESTAMPTZ
);
CREATE UNIQUE INDEX kernel_signing_key_one ON kernel_signing_key (state) WHERE state IN ('active', 'next');
"""

TABLES = (
    "kernel_signing_key",
    "kernel_code",
    "kernel_api_key",
    "kernel_grant",
    "kernel_refresh_token",
    "kernel_session",
    "kernel_account",
)


def up(migrator, db):
    db.execute_sql(UP)


def down(migrator, db):
    for table in TABLES:
        db.execute_sql(f"DROP TABLE {table}")
