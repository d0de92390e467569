INSERT INTO notifications_notification (id, created_at, updated_at, user_id, type, title, body, url, data, topic, read_at)
SELECT seed.id('notification', i, at), at, at, seed.person(seed.person_of('told', i)),
    (ARRAY['orders.placed', 'orders.received', 'bookings.reminder', 'chat.message'])[1 + i % 4], 'News ' || i, 'Something.',
    '', '{}', '', CASE WHEN i % 5 > 0 THEN at END
FROM (SELECT i, seed.at(i, $messages, 100) AS at FROM generate_series(0, $messages - 1) AS i) AS notification;
INSERT INTO notifications_inbox (id, created_at, updated_at, unread)
SELECT user_id, '$now', '$now', count(*) FROM notifications_notification WHERE read_at IS NULL GROUP BY user_id;
INSERT INTO notifications_delivery (id, created_at, updated_at, message_id, type, channel, user_id, address, language,
    timezone, subject, mandatory, sensitive, priority, state, reason, attempt, due_at, provider, provider_id, topic,
    correlation_id, finished_at)
SELECT seed.id('delivery', i, at), at, at, seed.id('notification', i, at), 'orders.placed', 'email', seed.person(p),
    'person' || p || '@example.com', 'en', 'UTC', 'An order', false, false, 5,
    CASE WHEN i % 50 = 0 THEN 'failed' ELSE 'sent' END, '', 1, at, 'smtp', '', '', '', at
FROM (SELECT i, seed.at(i, $messages, 100) AS at, seed.person_of('mailed', i) AS p
    FROM generate_series(0, $messages - 1) AS i) AS delivery;
INSERT INTO notifications_suppression (id, created_at, updated_at, address, type, reason)
SELECT seed.id('suppression', i, '$now'), '$now', '$now', 'person' || i || '@example.com', '', 'bounced'
FROM generate_series(0, $people - 1) AS i WHERE i % 4 = 0;
INSERT INTO notifications_device (id, created_at, updated_at, user_id, provider, token, keys, registered_at)
SELECT seed.id('device', i, '$now'), '$now', '$now', seed.person(i % 3), 'fcm', 'token' || i, '{}',
    timestamptz '$now' - make_interval(secs => i) FROM generate_series(0, 89) AS i;
INSERT INTO notifications_mute (id, created_at, updated_at, user_id, topic)
SELECT seed.id('mute', i, '$now'), '$now', '$now', seed.person(i % 3), 'conversation:' || i FROM generate_series(0, 89) AS i;
CREATE TABLE seed.reporter AS SELECT * FROM (VALUES $reporters) AS reporter (n, key);
INSERT INTO moderation_case (id, created_at, updated_at, version, kind, target_id, owner_id, scope, status, snapshot,
    reports, flags, reasons, queued_at, claimed_by, decided_by, decided_at)
SELECT seed.id('case', r.i, r.at), r.at, r.at, 1, 'listing', l.id, seller, scope, status, jsonb_build_object('title', title, 'text', '', 'url', ''), 2, 0,
    ARRAY[(ARRAY['spam', 'fraud', 'inappropriate', 'harassment'])[1 + r.i % 4]], r.at,
    CASE WHEN status = 'REVIEWING' THEN seed.person(r.i % 3) END,
    CASE WHEN status IN ('RESOLVED', 'DISMISSED') THEN seed.person(1) END,
    CASE WHEN status IN ('RESOLVED', 'DISMISSED') THEN r.at + interval '1 hour' END
FROM (SELECT i, seed.at(i, $cases, 300) AS at,
    (ARRAY['PENDING', 'PENDING', 'REVIEWING', 'DISMISSED', 'DISMISSED', 'RESOLVED', 'RESOLVED', 'RESOLVED', 'RESOLVED',
        'RESOLVED'])[1 + seed.pick('case', i, 10)] AS status
    FROM generate_series(0, $cases - 1) AS i) AS r JOIN seed.listings AS l ON l.i = r.i * 5;
INSERT INTO moderation_report (id, created_at, updated_at, case_id, reporter_key, reporter_id, source, rule, reason,
    details)
SELECT seed.id('report' || n, i, at), at, at, seed.id('case', i, at),
    coalesce((SELECT decode(key, 'hex') FROM seed.reporter AS r WHERE r.n = p), decode(md5('reporter' || p), 'hex')),
    seed.person(p), 'USER', '', 'spam', 'Look at this.'
