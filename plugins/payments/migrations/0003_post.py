"""A movement of the ledger in one round trip: its accounts locked, then moved, then written down."""

POST = """
CREATE FUNCTION payments_post(
    p_now timestamptz, p_id uuid, p_kind text, p_key text, p_payment uuid, p_payout uuid, p_description text,
    p_entries uuid[], p_accounts uuid[], p_kinds text[], p_owners uuid[], p_gateways text[], p_shards int[],
    p_currencies text[], p_amounts bigint[], p_parties uuid[]
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    -- locks the accounts in the order of their ids, and opens those that are new
    INSERT INTO payments_account
        (id, created_at, updated_at, kind, owner_id, gateway, shard, currency, balance)
    SELECT wanted.id, p_now, p_now, wanted.kind, wanted.owner_id, wanted.gateway, wanted.shard,
        wanted.currency, 0
    FROM unnest(p_accounts, p_kinds, p_owners, p_gateways, p_shards, p_currencies)
        AS wanted (id, kind, owner_id, gateway, shard, currency)
    ORDER BY wanted.id
    ON CONFLICT (id) DO UPDATE SET balance = 0 WHERE false;

    -- a statement of its own: it sees the balances as they are under the locks
    WITH leg AS (
        SELECT * FROM unnest(p_entries, p_accounts, p_amounts, p_parties)
            AS leg (id, account_id, amount, party_id)
    ), moved AS (
        UPDATE payments_account AS account SET balance = account.balance + leg.amount, updated_at = p_now
        FROM leg WHERE account.id = leg.account_id
        RETURNING account.id, account.kind, account.currency, account.balance
    ), movement AS (
        INSERT INTO payments_movement (id, kind, key, payment_id, payout_id, description, created_at)
        VALUES (p_id, p_kind, p_key, p_payment, p_payout, p_description, p_now)
    )
    INSERT INTO payments_entry
        (id, movement_id, account_id, account_kind, currency, amount, balance, party_id, created_at)
    SELECT leg.id, p_id, moved.id, moved.kind, moved.currency, leg.amount, moved.balance, leg.party_id, p_now
    FROM leg JOIN moved ON moved.id = leg.account_id;
END $$
"""


def up(migrator, db):
    db.execute_sql(POST)


def down(migrator, db):
    db.execute_sql("DROP FUNCTION payments_post")
