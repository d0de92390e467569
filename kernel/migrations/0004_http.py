"""Idempotency keys: the answers of requests done, until they expire."""


def up(migrator, db):
    db.execute_sql(
        """
        CREATE TABLE kernel_idempotency (
            name        bytea PRIMARY KEY,
            fingerprint bytea NOT NULL,
            answer      bytea NOT NULL,
            created_at  timestamptz NOT NULL,
            expires_at  timestamptz NOT NULL
        )
        """,
    )
    db.execute_sql("CREATE INDEX kernel_idempotency_expires_at ON kernel_idempotency (expires_at)")


def down(migrator, db):
    db.execute_sql("DROP TABLE kernel_idempotency")
