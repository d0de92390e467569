"""Cases with their reports, decisions with their reasons, appeals, the trail."""

COMMON = "id uuid PRIMARY KEY, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL"
CASE = f"""
CREATE TABLE moderation_case (
    {COMMON},
    version integer NOT NULL,
    kind text NOT NULL,
    target_id uuid NOT NULL,
    owner_id uuid,
    scope text NOT NULL,
    status text NOT NULL,
    snapshot jsonb NOT NULL,
    reports integer NOT NULL,
    flags integer NOT NULL,
    reasons text[] NOT NULL,
    queued_at timestamptz NOT NULL,
    claimed_by uuid,
    claimed_at timestamptz,
    decided_by uuid,
    decided_at timestamptz,
    CONSTRAINT moderation_case_status CHECK (status IN ('PENDING', 'REVIEWING', 'RESOLVED', 'DISMISSED'))
)
"""
REPORT = f"""
CREATE TABLE moderation_report (
    {COMMON},
    case_id uuid NOT NULL REFERENCES moderation_case (id) ON DELETE CASCADE,
    reporter_key bytea,
    reporter_id uuid,
    source text NOT NULL,
    rule text NOT NULL,
    reason text NOT NULL,
    details text NOT NULL
)
"""
DECISION = f"""
CREATE TABLE moderation_decision (
    {COMMON},
    version integer NOT NULL,
    case_id uuid NOT NULL REFERENCES moderation_case (id) ON DELETE CASCADE,
    kind text NOT NULL,
    target_id uuid NOT NULL,
    owner_id uuid,
    scope text NOT NULL,
    status text NOT NULL,
    hidden boolean NOT NULL,
    sanction text NOT NULL,
    ends_at timestamptz,
    ended_at timestamptz,
    strike_until timestamptz,
    ground_type text NOT NULL,
    ground text NOT NULL,
    facts text NOT NULL,
    source text NOT NULL,
    automated boolean NOT NULL,
    interim boolean NOT NULL,
    decided_by uuid,
    reversed_by uuid,
    reversed_at timestamptz,
    reversal text NOT NULL,
    foreign_status text NOT NULL,
    foreign_until timestamptz,
    CONSTRAINT moderation_decision_status CHECK (status IN ('IN_FORCE', 'REVERSED')),
    CONSTRAINT moderation_decision_sanction CHECK (sanction IN ('NONE', 'WARNING', 'SUSPENSION', 'BAN')),
    CONSTRAINT moderation_decision_ends CHECK ((sanction = 'SUSPENSION') = (ends_at IS NOT NULL))
)
"""
APPEAL = f"""
CREATE TABLE moderation_appeal (
    {COMMON},
    version integer NOT NULL,
    decision_id uuid NOT NULL REFERENCES moderation_decision (id) ON DELETE CASCADE,
    appellant_id uuid,
    scope text NOT NULL,
    text text NOT NULL,
    status text NOT NULL,
    contested_by uuid,
    decided_by uuid,
    decided_at timestamptz,
    answer text NOT NULL,
    CONSTRAINT moderation_appeal_status CHECK (status IN ('PENDING', 'UPHELD', 'REVERSED')),
    CONSTRAINT moderation_appeal_another CHECK (decided_by <> contested_by)
)
"""
ENTRY = f"""
CREATE TABLE moderation_entry (
    {COMMON},
    case_id uuid NOT NULL REFERENCES moderation_case (id) ON DELETE CASCADE,
    what text NOT NULL,
    actor_id uuid,
    note text NOT NULL
)
"""
KEPT = """
CREATE FUNCTION moderation_trail_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Only a person who is erased may leave a line; what was done stays.
    IF (NEW.id, NEW.case_id, NEW.created_at, NEW.what, NEW.note)
        IS DISTINCT FROM (OLD.id, OLD.case_id, OLD.created_at, OLD.what, OLD.note) OR NEW.actor_id IS NOT NULL
    THEN RAISE EXCEPTION 'the trail of moderation is only added to';
    END IF;
    RETURN NEW;
END $$
"""
TRIGGER = """
CREATE TRIGGER moderation_entry_kept BEFORE UPDATE ON moderation_entry
    FOR EACH ROW EXECUTE FUNCTION moderation_trail_kept()
"""
OPEN = "WHERE status IN ('PENDING', 'REVIEWING')"
DUE = "WHERE ended_at IS NULL AND ends_at IS NOT NULL"
INDEXES = (
    f"UNIQUE INDEX moderation_case_open ON moderation_case (kind, target_id) {OPEN}",
    "INDEX moderation_case_queue ON moderation_case (status, queued_at, id)",
    "INDEX moderation_case_owner ON moderation_case (owner_id)",
    "INDEX moderation_case_decided ON moderation_case (decided_at) WHERE decided_at IS NOT NULL",
    "UNIQUE INDEX moderation_report_one ON moderation_report (case_id, reporter_key)",
    "INDEX moderation_report_mine ON moderation_report (reporter_key, id DESC)",
    "INDEX moderation_report_case ON moderation_report (case_id, id)",
    "INDEX moderation_decision_case ON moderation_decision (case_id)",
    "INDEX moderation_decision_owner ON moderation_decision (owner_id, id DESC)",
    "INDEX moderation_decision_made ON moderation_decision (created_at)",
    f"INDEX moderation_decision_due ON moderation_decision (ends_at) {DUE}",
    "UNIQUE INDEX moderation_appeal_one ON moderation_appeal (decision_id)",
    "INDEX moderation_appeal_mine ON moderation_appeal (appellant_id, id DESC)",
    "INDEX moderation_appeal_queue ON moderation_appeal (status, id)",
    "INDEX moderation_entry_case ON moderation_entry (case_id, id)",
)


def up(migrator, db):
    tables = (CASE, REPORT, DECISION, APPEAL, ENTRY)
    for statement in (*tables, KEPT, TRIGGER, *(f"CREATE {each}" for each in INDEXES)):
        db.execute_sql(statement)


def down(migrator, db):
    tables = ("entry", "appeal", "decision", "report", "case")
    db.execute_sql(f"DROP TABLE {', '.join(f'moderation_{each}' for each in tables)}")
    db.execute_sql("DROP FUNCTION moderation_trail_kept()")
