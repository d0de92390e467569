"""Subscriptions, what is paid for them, how they changed, and what was used."""

COMMON = "id uuid PRIMARY KEY, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL"
OWNER = "subscription_id uuid NOT NULL REFERENCES subscriptions_subscription (id) ON DELETE CASCADE"
SUBSCRIPTION = f"""
CREATE TABLE subscriptions_subscription (
    {COMMON},
    version integer NOT NULL,
    user_id uuid NOT NULL,
    plan text NOT NULL,
    interval text NOT NULL,
    status text NOT NULL,
    amount bigint NOT NULL,
    currency char(3) NOT NULL,
    anchor_at timestamptz NOT NULL,
    cycle integer NOT NULL,
    period_start timestamptz NOT NULL,
    period_end timestamptz NOT NULL,
    next_plan text NOT NULL,
    next_interval text NOT NULL,
    cancel_at_period_end boolean NOT NULL,
    due_at timestamptz,
    attempts integer NOT NULL,
    ended_at timestamptz,
    CONSTRAINT subscriptions_subscription_status
        CHECK (status IN ('PENDING', 'TRIALING', 'ACTIVE', 'PAST_DUE', 'CANCELLED', 'EXPIRED')),
    CONSTRAINT subscriptions_subscription_amount CHECK (amount >= 0),
    CONSTRAINT subscriptions_subscription_period CHECK (period_start < period_end)
)
"""
CHARGE = f"""
CREATE TABLE subscriptions_charge (
    {COMMON},
    {OWNER},
    user_id uuid NOT NULL,
    kind text NOT NULL,
    cycle integer NOT NULL,
    plan text NOT NULL,
    amount bigint NOT NULL,
    currency char(3) NOT NULL,
    period_start timestamptz NOT NULL,
    period_end timestamptz NOT NULL,
    status text NOT NULL,
    url text NOT NULL,
    paid_at timestamptz,
    CONSTRAINT subscriptions_charge_status CHECK (status IN ('OPEN', 'PAID', 'VOID')),
    CONSTRAINT subscriptions_charge_amount CHECK (amount >= 0)
)
"""
CHANGE = f"""
CREATE TABLE subscriptions_change (
    {COMMON},
    {OWNER},
    name text NOT NULL,
    was text NOT NULL,
    status text NOT NULL,
    plan text NOT NULL,
    actor_id uuid
)
"""
USAGE = """
CREATE TABLE subscriptions_usage (
    user_id uuid NOT NULL,
    meter text NOT NULL,
    used bigint NOT NULL,
    since timestamptz NOT NULL,
    PRIMARY KEY (user_id, meter),
    CONSTRAINT subscriptions_usage_used CHECK (used >= 0)
)
"""
LIVING = "WHERE ended_at IS NULL"
DUE = "WHERE due_at IS NOT NULL"
PERIOD = "(subscription_id, period_start) WHERE kind = 'period'"
OPEN = "WHERE status = 'OPEN'"
INDEXES = (
    f"UNIQUE INDEX subscriptions_subscription_living ON subscriptions_subscription (user_id) {LIVING}",
    "INDEX subscriptions_subscription_user ON subscriptions_subscription (user_id, id DESC)",
    f"INDEX subscriptions_subscription_due ON subscriptions_subscription (due_at, id) {DUE}",
    f"UNIQUE INDEX subscriptions_charge_period ON subscriptions_charge {PERIOD}",
    f"UNIQUE INDEX subscriptions_charge_open ON subscriptions_charge (subscription_id) {OPEN}",
    "INDEX subscriptions_charge_subscription ON subscriptions_charge (subscription_id, id DESC)",
    "INDEX subscriptions_change_subscription ON subscriptions_change (subscription_id, id)",
)
TABLES = "subscriptions_usage, subscriptions_change, subscriptions_charge, subscriptions_subscription"


def up(migrator, db):
    for statement in (SUBSCRIPTION, CHARGE, CHANGE, USAGE, *(f"CREATE {each}" for each in INDEXES)):
        db.execute_sql(statement)


def down(migrator, db):
    db.execute_sql(f"DROP TABLE {TABLES}")
