-- A quarter belongs to orders, a quarter to bookings; of the others the first are the buildings' groups, the
-- next their announcements.
INSERT INTO chat_conversation (id, created_at, updated_at, version, kind, title, description, creator_id, ref, scope,
    public, verified, post_role, add_role, info_role, member_count, last_seq, last_ordinal, last_activity_at)
SELECT seed.id('conversation', i, at), at, at, 1, CASE WHEN i < 10 * $buildings THEN 'attached' ELSE 'group' END,
    initcap(seed.words('room', i, 2)), '', seed.person(0), CASE WHEN i < 5 * $buildings THEN 'order:' || (SELECT id FROM seed.bought AS b
        WHERE b.i = conversation.i) WHEN i < 10 * $buildings THEN 'booking:' || (SELECT id FROM seed.booked AS b
        WHERE b.i = conversation.i) END, '', false, false, 'member', 'admin', 'admin', 0, 0, 0, at
FROM (SELECT i, seed.at(i, $conversations, 100) AS at FROM generate_series(0, $conversations - 1) AS i) AS conversation;
INSERT INTO chat_member (conversation_id, user_id, role, joined_at, delivered_seq, read_seq, read_ordinal, cleared_seq,
    archived, pinned_at)
SELECT seed.id('conversation', i, at), seed.person(p), CASE n WHEN 0 THEN 'owner' ELSE 'member' END, at, 0, 0, 0, 0,
    p < 3 AND i % 7 = 0, CASE WHEN p < 3 AND i % 40 = 1 THEN at END
FROM (SELECT i, seed.at(i, $conversations, 100) AS at FROM generate_series(0, $conversations - 1) AS i) AS conversation,
    LATERAL (SELECT n, CASE n WHEN 0 THEN seed.person_of('talks', i) ELSE seed.pick('hears' || n, i, $people) END AS p
        FROM generate_series(0, 2) AS n) AS member
ON CONFLICT DO NOTHING;
INSERT INTO chat_member (conversation_id, user_id, role, joined_at, delivered_seq, read_seq, read_ordinal, cleared_seq,
    archived)
SELECT seed.id('conversation', 10 * $buildings, seed.at(10 * $buildings, $conversations, 100)), seed.person(p),
    CASE WHEN p < 3 THEN 'owner' ELSE 'member' END, '$now', 0, 0, 0, 0, false
FROM generate_series(0, $people / $part) AS p ON CONFLICT (conversation_id, user_id) DO UPDATE SET role = excluded.role;
INSERT INTO chat_message (id, created_at, updated_at, version, conversation_id, seq, ordinal, counted, unattended,
    sender_id, type, text, payload, media_ids, mentions, hashtags, reply_count, forward_count, reactions, digest)
SELECT seed.id('message', i, at), at, at, 1, seed.id('conversation', c, seed.at(c, $conversations, 100)),
    row_number() OVER (PARTITION BY c ORDER BY i), row_number() OVER (PARTITION BY c ORDER BY i), true, false,
    seed.person(seed.person_of('talks', c)), 'text', (SELECT short FROM seed.phrases AS p WHERE p.i = seed.pick('message', message.i, 1000)), '{}', '{}', '{}',
    CASE WHEN i % 10 = 0 THEN ARRAY[seed.word('hashtag', i)] ELSE '{}'::text[] END, 0, 0, '{}', decode(md5(i::text), 'hex')
FROM (SELECT i, seed.at(i, $messages, 100) AS at,
    CASE WHEN seed.pick('spoken', i, $part) = 0 THEN 10 * $buildings ELSE i % $conversations END AS c
    FROM generate_series(0, $messages - 1) AS i) AS message ORDER BY i;
