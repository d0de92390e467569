INSERT INTO bookings_resource (id, created_at, updated_at, version, number, provider_id, ref, timezone, capacity,
    duration, step, buffer_before, buffer_after, min_notice, max_ahead, cancel_notice, auto_confirm, open)
OVERRIDING SYSTEM VALUE
SELECT seed.id('resource', r.i, r.at), r.at, r.at, 1, r.i + 1, seller, 'listing:' || l.id,
    'Europe/Berlin', 1, 60, 60, 0, 0, 0, 60, 0, true, true
FROM (SELECT i, seed.at(i, $resources, 100) AS at FROM generate_series(0, $resources - 1) AS i) AS r
JOIN seed.listings AS l ON l.i = r.i * 5;
INSERT INTO bookings_hours (id, created_at, updated_at, resource_id, weekday, start, "end", weeks)
SELECT seed.id('hours' || w, i, '$now'), '$now', '$now', seed.id('resource', i, seed.at(i, $resources, 100)), w, 480,
    1080, 1 FROM generate_series(0, $resources - 1) AS i, generate_series(0, 4) AS w;
INSERT INTO bookings_change (id, created_at, updated_at, resource_id, opens, first_day, last_day, start, "end", note)
SELECT seed.id('exception' || w, i, '$now'), '$now', '$now', seed.id('resource', i, seed.at(i, $resources, 100)), false,
    date '$now' + 30 + w, date '$now' + 30 + w, 0, 1440, ''
FROM generate_series(0, $resources - 1) AS i, generate_series(0, CASE WHEN i % 100 = 0 THEN 60 ELSE 1 END) AS w;
INSERT INTO bookings_booking (id, created_at, updated_at, version, resource_id, resource_number, lane, customer_id,
    provider_id, scope, ref, title, status, starts_at, ends_at, blocked_from, blocked_until, cancellable_until,
    timezone, price_amount, price_currency, note, snapshot)
SELECT seed.id('booking', b.i, starts), starts, starts, 1, seed.id('resource', r, seed.at(r, $resources, 100)), r + 1, 0,
    seed.person(seed.person_of('customer', b.i)), seller, scope,
    'listing:' || l.id, title,
    CASE WHEN starts > '$now' THEN 'CONFIRMED' WHEN seed.pick('kept', b.i, 10) = 0 THEN 'CANCELLED' ELSE 'COMPLETED' END,
    starts, starts + interval '1 hour', starts, starts + interval '1 hour', starts, 'Europe/Berlin', 5000, 'USD', '', '{}'
FROM (SELECT i, i % $resources AS r,
    date_trunc('hour', timestamptz '$now') + make_interval(days => 2 - (i / $resources)::integer, hours => (i % 8)::integer)
    AS starts FROM generate_series(0, $bookings - 1) AS i) AS b JOIN seed.listings AS l ON l.i = b.r * 5;
INSERT INTO bookings_step (id, created_at, updated_at, booking_id, transition, was, status, party, reason, starts_at)
SELECT seed.id('booked', row_number() OVER (ORDER BY id), created_at), created_at, created_at, id, 'book', '', 'CONFIRMED',
    'customer', '', starts_at FROM bookings_booking;
CREATE TABLE seed.booked AS SELECT row_number() OVER (ORDER BY id) - 1 AS i, id FROM bookings_booking;
CREATE UNIQUE INDEX ON seed.booked (i);
