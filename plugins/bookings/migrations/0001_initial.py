"""Resources, their hours, and bookings of which no two overlap."""

TABLES = """
CREATE TABLE bookings_resource (
    id uuid PRIMARY KEY,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    version integer NOT NULL,
    number bigint GENERATED ALWAYS AS IDENTITY,
    provider_id uuid NOT NULL,
    ref text NOT NULL,
    timezone text NOT NULL,
    capacity integer NOT NULL,
    duration integer NOT NULL,
    step integer NOT NULL,
    buffer_before integer NOT NULL,
    buffer_after integer NOT NULL,
    min_notice integer NOT NULL,
    max_ahead integer NOT NULL,
    cancel_notice integer NOT NULL,
    auto_confirm boolean NOT NULL,
    open boolean NOT NULL
);
CREATE UNIQUE INDEX bookings_resource_ref ON bookings_resource (ref);
CREATE INDEX bookings_resource_provider ON bookings_resource (provider_id, id DESC);

CREATE TABLE bookings_hours (
    id uuid PRIMARY KEY,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    resource_id uuid NOT NULL REFERENCES bookings_resource ON DELETE CASCADE,
    weekday integer NOT NULL,
    start integer NOT NULL,
    "end" integer NOT NULL,
    weeks integer NOT NULL,
    valid_from date,
    valid_until date
);
CREATE INDEX bookings_hours_resource ON bookings_hours (resource_id, weekday);

CREATE TABLE bookings_change (
    id uuid PRIMARY KEY,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    resource_id uuid NOT NULL REFERENCES bookings_resource ON DELETE CASCADE,
    opens boolean NOT NULL,
    first_day date NOT NULL,
    last_day date NOT NULL,
    start integer NOT NULL,
    "end" integer NOT NULL,
    note text NOT NULL
);
CREATE INDEX bookings_change_resource ON bookings_change (resource_id, last_day);

CREATE TABLE bookings_booking (
    id uuid PRIMARY KEY,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    version integer NOT NULL,
    resource_id uuid NOT NULL REFERENCES bookings_resource ON DELETE CASCADE,
    resource_number bigint NOT NULL,
    lane integer NOT NULL,
    customer_id uuid NOT NULL,
    provider_id uuid NOT NULL,
    scope text NOT NULL,
    ref text NOT NULL,
    title text NOT NULL,
    status text NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    blocked_from timestamptz NOT NULL,
    blocked_until timestamptz NOT NULL,
    held_until timestamptz,
    cancellable_until timestamptz NOT NULL,
    timezone text NOT NULL,
    price_amount bigint,
    price_currency character(3),
    note text NOT NULL,
    snapshot jsonb NOT NULL,
    reminded integer,
    completed_at timestamptz,
    -- No extension needed: a number as a range of one stands in for btree_gist's equality.
    CONSTRAINT bookings_booking_no_overlap EXCLUDE USING gist (
        int8range(resource_number, resource_number, '[]') WITH &&,
        int4range(lane, lane, '[]') WITH &&,
        tstzrange(blocked_from, blocked_until) WITH &&
    ) WHERE (status IN ('HELD', 'PENDING', 'CONFIRMED'))
);
CREATE INDEX bookings_booking_customer ON bookings_booking (customer_id, starts_at DESC, id DESC);
CREATE INDEX bookings_booking_provider ON bookings_booking (provider_id, starts_at DESC, id DESC);
CREATE INDEX bookings_booking_scope ON bookings_booking (scope, starts_at DESC, id DESC);
CREATE INDEX bookings_booking_taken ON bookings_booking (resource_id, blocked_from)
    WHERE status IN ('HELD', 'PENDING', 'CONFIRMED');
CREATE INDEX bookings_booking_ahead ON bookings_booking (starts_at)
    WHERE status IN ('HELD', 'PENDING', 'CONFIRMED');
CREATE INDEX bookings_booking_held ON bookings_booking (held_until) WHERE status = 'HELD';

CREATE TABLE bookings_step (
    id uuid PRIMARY KEY,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    booking_id uuid NOT NULL REFERENCES bookings_booking ON DELETE CASCADE,
    transition text NOT NULL,
    was text NOT NULL,
    status text NOT NULL,
    party text NOT NULL,
    actor_id uuid,
    reason text NOT NULL,
    starts_at timestamptz NOT NULL
);
CREATE INDEX bookings_step_booking ON bookings_step (booking_id, id);
"""


def up(migrator, db):
    db.execute_sql(TABLES)


def down(migrator, db):
    db.execute_sql(
        "DROP TABLE bookings_step, bookings_booking, bookings_change, bookings_hours, bookings_resource"
    )
