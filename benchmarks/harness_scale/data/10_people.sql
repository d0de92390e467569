INSERT INTO kernel_account (id, created_at, updated_at, status, epoch)
SELECT seed.person(i), seed.at(i, $people, 400), '$now', CASE WHEN i % 50 = 49 THEN 'suspended' ELSE 'active' END, 0
FROM generate_series(0, $people - 1) AS i;
INSERT INTO accounts_user (id, created_at, updated_at, version, email, email_key, email_verified_at, name,
    name_key, given_name, family_name, avatar_url, bio, status_message, preferences, privacy)
SELECT seed.person(i), at, at, 1, 'person' || i || '@example.com', 'person' || i || '@example.com',
    CASE WHEN i % 3 > 0 THEN at END, name, lower(name), split_part(name, ' ', 1), split_part(name, ' ', 2), '',
    '', '', '{}', '{}'
FROM (SELECT i, seed.at(i, $people, 400) AS at,
    initcap(seed.word('given', i)) || ' ' || initcap(seed.word('family', i)) || ' ' || i AS name
    FROM generate_series(0, $people - 1) AS i) AS person;
INSERT INTO accounts_standing_change (id, created_at, updated_at, user_id, standing, reason)
SELECT seed.id('standing', i, '$now'), '$now', '$now', seed.person(i), 'suspended', 'Late.'
FROM generate_series(0, $people - 1) AS i WHERE i % 50 = 49;
INSERT INTO kernel_api_key (id, created_at, updated_at, account_id, name, prefix, digest, permissions)
SELECT seed.id('key', i, '$now'), '$now', '$now', seed.person(i % 3), 'Key ' || i, 'p' || i, md5('key' || i), '[]'
FROM generate_series(0, 89) AS i;
INSERT INTO accounts_identity (id, created_at, updated_at, user_id, provider, issuer, subject, email)
SELECT seed.id('identity', i, '$now'), '$now', '$now', seed.person(i % 3), 'provider' || i, 'https://i.example',
    'subject' || i, 'x@example.com'
FROM generate_series(0, 89) AS i;
INSERT INTO accounts_device (id, created_at, updated_at, user_id, fingerprint, name)
SELECT seed.id('known', i, '$now'), '$now', '$now', seed.person(i % $people), md5('known' || i), 'A browser'
FROM generate_series(0, 2 * $people) AS i;
INSERT INTO kernel_session (id, created_at, updated_at, account_id, device, ip, last_used_at, expires_at)
SELECT seed.id('session', i, seed.at(i, 2 * $people, 5)), '$now', '$now', seed.person(i % $people), 'A browser',
    '192.0.2.1', '$now', timestamptz '$now' + interval '5 days'
FROM generate_series(0, 2 * $people) AS i;
INSERT INTO kernel_session (id, created_at, updated_at, account_id, device, ip, last_used_at, expires_at)
SELECT seed.id('open', i, seed.at(i, 90, 5)), '$now', '$now', seed.person(i % 3), 'A browser', '192.0.2.1',
    '$now', timestamptz '$now' + interval '5 days'
FROM generate_series(0, 89) AS i;
INSERT INTO blocking_block (id, created_at, updated_at, blocker_id, blocked_id)
SELECT seed.id('block', i, '$now'), '$now', '$now', seed.person(i), seed.person(i + 7)
FROM generate_series(3, $people - 10) AS i;
INSERT INTO blocking_block (id, created_at, updated_at, blocker_id, blocked_id)
SELECT seed.id('lead block', i, '$now'), '$now', '$now', seed.person(i % 3), seed.person(100 + i)
FROM generate_series(0, 89) AS i;
INSERT INTO presence_person (id, created_at, updated_at, status, text, present, last_seen_at)
SELECT seed.person(i), '$now', '$now', 'online', '', false, '$now' FROM generate_series(0, $people - 1) AS i;
