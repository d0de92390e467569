"""The ledger, and what moves money on it.

The database itself keeps the ledger true: entries are never changed or deleted,
a movement that does not sum to zero in each currency does not commit, and a
person's balance does not fall below zero.
"""

MODEL = "id uuid PRIMARY KEY, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL"
CURRENCY = "currency char(3) NOT NULL"

TABLES = (
    f"""
CREATE TABLE payments_account (
    {MODEL},
    kind text NOT NULL,
    owner_id uuid,
    gateway text NOT NULL,
    shard integer NOT NULL,
    {CURRENCY},
    balance bigint NOT NULL,
    CONSTRAINT payments_account_kind
        CHECK (kind IN ('wallet', 'escrow', 'refunds', 'payouts', 'commission', 'clearing', 'suspense')),
    CONSTRAINT payments_account_not_negative CHECK (balance >= 0 OR kind IN ('commission', 'clearing'))
)""",
    """
CREATE TABLE payments_movement (
    id uuid PRIMARY KEY,
    kind text NOT NULL,
    key text NOT NULL,
    payment_id uuid,
    payout_id uuid,
    description text NOT NULL,
    created_at timestamptz NOT NULL
)""",
    f"""
CREATE TABLE payments_entry (
    id uuid PRIMARY KEY,
    movement_id uuid NOT NULL REFERENCES payments_movement ON DELETE RESTRICT,
    account_id uuid NOT NULL REFERENCES payments_account ON DELETE RESTRICT,
    account_kind text NOT NULL,
    {CURRENCY},
    amount bigint NOT NULL,
    balance bigint NOT NULL,
    party_id uuid,
    created_at timestamptz NOT NULL,
    CONSTRAINT payments_entry_amount CHECK (amount <> 0)
)""",
    f"""
CREATE TABLE payments_payment (
    {MODEL},
    ref text NOT NULL,
    purpose text NOT NULL,
    payer_id uuid NOT NULL,
    amount bigint NOT NULL,
    {CURRENCY},
    refunded bigint NOT NULL,
    status text NOT NULL,
    capture text NOT NULL,
    escrow boolean NOT NULL,
    description text NOT NULL,
    source text NOT NULL,
    intent text,
    client jsonb NOT NULL,
    failure text NOT NULL,
    expires_at timestamptz,
    captured_at timestamptz,
    version integer NOT NULL,
    CONSTRAINT payments_payment_status CHECK (status IN ('DUE', 'PROCESSING', 'ACTION_REQUIRED', 'AUTHORISED',
        'CAPTURED', 'REFUNDED', 'FAILED', 'EXPIRED', 'CANCELLED')),
    CONSTRAINT payments_payment_capture CHECK (capture IN ('automatic', 'manual')),
    CONSTRAINT payments_payment_purpose CHECK (purpose IN ('payment', 'topup')),
    CONSTRAINT payments_payment_amount CHECK (amount > 0),
    CONSTRAINT payments_payment_refunded CHECK (refunded BETWEEN 0 AND amount)
)""",
    f"""
CREATE TABLE payments_split (
    {MODEL},
    payment_id uuid NOT NULL,
    payee_id uuid NOT NULL,
    payer_id uuid NOT NULL,
    {CURRENCY},
    amount bigint NOT NULL,
    commission bigint NOT NULL,
    refunded bigint NOT NULL,
    refunded_commission bigint NOT NULL,
    escrow boolean NOT NULL,
    state text NOT NULL,
    CONSTRAINT payments_split_amount CHECK (amount > 0),
    CONSTRAINT payments_split_commission CHECK (commission BETWEEN 0 AND amount),
    CONSTRAINT payments_split_refunded CHECK (refunded BETWEEN 0 AND amount),
    CONSTRAINT payments_split_refunded_commission CHECK (refunded_commission BETWEEN 0 AND commission),
    CONSTRAINT payments_split_state CHECK (state IN ('PENDING', 'HELD', 'SETTLED', 'RELEASED', 'REFUNDED'))
)""",
    f"""
CREATE TABLE payments_operation (
    {MODEL},
    kind text NOT NULL,
    state text NOT NULL,
    payment_id uuid,
    payout_id uuid,
    gateway text NOT NULL,
    intent text NOT NULL,
    result_ref text NOT NULL,
    amount bigint NOT NULL,
    {CURRENCY},
    parts jsonb NOT NULL,
    data jsonb NOT NULL,
    reason text NOT NULL,
    actor text NOT NULL,
    error text NOT NULL,
    attempts integer NOT NULL,
    due_at timestamptz NOT NULL,
    CONSTRAINT payments_operation_kind
        CHECK (kind IN ('confirm', 'capture', 'void', 'refund', 'stray', 'payout')),
    CONSTRAINT payments_operation_state CHECK (state IN ('PENDING', 'DONE', 'FAILED')),
    CONSTRAINT payments_operation_amount CHECK (amount > 0)
)""",
    f"""
CREATE TABLE payments_payout (
    {MODEL},
    owner_id uuid NOT NULL,
    amount bigint NOT NULL,
    {CURRENCY},
    status text NOT NULL,
    gateway text NOT NULL,
    method_id uuid,
    destination text NOT NULL,
    failure text NOT NULL,
    CONSTRAINT payments_payout_amount CHECK (amount > 0),
    CONSTRAINT payments_payout_status
        CHECK (status IN ('REQUESTED', 'APPROVED', 'PAID', 'FAILED', 'REJECTED', 'CANCELLED'))
)""",
    f"""
CREATE TABLE payments_method (
    {MODEL},
    owner_id uuid NOT NULL,
    gateway text NOT NULL,
    use text NOT NULL,
    token text NOT NULL,
    label text NOT NULL,
    is_default boolean NOT NULL,
    CONSTRAINT payments_method_use CHECK (use IN ('pay', 'payout'))
)""",
    """
CREATE TABLE payments_history (
    id uuid PRIMARY KEY,
    subject_id uuid NOT NULL,
    before text NOT NULL,
    after text NOT NULL,
    actor text NOT NULL,
    reason text NOT NULL,
    at timestamptz NOT NULL
)""",
    f"""
CREATE TABLE payments_webhook (
    {MODEL},
    gateway text NOT NULL,
    event_id text NOT NULL,
    type text NOT NULL,
    payment_id uuid,
    outcome text NOT NULL
)""",
    "CREATE TABLE payments_test_intent (id text PRIMARY KEY, state jsonb NOT NULL)",
)

