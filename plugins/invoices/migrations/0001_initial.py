"""Documents that do not change, how far their numbers have come, and names to put on them."""

DOCUMENT = """
CREATE TABLE invoices_document (
    id uuid PRIMARY KEY,
    kind text NOT NULL,
    key text NOT NULL,
    ref text NOT NULL,
    series text NOT NULL,
    number text NOT NULL,
    seller_id uuid NOT NULL,
    buyer_id uuid NOT NULL,
    scope text NOT NULL,
    currency char(3) NOT NULL,
    total bigint NOT NULL,
    commission bigint NOT NULL,
    corrects_id uuid,
    data jsonb NOT NULL,
    issued_at timestamptz NOT NULL
)
"""
SERIES = """
CREATE TABLE invoices_series (
    series text NOT NULL,
    kind text NOT NULL,
    period text NOT NULL,
    last bigint NOT NULL,
    PRIMARY KEY (series, kind, period)
)
"""
PROFILE = """
CREATE TABLE invoices_profile (
    owner_id uuid PRIMARY KEY,
    name text NOT NULL,
    address text NOT NULL,
    tax_id text NOT NULL,
    updated_at timestamptz NOT NULL
)
"""
INDEXES = (
    "CREATE UNIQUE INDEX invoices_document_key ON invoices_document (key)",
    "CREATE UNIQUE INDEX invoices_document_number ON invoices_document (series, number)",
    "CREATE INDEX invoices_document_ref ON invoices_document (ref, id)",
    "CREATE INDEX invoices_document_buyer ON invoices_document (buyer_id, id DESC)",
    "CREATE INDEX invoices_document_seller ON invoices_document (seller_id, id DESC)",
    "CREATE INDEX invoices_document_scope ON invoices_document (scope, id DESC)",
    "CREATE INDEX invoices_document_age ON invoices_document (issued_at)",
)
KEPT = """
CREATE FUNCTION invoices_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING MESSAGE = 'Document ' || OLD.number || ' is issued: correct it by a credit note.',
        ERRCODE = 'check_violation', CONSTRAINT = 'invoices_document_kept';
END $$
"""
TRIGGER = """
CREATE TRIGGER invoices_document_kept BEFORE UPDATE ON invoices_document
FOR EACH ROW EXECUTE FUNCTION invoices_kept()
"""


def up(migrator, db):
    for statement in (DOCUMENT, SERIES, PROFILE, *INDEXES, KEPT, TRIGGER):
        db.execute_sql(statement)


def down(migrator, db):
    db.execute_sql("DROP TABLE invoices_document, invoices_series, invoices_profile")
    db.execute_sql("DROP FUNCTION invoices_kept()")
