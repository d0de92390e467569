"""Indexes of each scope's appeals and decisions, and of decisions by their sanction and status."""

INDEXES = {
    "moderation_appeal_scope": "moderation_appeal (scope, status, id)",
    "moderation_decision_scope": "moderation_decision (scope, id)",
    "moderation_decision_sanction": "moderation_decision (sanction, id)",
    "moderation_decision_status": "moderation_decision (status, id)",
}


def up(migrator, db):
    for name, columns in INDEXES.items():
        db.execute_sql(f"CREATE INDEX {name} ON {columns}")


def down(migrator, db):
    for name in INDEXES:
        db.execute_sql(f"DROP INDEX {name}")
