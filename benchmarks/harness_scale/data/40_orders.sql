CREATE TABLE seed.bought AS
SELECT o.i, o.at, seed.id('order', o.i, o.at) AS id, l.id AS listing, l.title, l.scope, l.seller, l.s, l.price AS amount,
    (ARRAY['PENDING', 'CONFIRMED', 'CANCELLED', 'DISPUTED'] || array_fill('COMPLETED'::text, ARRAY[16]))
        [1 + seed.pick('status', o.i, 20)] AS status,
    seed.person(CASE WHEN o.b = l.s THEN (l.s + 3) % $people ELSE o.b END) AS buyer
FROM (SELECT i, seed.at(i, $orders, 380) AS at, seed.pick('bought', i, $listings) AS l, seed.person_of('buyer', i) AS b
    FROM generate_series(0, $orders - 1) AS i OFFSET 0) AS o JOIN seed.listings AS l ON l.i = o.l;
CREATE UNIQUE INDEX ON seed.bought (i);
ANALYZE seed.bought;
INSERT INTO orders_order (id, created_at, updated_at, version, number, checkout_id, buyer_id, seller_id, scope,
    status, currency, subtotal, total, commission, adjustments, note, payment_due, payment_url, confirmed_at,
    completed_at, cancelled_at)
SELECT id, at, at, 1, 'ZST-' || i, seed.id('checkout', i, at), buyer, seller, scope, status, 'USD',
    amount * (1 + i % 2), amount * (1 + i % 2), amount * (1 + i % 2) / 10, '[]', '', false, '',
    CASE WHEN status IN ('CONFIRMED', 'COMPLETED', 'DISPUTED') THEN at + interval '1 minute' END,
    CASE WHEN status = 'COMPLETED' THEN at + interval '2 minutes' END, CASE WHEN status = 'CANCELLED' THEN at END
FROM seed.bought ORDER BY i;
INSERT INTO orders_line (id, created_at, updated_at, order_id, position, ref, title, quantity, unit_amount, amount,
    commission, commission_rate_bp, commission_rule, snapshot)
SELECT seed.id('line' || p, i, at), at, at, id, p, 'listing:' || listing, title, 1, amount, amount,
    amount / 10, 1000, 'default', jsonb_build_object('title', title)
FROM seed.bought, generate_series(0, i % 2) AS p ORDER BY i;
INSERT INTO orders_step (id, created_at, updated_at, order_id, transition, was, status, party, actor_id, reason)
SELECT seed.id('step' || p, i, at), at, at, id, (ARRAY['place', 'confirm', 'complete'])[p],
    (ARRAY['', 'PENDING', 'CONFIRMED'])[p], (ARRAY['PENDING', 'CONFIRMED', 'COMPLETED'])[p], 'buyer', buyer, ''
FROM seed.bought, generate_series(1, CASE status WHEN 'PENDING' THEN 1 WHEN 'COMPLETED' THEN 3 ELSE 2 END) AS p
ORDER BY i;
