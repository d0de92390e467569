-- What the other files draw from. Everything follows from a number and the seed: the same in every run.
-- Numbers 0, 1 and 2 of people are the callers: a resident, a building's admin, the platform's admin. Of
-- whatever belongs to people each has one of $share, and building 0 of what belongs to buildings one of $part
-- more than the others.
CREATE SCHEMA seed;
CREATE FUNCTION seed.now() RETURNS timestamptz IMMUTABLE PARALLEL SAFE RETURN timestamptz '$now';
CREATE FUNCTION seed.pick(kind text, i bigint, n bigint) RETURNS bigint IMMUTABLE PARALLEL SAFE
    RETURN (hashtextextended(kind || ':' || i, $seed) & 9223372036854775807) % n;
CREATE FUNCTION seed.at(i bigint, n bigint, days integer) RETURNS timestamptz IMMUTABLE PARALLEL SAFE
    RETURN timestamptz '$now' - make_interval(secs => 60 + days * 86400.0 * (n - i) / n);
CREATE FUNCTION seed.id(kind text, i bigint, at timestamptz) RETURNS uuid IMMUTABLE PARALLEL SAFE
    RETURN overlay(overlay(overlay(md5(kind || ':' || i || ':$seed')
        PLACING lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') FROM 1)
        PLACING '7' FROM 13) PLACING '8' FROM 17)::uuid;
CREATE FUNCTION seed.person_of(kind text, i bigint) RETURNS bigint IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN seed.pick(kind || '!', i, $share) < 3 THEN seed.pick(kind || '!', i, $share)
        ELSE seed.pick(kind, i, $people) END;
CREATE FUNCTION seed.building_of(kind text, i bigint) RETURNS bigint IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN seed.pick(kind, i, $part) = 0 THEN 0 ELSE i % $buildings END;
-- A word of 600, the first far more often than the last.
CREATE FUNCTION seed.word(kind text, i bigint) RETURNS text IMMUTABLE PARALLEL SAFE
    RETURN (SELECT (ARRAY['oak', 'chair', 'lamp', 'vintage', 'desk', 'bicycle', 'camera', 'sofa', 'mirror',
            'guitar', 'record', 'shelf', 'garden', 'bench', 'clock', 'coat', 'printer', 'phone', 'laptop', 'table',
            'carpet', 'drill', 'tent', 'kayak', 'piano', 'violin', 'stove', 'kettle', 'blender', 'radio'])[1 + n % 30]
        || (ARRAY['', 'ly', 'ine', 'ora', 'et', 'on', 'us', 'ella', 'ix', 'ado', 'um', 'esk', 'ant', 'ule',
            'oid', 'ish', 'ery', 'elt', 'ump', 'ax'])[1 + n / 30]
        FROM (SELECT (600 * power(seed.pick(kind, i, 1000) / 1000.0, 2))::bigint AS n OFFSET 0) AS drawn);
CREATE FUNCTION seed.words(kind text, i bigint, n integer) RETURNS text IMMUTABLE PARALLEL SAFE
    RETURN (SELECT string_agg(seed.word(kind, i * 64 + g), ' ') FROM generate_series(1, n) AS g);
-- What is looked up often is drawn once.
CREATE TABLE seed.people AS
SELECT i, seed.id('person', i, seed.at(i, $people, 400)) AS id FROM generate_series(0, $people - 1) AS i;
CREATE UNIQUE INDEX ON seed.people (i);
CREATE FUNCTION seed.person(n bigint) RETURNS uuid STABLE PARALLEL SAFE
    RETURN (SELECT id FROM seed.people WHERE i = n);
CREATE TABLE seed.phrases AS
SELECT i, seed.words('short', i, 9) AS short, seed.words('long', i, 20) AS long FROM generate_series(0, 999) AS i;
CREATE UNIQUE INDEX ON seed.phrases (i);
CREATE FUNCTION seed.building(i bigint) RETURNS uuid IMMUTABLE PARALLEL SAFE
    RETURN seed.id('building', i, seed.at(i, $buildings, 500));
CREATE FUNCTION seed.scope(i bigint) RETURNS text IMMUTABLE PARALLEL SAFE
    RETURN 'building:' || seed.building(i);
CREATE FUNCTION seed.category(i bigint) RETURNS uuid IMMUTABLE PARALLEL SAFE
    RETURN seed.id('category', i, timestamptz '$now' - interval '600 days');
CREATE TABLE seed.listings AS
SELECT i, at, seed.id('listing', i, at) AS id, seed.id('medium', i, at) AS medium, s, seed.person(s) AS seller,
    CASE WHEN seed.pick('public', i, 4) = 0 THEN '' ELSE seed.scope(seed.building_of('listed', i)) END AS scope,
    500 + seed.pick('price', i, 200000) AS price, initcap(seed.words('title', i, 4)) AS title
FROM (SELECT i, seed.at(i, $listings, 60) AS at, seed.person_of('seller', i) AS s
    FROM generate_series(0, $listings - 1) AS i OFFSET 0) AS listing;
CREATE UNIQUE INDEX ON seed.listings (i);
ANALYZE seed.people, seed.phrases, seed.listings;