APPEND_ONLY = """
CREATE FUNCTION payments_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The ledger is append-only: post a movement that corrects it instead.'
        USING ERRCODE = 'restrict_violation';
END $$
"""

BALANCED = """
CREATE FUNCTION payments_balanced() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT sum(amount) FROM payments_entry
        WHERE movement_id = NEW.movement_id AND currency = NEW.currency) <> 0 THEN
        RAISE EXCEPTION USING MESSAGE = 'Movement ' || NEW.movement_id || ' does not sum to zero.',
            ERRCODE = 'check_violation', CONSTRAINT = 'payments_entry_balanced';
    END IF;
    IF NEW.currency <> (SELECT currency FROM payments_account WHERE id = NEW.account_id) THEN
        RAISE EXCEPTION USING MESSAGE = 'Entry ' || NEW.id || ' is not in the currency of its account.',
            ERRCODE = 'check_violation', CONSTRAINT = 'payments_entry_currency';
    END IF;
    RETURN NULL;
END $$
"""

KEPT = """
CREATE TRIGGER payments_{table}_kept BEFORE UPDATE OR DELETE ON payments_{table}
FOR EACH ROW EXECUTE FUNCTION payments_append_only()
"""
DEFERRED = """
CREATE CONSTRAINT TRIGGER payments_entry_balanced AFTER INSERT ON payments_entry
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION payments_balanced()
"""
TRIGGERS = (APPEND_ONLY, BALANCED, KEPT.format(table="entry"), KEPT.format(table="movement"), DEFERRED)

INDEXES = (
    ("account", "owner (owner_id, currency) WHERE owner_id IS NOT NULL"),
    ("movement", "payment (payment_id) WHERE payment_id IS NOT NULL"),
    ("entry", "movement (movement_id)"),
    ("entry", "account (account_id, id)"),
    ("entry", "party (party_id, id) WHERE party_id IS NOT NULL"),
    ("payment", "refs (ref, id)"),
    ("payment", "payer (payer_id, id)"),
    ("payment", "intent (source, intent) WHERE intent IS NOT NULL"),
    ("payment", "expiry (expires_at) WHERE status IN ('DUE', 'FAILED', 'ACTION_REQUIRED', 'AUTHORISED')"),
    ("split", "payment (payment_id)"),
    ("split", "payee (payee_id, id)"),
    ("split", "payer (payer_id, id)"),
    ("split", "held (id) WHERE state = 'HELD'"),
    ("operation", "due (due_at) WHERE state = 'PENDING'"),
    ("operation", "payment (payment_id, id) WHERE payment_id IS NOT NULL"),
    ("operation", "result (gateway, result_ref) WHERE result_ref <> ''"),
    ("payout", "owner (owner_id, id)"),
    ("payout", "waiting (id) WHERE status IN ('REQUESTED', 'APPROVED')"),
    ("method", "owner (owner_id, id)"),
    ("history", "subject (subject_id, id)"),
    ("webhook", "age (created_at)"),
)
UNIQUE = (
    ("movement", "once (key)"),
    ("payment", "of_ref (ref) WHERE status NOT IN ('EXPIRED', 'CANCELLED', 'REFUNDED')"),
    ("operation", "one (payment_id) WHERE state = 'PENDING' AND kind IN ('confirm', 'capture', 'void')"),
    ("operation", "payout (payout_id) WHERE payout_id IS NOT NULL"),
    ("method", "token (owner_id, gateway, use, token)"),
    ("method", "default (owner_id, use) WHERE is_default"),
    ("webhook", "once (gateway, event_id)"),
)


def _index(kind, table, definition):
    name, of = definition.split(" ", 1)
    return f"CREATE {kind} payments_{table}_{name} ON payments_{table} {of}"


def up(migrator, db):
    indexes = [_index("INDEX", *each) for each in INDEXES] + [
        _index("UNIQUE INDEX", *each) for each in UNIQUE
    ]
    for statement in (*TABLES, *TRIGGERS, *indexes):
        db.execute_sql(statement)


def down(migrator, db):
    tables = (
        "test_intent, webhook, history, method, payout, operation, split, payment, entry, movement, account"
    )
    db.execute_sql(f"DROP TABLE {', '.join(f'payments_{each}' for each in tables.split(', '))}")
    db.execute_sql("DROP FUNCTION payments_append_only, payments_balanced")
