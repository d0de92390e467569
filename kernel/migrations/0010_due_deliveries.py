"""The index of due deliveries, where 0002_events ran before it made one itself."""

repairs = {"0002_events": ["24ad69c434919da515845b479560b0cfe31471e2922e669e5374313a5555da0f"]}


def up(migrator, db):
    db.execute_sql(
        "CREATE INDEX IF NOT EXISTS kernel_delivery_due ON kernel_delivery (due_at) WHERE state = 'pending'"
    )


def down(migrator, db):
    """Leave the index: 0002_events, as it stands now, made it."""