UPDATE chat_conversation AS c SET last_seq = m.n, last_ordinal = m.n, last_activity_at = m.at
FROM (SELECT conversation_id, max(seq) AS n, max(created_at) AS at FROM chat_message GROUP BY 1) AS m
WHERE m.conversation_id = c.id;
UPDATE chat_conversation AS c SET member_count = m.n
FROM (SELECT conversation_id, count(*) AS n FROM chat_member GROUP BY 1) AS m WHERE m.conversation_id = c.id;
INSERT INTO chat_saved (user_id, message_id, note, saved_at)
SELECT user_id, m.id, '', m.created_at FROM chat_member AS o JOIN chat_message AS m USING (conversation_id)
WHERE o.user_id IN (seed.person(0), seed.person(1), seed.person(2)) AND m.seq % 4 = 1;
INSERT INTO chat_scheduled (id, created_at, updated_at, version, conversation_id, sender_id, content, send_at, status,
    failure)
SELECT seed.id('scheduled', i, at), at, at, 1,
    seed.id('conversation', 10 * $buildings, seed.at(10 * $buildings, $conversations, 100)),
    seed.person(seed.person_of('later', i)), '{"type": "text", "text": "Later.", "payload": {}, "media_ids": []}',
    timestamptz '$now' + interval '1 day' * (1 + i % 30), 'waiting', ''
FROM (SELECT i, seed.at(i, $people, 100) AS at FROM generate_series(0, $people - 1) AS i) AS scheduled;
INSERT INTO chat_invite (id, created_at, updated_at, version, conversation_id, token, creator_id, uses)
SELECT seed.id('invite', i, '$now'), '$now', '$now', 1,
    seed.id('conversation', 10 * $buildings, seed.at(10 * $buildings, $conversations, 100)), 'invite' || i, seed.person(0), 0
FROM generate_series(0, 40) AS i;
INSERT INTO chat_ban (conversation_id, user_id, banned_by, reason, banned_at)
SELECT seed.id('conversation', 10 * $buildings, seed.at(10 * $buildings, $conversations, 100)),
    seed.person($people - 1 - i), seed.person(0), '', '$now' FROM generate_series(0, $people / $share) AS i;
INSERT INTO chat_backup (id, created_at, updated_at, version, user_id, kind, status, messages, size, failure, expires_at)
SELECT seed.id('backup', i, '$now'), '$now', '$now', 1, seed.person(i % 3), (ARRAY['export', 'restore'])[1 + i % 2], 'ready',
    10, 1000, '', timestamptz '$now' + interval '5 days' FROM generate_series(0, 99) AS i;
INSERT INTO chat_restored (user_id, message_id, conversation_id, title, sender_name, seq, type, text, payload, sent_at,
    restored_at)
SELECT seed.person(p), m.id, m.conversation_id, '', 'Ann', m.seq, 'text', m.text, '{}', m.created_at, '$now'
FROM chat_message AS m, generate_series(0, 2) AS p
WHERE conversation_id = seed.id('conversation', 10 * $buildings, seed.at(10 * $buildings, $conversations, 100));
INSERT INTO chat_message (id, created_at, updated_at, version, conversation_id, seq, ordinal, counted, unattended,
    sender_id, type, text, payload, media_ids, mentions, hashtags, reply_count, forward_count, reactions, digest)
SELECT seed.id('poll', 0, '$now'), '$now', '$now', 1, id, last_seq + 1, last_ordinal + 1, true, false, seed.person(0),
    'poll', '', '{"question": "Which?", "options": ["One", "Two"], "votes": [1, 0], "voters": 1, "multiple": false, "anonymous": false, "closed": false}', '{}', '{}', '{}', 0, 0, '{}', ''
FROM chat_conversation
WHERE id = seed.id('conversation', 10 * $buildings, seed.at(10 * $buildings, $conversations, 100));
UPDATE chat_conversation SET last_seq = last_seq + 1, last_ordinal = last_ordinal + 1
WHERE id = seed.id('conversation', 10 * $buildings, seed.at(10 * $buildings, $conversations, 100));
INSERT INTO chat_vote (message_id, user_id, position, voted_at)
SELECT seed.id('poll', 0, '$now'), seed.person(p), 0, timestamptz '$now' - make_interval(secs => p)
FROM generate_series(0, $people / $part) AS p;
