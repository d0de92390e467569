"""Buildings, their units and members, and the ways in."""

COMMON = "id uuid PRIMARY KEY, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL"
OF_BUILDING = "building_id uuid NOT NULL REFERENCES buildings_building (id) ON DELETE CASCADE"
OF_UNIT = "unit_id uuid REFERENCES buildings_unit (id) ON DELETE SET NULL"
KIND = "kind text NOT NULL CHECK (kind IN ('RESIDENT', 'OWNER', 'TENANT', 'STAFF'))"

BUILDING = f"""
CREATE TABLE buildings_building (
    {COMMON},
    version integer NOT NULL,
    deleted_at timestamptz,
    name text NOT NULL,
    description text NOT NULL,
    street text NOT NULL,
    postal_code text NOT NULL,
    city text NOT NULL,
    region text NOT NULL,
    country char(2) NOT NULL,
    email text NOT NULL,
    phone text NOT NULL,
    website text NOT NULL,
    listed boolean NOT NULL,
    marketplace boolean NOT NULL,
    chat boolean NOT NULL,
    verification_required boolean NOT NULL,
    auto_approve boolean NOT NULL,
    category_ids uuid[] NOT NULL,
    verified_at timestamptz
)
"""
UNIT = f"""
CREATE TABLE buildings_unit (
    {COMMON},
    version integer NOT NULL,
    {OF_BUILDING},
    number text NOT NULL,
    floor text NOT NULL,
    note text NOT NULL
)
"""
MEMBER = f"""
CREATE TABLE buildings_member (
    {COMMON},
    version integer NOT NULL,
    {OF_BUILDING},
    user_id uuid NOT NULL,
    {KIND},
    {OF_UNIT},
    status text NOT NULL CHECK (status IN ('ACTIVE', 'LEFT', 'REMOVED', 'BANNED')),
    admin boolean NOT NULL,
    verified_at timestamptz,
    joined_at timestamptz NOT NULL,
    CONSTRAINT buildings_member_admin CHECK (status = 'ACTIVE' OR NOT admin)
)
"""
JOIN_REQUEST = f"""
CREATE TABLE buildings_join_request (
    {COMMON},
    version integer NOT NULL,
    {OF_BUILDING},
    user_id uuid NOT NULL,
    {KIND},
    unit_number text NOT NULL,
    message text NOT NULL,
    status text NOT NULL CHECK (status IN ('PENDING', 'APPROVED', 'REJECTED', 'CANCELLED')),
    reason text NOT NULL,
    decided_by uuid,
    decided_at timestamptz
)
"""
INVITATION = f"""
CREATE TABLE buildings_invitation (
    {COMMON},
    {OF_BUILDING},
    digest bytea NOT NULL,
    {KIND},
    {OF_UNIT},
    uses_left integer NOT NULL,
    expires_at timestamptz NOT NULL,
    created_by uuid,
    revoked_at timestamptz,
    CONSTRAINT buildings_invitation_uses CHECK (uses_left >= 0)
)
"""
PENDING = "(building_id, user_id) WHERE status = 'PENDING'"
INDEXES = (
    "INDEX buildings_building_directory ON buildings_building (name, id) WHERE deleted_at IS NULL",
    "UNIQUE INDEX buildings_unit_number ON buildings_unit (building_id, lower(number))",
    "INDEX buildings_unit_list ON buildings_unit (building_id, number, id)",
    "UNIQUE INDEX buildings_member_person ON buildings_member (building_id, user_id)",
    "INDEX buildings_member_list ON buildings_member (building_id, status, id)",
    "INDEX buildings_member_user ON buildings_member (user_id, id)",
    "INDEX buildings_member_unit ON buildings_member (unit_id)",
    f"UNIQUE INDEX buildings_join_request_pending ON buildings_join_request {PENDING}",
    "INDEX buildings_join_request_list ON buildings_join_request (building_id, status, id)",
    "INDEX buildings_join_request_user ON buildings_join_request (user_id, id)",
    "UNIQUE INDEX buildings_invitation_digest ON buildings_invitation (digest)",
    "INDEX buildings_invitation_list ON buildings_invitation (building_id, id)",
    "INDEX buildings_invitation_unit ON buildings_invitation (unit_id)",
)


def up(migrator, db):
    tables = (BUILDING, UNIT, MEMBER, JOIN_REQUEST, INVITATION)
    for statement in (*tables, *(f"CREATE {each}" for each in INDEXES)):
        db.execute_sql(statement)


def down(migrator, db):
    db.execute_sql(
        "DROP TABLE buildings_invitation, buildings_join_request, buildings_member, buildings_unit,"
        " buildings_building"
    )
