"""Orders, their lines, and how they came to be what they are."""

ORDER = """
CREATE TABLE orders_order (
    id uuid PRIMARY KEY,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    version integer NOT NULL,
    number text NOT NULL,
    checkout_id uuid NOT NULL,
    buyer_id uuid NOT NULL,
    seller_id uuid NOT NULL,
    scope text NOT NULL,
    status text NOT NULL,
    currency char(3) NOT NULL,
    subtotal bigint NOT NULL,
    total bigint NOT NULL,
    commission bigint NOT NULL,
    adjustments jsonb NOT NULL,
    note text NOT NULL,
    payment_due boolean NOT NULL,
    payment_url text NOT NULL,
    due_at timestamptz,
    confirmed_at timestamptz,
    completed_at timestamptz,
    cancelled_at timestamptz,
    CONSTRAINT orders_order_parties CHECK (buyer_id <> seller_id),
    CONSTRAINT orders_order_amounts CHECK (subtotal >= 0 AND total >= 0 AND commission >= 0)
)
"""

LINE = """
CREATE TABLE orders_line (
    id uuid PRIMARY KEY,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    order_id uuid NOT NULL REFERENCES orders_order (id) ON DELETE CASCADE,
    position integer NOT NULL,
    ref text NOT NULL,
    title text NOT NULL,
    quantity integer NOT NULL,
    unit_amount bigint NOT NULL,
    amount bigint NOT NULL,
    commission bigint NOT NULL,
    commission_rate_bp integer NOT NULL,
    commission_rule text NOT NULL,
    snapshot jsonb NOT NULL,
    CONSTRAINT orders_line_quantity CHECK (quantity > 0),
    CONSTRAINT orders_line_amount CHECK (unit_amount >= 0 AND amount = unit_amount * quantity)
)
"""

STEP = """
CREATE TABLE orders_step (
    id uuid PRIMARY KEY,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    order_id uuid NOT NULL REFERENCES orders_order (id) ON DELETE CASCADE,
    transition text NOT NULL,
    was text NOT NULL,
    status text NOT NULL,
    party text NOT NULL,
    actor_id uuid,
    reason text NOT NULL
)
"""

INDEXES = (
    "CREATE UNIQUE INDEX orders_order_number ON orders_order (number)",
    "CREATE INDEX orders_order_buyer ON orders_order (buyer_id, id DESC)",
    "CREATE INDEX orders_order_seller ON orders_order (seller_id, id DESC)",
    "CREATE INDEX orders_order_seller_status ON orders_order (seller_id, status, id DESC)",
    "CREATE INDEX orders_order_scope ON orders_order (scope, id DESC)",
    "CREATE INDEX orders_order_checkout ON orders_order (checkout_id)",
    "CREATE INDEX orders_order_due ON orders_order (due_at, id) WHERE due_at IS NOT NULL",
    "CREATE UNIQUE INDEX orders_line_position ON orders_line (order_id, position)",
    "CREATE INDEX orders_line_ref ON orders_line (ref, id DESC)",
    "CREATE INDEX orders_step_order ON orders_step (order_id, id)",
    "CREATE INDEX orders_step_actor ON orders_step (actor_id) WHERE actor_id IS NOT NULL",
)
# Numbers the format's {sequence}; gaps are possible, repeats are not.
SEQUENCE = "CREATE SEQUENCE orders_number"


def up(migrator, db):
    for statement in (ORDER, LINE, STEP, *INDEXES, SEQUENCE):
        db.execute_sql(statement)


def down(migrator, db):
    db.execute_sql("DROP TABLE orders_step, orders_line, orders_order")
    db.execute_sql("DROP SEQUENCE orders_number")
