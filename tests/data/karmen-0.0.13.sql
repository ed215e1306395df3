-- A database as Karmen 0.0.13 leaves it (its version 9), with the odd rows that years of use and its known mistakes make.
-- Written from the record of its tables, for tests, which replace UPLOADS and OUTSIDE. Every password is old-Passw0rd.

CREATE TABLE schema_version (
    version         bigint PRIMARY KEY,
    checksum        varchar(64) NOT NULL,
    success         boolean NOT NULL,
    execution_time  integer NOT NULL DEFAULT 0
);
INSERT INTO schema_version (version, checksum, success) SELECT n, md5(n::text), true FROM generate_series(1, 9) AS n;

CREATE TABLE users (
    uuid            uuid PRIMARY KEY,
    username        varchar(128) UNIQUE,
    providers_data  jsonb,
    providers       varchar(128)[],
    suspended       boolean,
    role            varchar(16) DEFAULT CURRENT_USER,
    created         timestamptz DEFAULT now()
);
INSERT INTO users (uuid, username, providers_data, providers, suspended, role, created) VALUES
    ('00000000-0000-4000-8000-000000000001', 'karmen', '{}', '{local}', false, 'admin', '2020-01-02 03:04:05.678901+01'),
    ('00000000-0000-4000-8000-000000000002', 'ursula', NULL, '{local,"an other"}', false, 'user', '2020-02-03 04:05:06+00'),
    ('00000000-0000-4000-8000-000000000003', 'forced', '{"a": 1}', '{local}', false, 'user', '2020-02-03 04:05:06+00'),
    ('00000000-0000-4000-8000-000000000004', 'suspended', NULL, '{local}', true, 'user', '2020-02-03 04:05:06+00'),
    ('00000000-0000-4000-8000-000000000005', 'without local record', NULL, '{oauth}', false, 'user', NULL),
    ('00000000-0000-4000-8000-000000000006', NULL, NULL, NULL, NULL, NULL, NULL);
-- Whom nobody gave a role got the name of the database's user.
INSERT INTO users (uuid, username, suspended) VALUES ('00000000-0000-4000-8000-000000000007', 'accident', false);

CREATE TABLE local_users (
    user_uuid         uuid PRIMARY KEY REFERENCES users ON DELETE CASCADE,
    pwd_hash          char(60),
    force_pwd_change  boolean
);
INSERT INTO local_users VALUES
    ('00000000-0000-4000-8000-000000000001', '$2y$04$abcdefghijklmnopqrstuu6tfhC9XFyjHS17FwvklcN0.oe9qUTn6', false),
    ('00000000-0000-4000-8000-000000000002', '$2y$04$abcdefghijklmnopqrstuu6tfhC9XFyjHS17FwvklcN0.oe9qUTn6', NULL),
    ('00000000-0000-4000-8000-000000000003', '$2y$04$abcdefghijklmnopqrstuu6tfhC9XFyjHS17FwvklcN0.oe9qUTn6', true),
    ('00000000-0000-4000-8000-000000000004', '$2y$04$abcdefghijklmnopqrstuu6tfhC9XFyjHS17FwvklcN0.oe9qUTn6', false),
    ('00000000-0000-4000-8000-000000000006', NULL, NULL),
    ('00000000-0000-4000-8000-000000000007', '$2y$04$abcdefghijklmnopqrstuu6tfhC9XFyjHS17FwvklcN0.oe9qUTn6', false);

CREATE TABLE api_tokens (
    user_uuid  uuid REFERENCES users,
    jti        uuid PRIMARY KEY,
    name       varchar(128),
    created    timestamptz DEFAULT now(),
    revoked    boolean
);
INSERT INTO api_tokens VALUES
    ('00000000-0000-4000-8000-000000000002', '10000000-0000-4000-8000-000000000001', 'slicer', '2020-03-01 00:00:00+00', false),
    ('00000000-0000-4000-8000-000000000002', '10000000-0000-4000-8000-000000000002', 'revoked', '2020-03-02 00:00:00+00', true),
    ('00000000-0000-4000-8000-000000000002', '10000000-0000-4000-8000-000000000003', NULL, NULL, NULL),
    (NULL, '10000000-0000-4000-8000-000000000004', 'nobody', NULL, false);

