INSERT INTO reviews_review (id, created_at, updated_at, version, ref, title, scope, about, reviewer_id, subject_id,
    role, rating, text, gallery, response, withheld)
SELECT seed.id('review', i, reviewed), reviewed, reviewed, 1, 'order:' || id, title, scope,
    ARRAY['listing:' || listing], buyer, seller, 'seller', 1 + (seed.pick('stars', i, 9) + 7) / 4,
    'As described: ' || title, '{}', '',
    CASE WHEN seed.pick('unseen', i, 50) = 0 THEN ARRAY['moderation'] ELSE '{}'::text[] END
FROM (SELECT *, at + interval '1 minute' AS reviewed FROM seed.bought) AS bought
WHERE status = 'COMPLETED' AND i % 2 = 0 ORDER BY i;
INSERT INTO reviews_tally (user_id, role, month, rating, n)
SELECT subject_id, role, date_trunc('month', created_at AT TIME ZONE 'UTC')::date, rating, count(*)
FROM reviews_review WHERE withheld = '{}' GROUP BY 1, 2, 3, 4;
INSERT INTO reviews_reputation (id, created_at, updated_at, user_id, role, count, total, score, as_of)
SELECT seed.id('reputation', row_number() OVER (ORDER BY user_id), '$now'), '$now', '$now', user_id, role, sum(n),
    sum(n * rating), 0, date '2000-01-01'
FROM reviews_tally GROUP BY user_id, role;
INSERT INTO verification_request (id, created_at, updated_at, version, kind, subject, requester_id, scope, status,
    steps, submissions, queued_at, decided_by, decided_at, reason, reminded)
SELECT seed.id('verification', i, at), at, at, 1, 'buildings.unit', 'unit:' || seed.id('unit', i, at),
    seed.person(seed.person_of('verified', i)), seed.scope(seed.building_of('verified', i)), status, '{}', 1, at,
    CASE WHEN status <> 'PENDING' THEN seed.person(1) END, CASE WHEN status <> 'PENDING' THEN at END, '', false
FROM (SELECT i, seed.at(i, $requests, 90) AS at,
    (ARRAY['PENDING', 'REJECTED', 'APPROVED', 'APPROVED', 'APPROVED'])[1 + seed.pick('verification', i, 5)] AS status
    FROM generate_series(0, $requests - 1) AS i) AS request;
INSERT INTO verification_change (id, created_at, updated_at, request_id, source, target, actor_id, reason)
SELECT seed.id('change' || p, i, at), at, at, seed.id('verification', i, at), (ARRAY['', 'DRAFT'])[p],
    (ARRAY['DRAFT', 'PENDING'])[p], seed.person(0), ''
FROM (SELECT i, seed.at(i, $requests, 90) AS at FROM generate_series(0, $requests - 1) AS i) AS request,
    generate_series(1, 2) AS p;
INSERT INTO verification_note (id, created_at, updated_at, request_id, author_id, text)
SELECT seed.id('note', i, at), at, at, seed.id('verification', i, at), seed.person(1), 'Looks fine.'
FROM (SELECT i, seed.at(i, $requests, 90) AS at FROM generate_series(0, $requests - 1) AS i) AS request;
INSERT INTO subscriptions_subscription (id, created_at, updated_at, version, user_id, plan, interval, status, amount,
    currency, anchor_at, cycle, period_start, period_end, next_plan, next_interval, cancel_at_period_end, attempts)
SELECT seed.id('subscription', i, seed.at(i, $people, 20)), '$now', '$now', 1, seed.person(i),
    (ARRAY['standard', 'premium'])[1 + i % 2], 'month', 'ACTIVE', 500, 'USD', '$now', 0, seed.at(i, $people, 20),
    timestamptz '$now' + interval '30 days', (ARRAY['standard', 'premium'])[1 + i % 2], 'month', false, 0
FROM generate_series(0, $people - 1) AS i;
INSERT INTO subscriptions_subscription (id, created_at, updated_at, version, user_id, plan, interval, status, amount,
    currency, anchor_at, cycle, period_start, period_end, next_plan, next_interval, cancel_at_period_end, attempts,
    ended_at)
SELECT seed.id('lead subscription', i, seed.at(i, 90, 90) - interval '30 days'), '$now', '$now', 1, seed.person(i % 3),
    'standard', 'month', 'EXPIRED', 500, 'USD', '$now', 0, timestamptz '$now' - interval '90 days',
    timestamptz '$now' - interval '60 days', 'standard', 'month', false, 0, timestamptz '$now' - interval '60 days'
FROM generate_series(0, 89) AS i;
INSERT INTO subscriptions_charge (id, created_at, updated_at, subscription_id, user_id, kind, cycle, plan, amount,
    currency, period_start, period_end, status, url, paid_at)
SELECT seed.id('charge' || c, i, '$now'), '$now', '$now', seed.id('subscription', i, seed.at(i, $people, 20)),
    seed.person(i), 'period', c, 'standard', 500, 'USD', timestamptz '$now' + make_interval(months => c::integer),
    timestamptz '$now' + make_interval(months => c::integer + 1), 'PAID', '', '$now'
FROM generate_series(0, $people - 1) AS i, generate_series(1, CASE WHEN i < 3 THEN 60 ELSE 2 END) AS c;
INSERT INTO subscriptions_change (id, created_at, updated_at, subscription_id, name, was, status, plan)
SELECT seed.id('changed' || c, i, '$now'), '$now', '$now', seed.id('subscription', i, seed.at(i, $people, 20)), 'renew',
    'ACTIVE', 'ACTIVE', 'standard'
FROM generate_series(0, $people - 1) AS i, generate_series(1, CASE WHEN i < 3 THEN 60 ELSE 2 END) AS c;
INSERT INTO subscriptions_usage (user_id, meter, used, since)
SELECT seller_id, 'listings', count(*), '$now' FROM listings_listing WHERE status = 'ACTIVE' GROUP BY 1;
