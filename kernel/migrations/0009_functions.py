"""What every placing request does, in one round trip each, with plans that PostgreSQL keeps.

Each statement in a function takes a snapshot of its own, so what stands after a lock sees what the one
who held it has committed; that could not be said of one statement with a lock inside.
"""

# Among events of one key positions follow commits: the locks are held until then.
PUBLISH = """
CREATE FUNCTION kernel_publish(
    p_now timestamptz, p_locks integer, p_actor text, p_scope text, p_correlation_id text, p_trace text,
    p_ids uuid[], p_types text[], p_keys text[], p_data text[], p_of uuid[], p_subscribers text[]
) RETURNS SETOF bigint LANGUAGE plpgsql AS $$
DECLARE
    each text;
BEGIN
    FOREACH each IN ARRAY p_keys LOOP
        PERFORM pg_advisory_xact_lock(p_locks, hashtext(each));
    END LOOP;
    RETURN QUERY
    WITH stored AS (
        INSERT INTO kernel_event AS event
            (id, type, key, actor, scope, correlation_id, trace, data, occurred_at)
        SELECT given.id, given.type, given.key, p_actor, p_scope, p_correlation_id, p_trace,
            given.data::jsonb, p_now
        FROM unnest(p_ids, p_types, p_keys, p_data) WITH ORDINALITY AS given (id, type, key, data, nth)
        ORDER BY given.nth
        RETURNING event.id, event.key, event.position
    ), delivered AS (
        INSERT INTO kernel_delivery (position, subscriber, key, due_at)
        SELECT stored.position, reacting.name, stored.key, p_now
        FROM stored JOIN unnest(p_of, p_subscribers) AS reacting (id, name) ON reacting.id = stored.id
    )
    SELECT stored.position FROM stored ORDER BY stored.position;
END $$
"""

KEPT_ANSWER = """
CREATE FUNCTION kernel_kept_answer(p_lock bigint, p_name bytea, p_now timestamptz)
RETURNS TABLE (mine boolean, fingerprint bytea, answer bytea) LANGUAGE plpgsql AS $$
BEGIN
    mine := pg_try_advisory_xact_lock(p_lock);
    IF mine THEN
        SELECT kept.fingerprint, kept.answer INTO fingerprint, answer FROM kernel_idempotency AS kept
        WHERE kept.name = p_name AND kept.expires_at > p_now;
    END IF;
    RETURN NEXT;
END $$
"""


def up(migrator, db):
    for statement in (PUBLISH, KEPT_ANSWER):
        db.execute_sql(statement)


def down(migrator, db):
    db.execute_sql("DROP FUNCTION kernel_publish, kernel_kept_answer")
