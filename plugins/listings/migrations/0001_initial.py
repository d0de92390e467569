"""Listings, and who saw them."""

LISTING = """
CREATE TABLE listings_listing (
    id uuid PRIMARY KEY,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    version integer NOT NULL,
    deleted_at timestamptz,
    seller_id uuid NOT NULL,
    seller_name text NOT NULL,
    seller_avatar_url text NOT NULL,
    seller_verified boolean NOT NULL,
    type text NOT NULL,
    status text NOT NULL,
    title text NOT NULL,
    description text NOT NULL,
    category_id uuid,
    price_amount bigint,
    price_currency char(3),
    quantity integer,
    attributes jsonb NOT NULL,
    scope text NOT NULL,
    gallery uuid[] NOT NULL,
    cover_url text NOT NULL,
    listed_at timestamptz NOT NULL,
    expires_at timestamptz,
    reminded boolean NOT NULL,
    withheld text[] NOT NULL,
    views bigint NOT NULL,
    CONSTRAINT listings_listing_type CHECK (type IN ('PRODUCT', 'SERVICE')),
    CONSTRAINT listings_listing_status
        CHECK (status IN ('DRAFT', 'ACTIVE', 'SOLD', 'EXPIRED', 'DEACTIVATED')),
    CONSTRAINT listings_listing_price CHECK ((price_amount IS NULL) = (price_currency IS NULL)),
    CONSTRAINT listings_listing_price_amount CHECK (price_amount >= 0),
    CONSTRAINT listings_listing_complete
        CHECK (status = 'DRAFT' OR (category_id IS NOT NULL AND price_amount IS NOT NULL)),
    CONSTRAINT listings_listing_quantity CHECK (quantity >= 0),
    CONSTRAINT listings_listing_views CHECK (views >= 0)
)
"""

VIEW = """
CREATE TABLE listings_view (
    listing_id uuid NOT NULL,
    day date NOT NULL,
    viewer bytea NOT NULL,
    counted boolean NOT NULL,
    PRIMARY KEY (listing_id, day, viewer)
)
"""

VIEW_DAY = """
CREATE TABLE listings_view_day (
    listing_id uuid NOT NULL,
    day date NOT NULL,
    views integer NOT NULL,
    PRIMARY KEY (listing_id, day)
)
"""

VISIBLE = "status = 'ACTIVE' AND deleted_at IS NULL AND withheld = '{}'"
LISTING_INDEXES = (
    f"newest ON listings_listing (scope, listed_at DESC, id DESC) WHERE {VISIBLE}",
    f"price ON listings_listing (scope, price_currency, price_amount, id) WHERE {VISIBLE}",
    f"popular ON listings_listing (scope, views DESC, id DESC) WHERE {VISIBLE}",
    "category ON listings_listing (category_id, listed_at DESC, id DESC) WHERE deleted_at IS NULL",
    "seller ON listings_listing (seller_id, id DESC) WHERE deleted_at IS NULL",
    "expiry ON listings_listing (expires_at) WHERE status = 'ACTIVE' AND deleted_at IS NULL",
    "gallery ON listings_listing USING gin (gallery) WHERE deleted_at IS NULL",
)
INDEXES = (
    *(f"CREATE INDEX listings_listing_{definition}" for definition in LISTING_INDEXES),
    "CREATE INDEX listings_view_uncounted ON listings_view (listing_id, day) WHERE NOT counted",
    "CREATE INDEX listings_view_days ON listings_view (day)",
)


def up(migrator, db):
    for statement in (LISTING, VIEW, VIEW_DAY, *INDEXES):
        db.execute_sql(statement)


def down(migrator, db):
    db.execute_sql("DROP TABLE listings_view_day, listings_view, listings_listing")
