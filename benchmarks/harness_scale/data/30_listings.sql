INSERT INTO categories_category (id, created_at, updated_at, version, parent_id, path, position, name, names,
    slug, description, attributes)
SELECT seed.category(i), '$now', '$now', 1, CASE WHEN i >= 20 THEN seed.category(i % 20) END,
    CASE WHEN i >= 20 THEN ARRAY[seed.category(i % 20), seed.category(i)] ELSE ARRAY[seed.category(i)] END,
    i, 'Category ' || i, '{}', 'category-' || i, '', '[]'
FROM generate_series(0, 99) AS i;
INSERT INTO media_medium (id, created_at, updated_at, version, owner_id, kind, status, reason, content_type,
    filename, visibility, kept, charged_bytes, sha256, width, height, files)
SELECT medium, at, at, 1, seller, CASE WHEN i % 20 = 0 THEN 'document' ELSE 'image' END,
    'ready', '', CASE WHEN i % 20 = 0 THEN 'application/pdf' ELSE 'image/jpeg' END, seed.word('file', i) || i || '.jpg',
    'public', false, 1000, md5('medium' || i), 400, 300,
    jsonb_build_object('file', jsonb_build_object('key', 'media/' || i, 'content_type', 'image/jpeg', 'size', 1000))
FROM seed.listings ORDER BY i;
INSERT INTO media_attachment (id, created_at, updated_at, medium_id, owner_type, owner_id)
SELECT seed.id('attachment', i, '$now'), '$now', '$now', medium, 'listing', id
FROM seed.listings ORDER BY i;
INSERT INTO media_usage (id, created_at, updated_at, used_bytes, reserved_bytes)
SELECT owner_id, '$now', '$now', sum(charged_bytes), 0 FROM media_medium GROUP BY owner_id;
INSERT INTO listings_listing (id, created_at, updated_at, version, seller_id, seller_name, seller_avatar_url,
    seller_verified, type, status, title, description, category_id, price_amount, price_currency, quantity,
    attributes, scope, gallery, cover_url, listed_at, expires_at, reminded, withheld, views)
SELECT l.id, at, at, 1, seller, 'Seller ' || s, '', l.i % 3 = 0,
    CASE WHEN l.i % 5 = 0 THEN 'SERVICE' ELSE 'PRODUCT' END,
    (ARRAY['DRAFT', 'SOLD', 'EXPIRED', 'DEACTIVATED'] || array_fill('ACTIVE'::text, ARRAY[16]))[1 + seed.pick('shown', l.i, 20)],
    title, long, seed.category(seed.pick('category', l.i, 100)), price, 'USD', 1 + l.i % 3, '{}', scope, ARRAY[medium],
    '/v1/media/' || medium || '/file',
    at, timestamptz '$now' + interval '30 days', false,
    CASE WHEN seed.pick('withheld', l.i, 100) = 0 THEN ARRAY['moderation'] ELSE '{}'::text[] END,
    seed.pick('views', l.i, 1000)
FROM seed.listings AS l JOIN seed.phrases AS p ON p.i = seed.pick('description', l.i, 1000) ORDER BY l.i;
INSERT INTO listings_view_day (listing_id, day, views)
SELECT id, date '$now' - d, 1 + (i + d) % 7 FROM seed.listings, generate_series(1, 3) AS d;
INSERT INTO search_document (id, created_at, updated_at, kind, subject_id, owner_id, scope, title, keywords, tags,
    vector, amount, currency, published_at, popularity, boost, learned)
SELECT seed.id('document', row_number() OVER (ORDER BY id), '$now'), '$now', '$now', 'listing', id, seller_id, scope,
    title, '', ARRAY['type:' || type, 'category:' || category_id],
    setweight(to_tsvector('simple', title), 'A') || setweight(to_tsvector('english', title), 'A')
        || setweight(to_tsvector('simple', description), 'D') || setweight(to_tsvector('english', description), 'C'),
    price_amount, price_currency, listed_at, views, 1, false
FROM listings_listing WHERE status = 'ACTIVE' AND withheld = '{}';
