CREATE FUNCTION seed.payment(i bigint, at timestamptz) RETURNS uuid IMMUTABLE RETURN seed.id('payment', i, at);
INSERT INTO payments_payment (id, created_at, updated_at, ref, purpose, payer_id, amount, currency, refunded, status,
    capture, escrow, description, source, client, failure, captured_at, version)
SELECT seed.payment(i, at), at, at, 'order:' || id, 'payment', buyer, amount * (1 + i % 2), 'USD', 0,
    CASE status WHEN 'PENDING' THEN 'DUE' WHEN 'CANCELLED' THEN 'CANCELLED' ELSE 'CAPTURED' END, 'automatic', true,
    'Order ZST-' || i, 'test', '{}', '', CASE WHEN status NOT IN ('PENDING', 'CANCELLED') THEN at END, 1
FROM seed.bought ORDER BY i;
INSERT INTO payments_split (id, created_at, updated_at, payment_id, payee_id, payer_id, currency, amount, commission,
    refunded, refunded_commission, escrow, state)
SELECT seed.id('split', i, at), at, at, seed.payment(i, at), seller, buyer, 'USD', amount * (1 + i % 2),
    amount * (1 + i % 2) / 10, 0, 0, true,
    CASE status WHEN 'COMPLETED' THEN 'RELEASED' WHEN 'CONFIRMED' THEN 'HELD' WHEN 'DISPUTED' THEN 'HELD'
        ELSE 'PENDING' END
FROM seed.bought ORDER BY i;
INSERT INTO payments_history (id, subject_id, before, after, actor, reason, at)
SELECT seed.id('history' || p, i, at), CASE p WHEN 1 THEN seed.payment(i, at) ELSE seed.id('split', i, at) END,
    CASE p WHEN 1 THEN 'DUE' ELSE 'PENDING' END, CASE p WHEN 1 THEN 'CAPTURED' ELSE 'HELD' END, 'system', '', at
FROM seed.bought, generate_series(1, 2) AS p WHERE status NOT IN ('PENDING', 'CANCELLED') ORDER BY i;
INSERT INTO payments_operation (id, created_at, updated_at, kind, state, payment_id, gateway, intent, result_ref,
    amount, currency, parts, data, reason, actor, error, attempts, due_at)
SELECT seed.id('operation', i, at), at, at, 'confirm', 'DONE', seed.payment(i, at), 'test', 'in_' || i, 'ch_' || i,
    amount * (1 + i % 2), 'USD', '[]', '{}', '', 'system', '', 1, at
FROM seed.bought WHERE status NOT IN ('PENDING', 'CANCELLED') ORDER BY i;
INSERT INTO payments_operation (id, created_at, updated_at, kind, state, payment_id, gateway, intent, result_ref,
    amount, currency, parts, data, reason, actor, error, attempts, due_at, decided)
SELECT seed.id('refused refund' || n, i, at), at, at, 'refund', 'FAILED', seed.payment(i, at), 'test', '', '', 100, 'USD',
    '{}', '{}', '', 'user', 'Declined.', 1, at, true
FROM seed.bought, generate_series(1, 2) AS n WHERE status = 'COMPLETED' ORDER BY i;
-- Those nobody has decided about: as many at every size.
INSERT INTO payments_operation (id, created_at, updated_at, kind, state, payment_id, gateway, intent, result_ref,
    amount, currency, parts, data, reason, actor, error, attempts, due_at)
SELECT seed.id('waiting refund', i, at), at, at, 'refund', 'FAILED', seed.payment(i, at), 'test', '', '', 100, 'USD',
    '{}', '{}', '', 'user', 'Declined.', 1, at
FROM seed.bought WHERE status = 'CONFIRMED' ORDER BY i LIMIT 48;
UPDATE payments_payment SET frozen = true
WHERE id IN (SELECT payment_id FROM payments_operation WHERE kind = 'refund' AND NOT decided);
INSERT INTO payments_account (id, created_at, updated_at, kind, owner_id, gateway, shard, currency, balance)
SELECT seed.id('wallet', i, '$now'), '$now', '$now', 'wallet', seed.person(i), '', 0, 'USD', 0
FROM generate_series(0, $people - 1) AS i;
INSERT INTO payments_account (id, created_at, updated_at, kind, gateway, shard, currency, balance)
SELECT seed.id(kind, s, '$now'), '$now', '$now', kind, CASE kind WHEN 'clearing' THEN 'test' ELSE '' END, s, 'USD', 0
FROM unnest(ARRAY['clearing', 'escrow', 'commission', 'payouts']) AS kind, generate_series(0, 15) AS s;
CREATE TABLE seed.leg (movement uuid, kind text, account uuid, amount bigint, party uuid, at timestamptz, n bigint);
INSERT INTO payments_movement (id, kind, key, payment_id, description, created_at)
SELECT seed.id('capture', i, at), 'capture', 'capture:' || i, seed.payment(i, at), 'Order ZST-' || i, at
FROM seed.bought WHERE status NOT IN ('PENDING', 'CANCELLED') ORDER BY i;
INSERT INTO seed.leg
SELECT seed.id('capture', i, at), kind, seed.id(kind, i % 16, '$now'),
    CASE kind WHEN 'escrow' THEN 1 ELSE -1 END * amount * (1 + i % 2), CASE kind WHEN 'clearing' THEN buyer END, at, i
