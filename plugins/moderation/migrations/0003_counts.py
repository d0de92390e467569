"""Indexes of the queue over all open statuses, and what the counts read, which is no more than these."""

OPEN = "WHERE status IN ('PENDING', 'REVIEWING')"
NEW = {
    "moderation_case_waiting": f"moderation_case (queued_at, id) {OPEN}",
    "moderation_case_scope": f"moderation_case (scope, queued_at, id) {OPEN}",
    "moderation_case_counted": (f"moderation_case (status, kind) INCLUDE (scope, queued_at, reasons) {OPEN}"),
}
WIDER = {
    "moderation_case_decided": (
        "moderation_case (decided_at)",
        "INCLUDE (scope, status, queued_at)",
        "WHERE decided_at IS NOT NULL",
    ),
    "moderation_decision_made": (
        "moderation_decision (created_at)",
        "INCLUDE (scope, sanction, hidden, automated, status)",
        "",
    ),
}


def up(migrator, db):
    for name, definition in NEW.items():
        db.execute_sql(f"CREATE INDEX {name} ON {definition}")
    for name, (keys, beside, where) in WIDER.items():
        db.execute_sql(f"DROP INDEX {name}")
        db.execute_sql(f"CREATE INDEX {name} ON {keys} {beside} {where}")


def down(migrator, db):
    for name, (keys, _, where) in WIDER.items():
        db.execute_sql(f"DROP INDEX {name}")
        db.execute_sql(f"CREATE INDEX {name} ON {keys} {where}")
    for name in NEW:
        db.execute_sql(f"DROP INDEX {name}")