FROM (SELECT i, n, seed.at(i, $cases, 300) AS at, CASE n WHEN 0 THEN seed.person_of('reports', i)
        ELSE 3 + seed.pick('reports too' || n, i, $people - 3) END AS p
    FROM generate_series(0, $cases - 1) AS i, generate_series(0, CASE WHEN i = 0 THEN $people / $share ELSE 1 END) AS n) AS report
ON CONFLICT DO NOTHING;
INSERT INTO moderation_entry (id, created_at, updated_at, case_id, what, actor_id, note)
SELECT seed.id('entry' || n, i, at), at, at, seed.id('case', i, at), (ARRAY['reported', 'claimed', 'decided'])[n],
    seed.person(1), ''
FROM (SELECT i, seed.at(i, $cases, 300) AS at FROM generate_series(0, $cases - 1) AS i) AS reported,
    generate_series(1, 3) AS n;
INSERT INTO moderation_decision (id, created_at, updated_at, version, case_id, kind, target_id, owner_id, scope, status,
    hidden, sanction, strike_until, ground_type, ground, facts, source, automated, interim, decided_by, reversal,
    foreign_status)
SELECT seed.id('decision', row_number() OVER (ORDER BY id), decided_at), decided_at, decided_at, 1, id, kind, target_id,
    owner_id, scope, 'IN_FORCE', false, 'WARNING', decided_at + interval '90 days', 'TERMS', 'Rule 1', 'Seen.', 'NOTICE',
    false, false, seed.person(1), '', ''
FROM moderation_case WHERE status = 'RESOLVED';
INSERT INTO moderation_appeal (id, created_at, updated_at, version, decision_id, appellant_id, scope, text, status,
    contested_by, answer)
SELECT seed.id('appeal', row_number() OVER (ORDER BY id), created_at), created_at, created_at, 1, id, owner_id, scope,
    'It was not so.', (ARRAY['PENDING', 'UPHELD', 'REVERSED'])[1 + row_number() OVER (ORDER BY id) % 3], decided_by, ''
FROM moderation_decision;
INSERT INTO moderation_complaint (id, created_at, updated_at, version, case_id, report_id, scope, text, status, answer)
SELECT seed.id('complaint', row_number() OVER (ORDER BY r.id), r.created_at), r.created_at, r.created_at, 1, c.id, r.id,
    scope, 'Look again.', (ARRAY['PENDING', 'UPHELD'])[1 + row_number() OVER (ORDER BY r.id) % 2], ''
FROM moderation_report AS r JOIN moderation_case AS c ON c.id = r.case_id WHERE c.status = 'DISMISSED';
INSERT INTO webhooks_endpoint (id, created_at, updated_at, version, owner_id, scope, url, description, event_types,
    status, disabled_reason, secret)
SELECT seed.id('endpoint', i, at), at, at, 1, seed.person(CASE i WHEN 0 THEN 0 ELSE seed.person_of('hooked', i) END),
    CASE WHEN i % 2 = 1 THEN seed.scope(seed.building_of('hooked', i)) END, 'https://example.com/' || i, '',
    ARRAY['orders.order.placed.v1'], 'ENABLED', '', ''
FROM (SELECT i, seed.at(i, $endpoints, 100) AS at FROM generate_series(0, $endpoints - 1) AS i) AS endpoint;
INSERT INTO webhooks_message (id, type, occurred_at, payload)
SELECT seed.id('sent', i, at), 'orders.order.placed.v1', at, '{}'
FROM (SELECT i, seed.at(i, $messages, 50) AS at FROM generate_series(0, $messages - 1) AS i) AS sent;
INSERT INTO webhooks_delivery (id, created_at, updated_at, endpoint_id, message_id, status, attempts, due_at,
    response_status, error, delivered_at)
SELECT seed.id('sending', i, at), at, at, seed.id('endpoint', e, seed.at(e, $endpoints, 100)), seed.id('sent', i, at),
    CASE WHEN i % 20 = 1 THEN 'FAILED' ELSE 'DELIVERED' END, 1, at, 200, '', at
FROM (SELECT i, seed.at(i, $messages, 50) AS at,
    CASE WHEN seed.pick('sending', i, $part) = 0 THEN 0 ELSE i % $endpoints END AS e
    FROM generate_series(0, $messages - 1) AS i) AS sending;
INSERT INTO webhooks_attempt (id, created_at, updated_at, delivery_id, duration_ms, response_status, error,
    response_body)
SELECT seed.id('attempt', i, at), at, at, seed.id('sending', i, at), 20, 200, '', 'ok'
FROM (SELECT i, seed.at(i, $messages, 50) AS at FROM generate_series(0, $messages - 1) AS i) AS attempt;