CREATE TABLE gcodes (
    id             serial PRIMARY KEY,
    path           varchar,
    filename       varchar,
    display        varchar,
    absolute_path  varchar,
    uploaded       timestamptz DEFAULT now(),
    size           integer,
    analysis       json,
    user_uuid      uuid REFERENCES users
);
INSERT INTO gcodes (id, path, filename, display, absolute_path, uploaded, size, analysis, user_uuid) VALUES
    (1, 'a/b', 'cube.gcode', 'cube.gcode', 'UPLOADS/a/b/cube.gcode', '2020-04-01 10:00:00+02', 4,
        '{"filament": {"length_mm": 203.4}, "slicer": "Cura", "temperatures": {}, "time": {"estimate_s": 160}}',
        '00000000-0000-4000-8000-000000000002'),
    (2, '', 'never analysed.gcode', 'never analysed.gcode', 'UPLOADS//never analysed.gcode', '2020-04-02 10:00:00+00', 4, '{}',
        '00000000-0000-4000-8000-000000000001'),
    -- Two uploads within a second: one file, two rows.
    (3, '', 'twice.gcode', 'twice.gcode', 'UPLOADS/twice.gcode', '2020-04-03 10:00:00+00', 4, NULL,
        '00000000-0000-4000-8000-000000000002'),
    (4, '', 'twice.gcode', 'twice.gcode', 'UPLOADS/twice.gcode', '2020-04-03 10:00:00+00', 4, NULL,
        '00000000-0000-4000-8000-000000000002'),
    (5, '', 'outside.gcode', 'outside.gcode', 'OUTSIDE', '2020-04-04 10:00:00+00', 4, NULL, NULL),
    (6, '', 'climbs.gcode', 'climbs.gcode', 'UPLOADS/../outside.gcode', '2020-04-05 10:00:00+00', 4, NULL, NULL),
    (7, '', 'link.gcode', 'link.gcode', 'UPLOADS/link.gcode', '2020-04-06 10:00:00+00', 4, NULL, NULL),
    (8, '', 'linked folder.gcode', 'linked folder.gcode', 'UPLOADS/folder/outside.gcode', '2020-04-07 10:00:00+00', 4, NULL, NULL),
    (9, '', 'gone.gcode', 'gone.gcode', 'UPLOADS/gone.gcode', '2020-04-08 10:00:00+00', 2147483647, 'null',
        '00000000-0000-4000-8000-000000000002'),
    (2147483646, NULL, NULL, NULL, NULL, NULL, NULL, '[1]', NULL);
SELECT setval('gcodes_id_seq', 9);

CREATE TABLE printjobs (
    id            serial PRIMARY KEY,
    started       timestamptz DEFAULT now(),
    gcode_id      integer,
    printer_host  varchar(21),
    gcode_data    json,
    printer_data  json,
    user_uuid     uuid REFERENCES users
);
INSERT INTO printjobs (id, started, gcode_id, printer_host, gcode_data, printer_data, user_uuid) VALUES
    (1, '2020-05-01 10:00:00+00', 1, '127.0.0.2:9', '{"id": 1, "filename": "cube.gcode", "size": 4, "available": true}',
        '{"host": "127.0.0.2:9", "name": "Ada", "client": {"name": "octoprint", "version": {}, "connected": true,'
        ' "access_level": "uknown", "api_key": "s3cret-key-of-a-printer"}}', '00000000-0000-4000-8000-000000000002'),
    (2, '2020-05-02 10:00:00+00', 2147483647, 'gone:80', NULL, NULL, NULL),
    (3, NULL, NULL, NULL, '{}', '[]', NULL);
SELECT setval('printjobs_id_seq', 3);

CREATE TABLE printers (
    host           varchar(21) PRIMARY KEY,
    name           varchar(255),
    hostname       varchar(255),
    client         varchar(64),
    client_props   json,
    printer_props  json,
    protocol       varchar(5) DEFAULT 'http'
);
INSERT INTO printers VALUES
    ('127.0.0.2:9', 'Ada', 'ada.local', 'octoprint',
        '{"version": {"api": "0.1", "server": "1.3.12", "text": "OctoPrint 1.3.12"}, "connected": false, "access_level": "unlocked",'
        ' "api_key": "0123456789abcdef"}', '{"filament_type": "PLA", "tool0_diameter": 0.4}', 'http'),
    ('127.0.0.3:9', 'Bob', NULL, 'octoprint',
        '{"version": {}, "connected": false, "access_level" :  "uknown", "api_key": null}', NULL, 'https'),
    ('127.0.0.4:9', NULL, NULL, NULL, NULL, 'null', NULL);

-- Whose user is gone, in a database that lost its references.
ALTER TABLE local_users DROP CONSTRAINT local_users_user_uuid_fkey;
ALTER TABLE api_tokens DROP CONSTRAINT api_tokens_user_uuid_fkey;
ALTER TABLE gcodes DROP CONSTRAINT gcodes_user_uuid_fkey;
INSERT INTO local_users VALUES
    ('00000000-0000-4000-8000-00000000000f', '$2y$04$abcdefghijklmnopqrstuu6tfhC9XFyjHS17FwvklcN0.oe9qUTn6', false);
INSERT INTO api_tokens VALUES
    ('00000000-0000-4000-8000-00000000000f', '10000000-0000-4000-8000-000000000005', 'orphan', '2020-03-01 00:00:00+00', false);
UPDATE gcodes SET user_uuid = '00000000-0000-4000-8000-00000000000f' WHERE id = 8;

-- What no calendar of a client knows.
UPDATE users SET created = '10000-01-01 00:00:00+00' WHERE username = 'suspended';
UPDATE api_tokens SET created = '-infinity' WHERE name = 'nobody';
UPDATE api_tokens SET created = '0044-03-15 12:00:00+00 BC' WHERE name = 'revoked';
UPDATE gcodes SET uploaded = 'infinity' WHERE id = 9;
UPDATE gcodes SET uploaded = '0044-03-15 12:00:00+00 BC' WHERE id = 8;
UPDATE printjobs SET started = '-infinity' WHERE id = 2;

CREATE TABLE settings (key varchar UNIQUE, val varchar);
INSERT INTO settings VALUES ('network_interface', 'wlp4s0'), (NULL, 'nobody asks for it');
