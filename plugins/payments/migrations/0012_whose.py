"""What may be charged without its owner belongs to one account, and so does a gateway's customer."""

CUSTOMER = """
CREATE TABLE payments_customer (
    gateway text NOT NULL,
    ref text NOT NULL,
    owner_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (gateway, ref),
    CONSTRAINT payments_customer_owner UNIQUE (owner_id, gateway)
)
"""
NAMED = "UPDATE payments_method SET kept = kept || '/' || id WHERE gateway = 'test' AND kept <> ''"
"""The test gateway's tokens are the same for everybody: what it keeps has a name of its own from now on."""

LATER = """
UPDATE payments_method AS later SET kept = '', setup = '', consent = '', consented_at = NULL
WHERE kept <> '' AND EXISTS (
    SELECT FROM payments_method AS first
    WHERE first.gateway = later.gateway AND first.kept = later.kept AND first.id < later.id
)
"""
"""Of several rows for one thing the first keeps it; the others ask their owners again."""

UNIQUE = "CREATE UNIQUE INDEX payments_method_kept ON payments_method (gateway, kept) WHERE kept <> ''"


def up(migrator, db):
    for statement in (CUSTOMER, NAMED, LATER, UNIQUE):
        db.execute_sql(statement)


def down(migrator, db):
    db.execute_sql("DROP INDEX payments_method_kept")
    db.execute_sql("DROP TABLE payments_customer")
    db.execute_sql("UPDATE payments_method SET kept = split_part(kept, '/', 1) WHERE gateway = 'test'")