FROM seed.bought, unnest(ARRAY['clearing', 'escrow']) AS kind WHERE status NOT IN ('PENDING', 'CANCELLED');
INSERT INTO payments_movement (id, kind, key, payment_id, description, created_at)
SELECT seed.id('release', i, at), 'release', 'release:' || i, seed.payment(i, at), 'Order ZST-' || i,
    at + interval '2 minutes'
FROM seed.bought WHERE status = 'COMPLETED' ORDER BY i;
INSERT INTO seed.leg
SELECT seed.id('release', i, at), kind, CASE kind WHEN 'wallet' THEN seed.id(kind, s, '$now')
        ELSE seed.id(kind, i % 16, '$now') END,
    CASE kind WHEN 'escrow' THEN -total WHEN 'commission' THEN total / 10 ELSE total - total / 10 END,
    CASE kind WHEN 'wallet' THEN seller END, at + interval '2 minutes', $orders + i
FROM (SELECT *, amount * (1 + i % 2) AS total FROM seed.bought) AS bought,
    unnest(ARRAY['escrow', 'wallet', 'commission']) AS kind
WHERE status = 'COMPLETED';
INSERT INTO payments_payout (id, created_at, updated_at, owner_id, amount, currency, status, gateway, destination,
    failure)
SELECT seed.id('payout', i, at), at, at, seed.person(seed.person_of('paid out', i)), 50, 'USD',
    CASE WHEN i % 5 = 0 THEN 'REQUESTED' ELSE 'PAID' END, 'test', 'Bank', ''
FROM (SELECT i, seed.at(i, $payouts, 1) + interval '30 seconds' AS at FROM generate_series(0, $payouts - 1) AS i) AS payout
WHERE EXISTS (SELECT FROM seed.leg
    WHERE account = seed.id('wallet', seed.person_of('paid out', i), '$now') AND kind = 'wallet');
INSERT INTO payments_history (id, subject_id, before, after, actor, reason, at)
SELECT seed.id('payout history', row_number() OVER (ORDER BY id), created_at), id, '', 'REQUESTED', 'user', '',
    created_at FROM payments_payout;
INSERT INTO payments_movement (id, kind, key, payout_id, description, created_at)
SELECT seed.id('paying', row_number() OVER (ORDER BY id), created_at), 'payout', 'payout:' || id, id, 'Payout', created_at
FROM payments_payout;
INSERT INTO seed.leg
SELECT m.id, leg, CASE leg WHEN 'wallet' THEN w.id ELSE seed.id(leg, 0, '$now') END,
    CASE leg WHEN 'wallet' THEN -50 ELSE 50 END, CASE leg WHEN 'wallet' THEN p.owner_id END, p.created_at,
    2 * $orders + 1
FROM payments_payout AS p JOIN payments_movement AS m ON m.payout_id = p.id
JOIN payments_account AS w ON w.owner_id = p.owner_id, unnest(ARRAY['wallet', 'payouts']) AS leg;
INSERT INTO payments_entry (id, movement_id, account_id, account_kind, currency, amount, balance, party_id, created_at)
SELECT seed.id('entry', row_number() OVER (ORDER BY at, movement, kind), at), movement, account, kind, 'USD', amount,
    sum(amount) OVER (PARTITION BY account ORDER BY at, movement, kind), party, at
FROM seed.leg;
UPDATE payments_account AS a SET balance = e.sum
FROM (SELECT account, sum(amount) FROM seed.leg GROUP BY account) AS e WHERE e.account = a.id;
INSERT INTO payments_method (id, created_at, updated_at, owner_id, gateway, use, token, label, is_default)
SELECT seed.id('method', i, '$now'), '$now', '$now', seed.person(i % $people), 'test', 'pay', 'tok_' || i, 'Card', false
FROM generate_series(0, $people - 1) AS i;
INSERT INTO payments_method (id, created_at, updated_at, owner_id, gateway, use, token, label, is_default)
SELECT seed.id('lead method', i, '$now'), '$now', '$now', seed.person(i % 3), 'test', 'pay', 'tok_lead_' || i, 'Card', false
FROM generate_series(0, 89) AS i;
