"""Create loyalty_account and loyalty_entry."""

ACCOUNT = """
CREATE TABLE loyalty_account (
    id uuid PRIMARY KEY,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    owner_id uuid NOT NULL,
    balance bigint NOT NULL CHECK (balance >= 0)
)
"""
ENTRY = """
CREATE TABLE loyalty_entry (
    id uuid PRIMARY KEY,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    owner_id uuid NOT NULL,
    points bigint NOT NULL,
    reason text NOT NULL
)
"""


def up(migrator, db):
    db.execute_sql(ACCOUNT)
    db.execute_sql("CREATE UNIQUE INDEX loyalty_account_owner_id ON loyalty_account (owner_id)")
    db.execute_sql(ENTRY)
    db.execute_sql("CREATE INDEX loyalty_entry_owner_id_id ON loyalty_entry (owner_id, id)")


def down(migrator, db):
    db.execute_sql("DROP TABLE loyalty_entry")
    db.execute_sql("DROP TABLE loyalty_account")
