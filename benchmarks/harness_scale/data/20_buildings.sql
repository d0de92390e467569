INSERT INTO buildings_building (id, created_at, updated_at, version, name, description, street, postal_code,
    city, region, country, email, phone, website, listed, marketplace, chat, verification_required,
    auto_approve, category_ids, verified_at)
SELECT seed.building(i), at, at, 1, initcap(seed.words('house', i, 2)) || ' House ' || i, '', i || ' High Street', '10' || i,
    initcap(seed.word('city', i)), '', (ARRAY['DE', 'FR', 'US', 'JP'])[1 + i % 4], '', '', '', i % 5 > 0, true,
    true, false, false, '{}', CASE WHEN i % 2 = 0 THEN at END
FROM (SELECT i, seed.at(i, $buildings, 500) AS at FROM generate_series(0, $buildings - 1) AS i) AS building;
INSERT INTO buildings_unit (id, created_at, updated_at, version, building_id, number, floor, note)
SELECT seed.id('unit', i, seed.at(i, $people, 500)), '$now', '$now', 1,
    seed.building(seed.building_of('home', i)), i::text, (i % 9)::text, ''
FROM generate_series(0, $people - 1) AS i;
INSERT INTO buildings_member (id, created_at, updated_at, version, building_id, user_id, kind, unit_id, status,
    admin, verified_at, joined_at)
SELECT seed.id('member', i, at), at, at, 1, seed.building(seed.building_of('home', i)), seed.person(i),
    (ARRAY['OWNER', 'TENANT', 'RESIDENT', 'STAFF'])[1 + i % 4], seed.id('unit', i, seed.at(i, $people, 500)),
    CASE WHEN i % 10 = 9 THEN 'LEFT' ELSE 'ACTIVE' END, i % 10 = 8, CASE WHEN i % 2 = 0 THEN at END, at
FROM (SELECT i, seed.at(i, $people, 400) AS at FROM generate_series(3, $people - 1) AS i) AS member;
INSERT INTO buildings_member (id, created_at, updated_at, version, building_id, user_id, kind, unit_id, status, admin,
    joined_at)
SELECT seed.id('lead member', i, seed.at(i, 10, 300)), '$now', '$now', 1, seed.building(i / 2), seed.person(i % 2),
    'RESIDENT', seed.id('unit', i, seed.at(i, $people, 500)), 'ACTIVE', i % 2 = 1, '$now'
FROM generate_series(0, 9) AS i;
INSERT INTO kernel_grant (id, created_at, updated_at, account_id, role, scope)
SELECT seed.id('grant' || role, n, at), at, at, user_id, role, 'building:' || building_id
FROM (SELECT row_number() OVER (ORDER BY id) AS n, created_at AS at, * FROM buildings_member) AS member
CROSS JOIN unnest(ARRAY['resident', 'building_admin']) AS role
WHERE status = 'ACTIVE' AND (role = 'resident' OR admin);
INSERT INTO buildings_join_request (id, created_at, updated_at, version, building_id, user_id, kind, unit_number,
    message, status, reason, decided_by, decided_at)
SELECT seed.id('join', i, seed.at(i, $people, 200)), '$now', '$now', 1,
    seed.building(seed.building_of('asked', i)), seed.person(i), 'TENANT', i::text, 'Hello.', status, '',
    CASE WHEN status <> 'PENDING' THEN seed.person(1) END, CASE WHEN status <> 'PENDING' THEN timestamptz '$now' END
FROM (SELECT i, (ARRAY['PENDING', 'PENDING', 'PENDING', 'APPROVED', 'REJECTED', 'CANCELLED'])[1 + seed.pick('join', i, 6)]
    AS status FROM generate_series(3, $people - 1) AS i) AS request;
INSERT INTO buildings_join_request (id, created_at, updated_at, version, building_id, user_id, kind, unit_number,
    message, status, reason)
SELECT seed.id('lead join', i, seed.at(i, 90, 20)), '$now', '$now', 1, seed.building(i % 10), seed.person(i % 3),
    'TENANT', '', '', 'CANCELLED', '' FROM generate_series(0, 89) AS i;
INSERT INTO buildings_invitation (id, created_at, updated_at, building_id, digest, kind, uses_left, expires_at,
    created_by)
SELECT seed.id('invitation', i, seed.at(i, 5 * $buildings, 20)), '$now', '$now',
    seed.building(CASE WHEN i % $part < 5 THEN 0 ELSE i % $buildings END), decode(md5('invitation' || i), 'hex'),
    'TENANT', 3, timestamptz '$now' + interval '9 days', seed.person(1)
FROM generate_series(0, 5 * $buildings - 1) AS i;
INSERT INTO building_chat_room (id, created_at, updated_at, building_id, purpose, conversation_id)
SELECT seed.id(purpose, i, '$now'), '$now', '$now', seed.building(i), purpose, seed.id('conversation', c,
    seed.at(c, $conversations, 100))
FROM generate_series(0, $buildings - 1) AS i,
    LATERAL (VALUES ('group', 10 * $buildings + i), ('announcements', 11 * $buildings + i)) AS room (purpose, c);
