-- A database of Karmen 0.0.13 (its version 9) becomes what migrations/0010_tables.sql makes, with all that is in it.
-- PostgreSQL only. Old databases have nulls where none should be and texts that a later version spelled right; nothing of
-- that stops the conversion, and no row is lost but those that say nothing: a setting without a key, a password without a
-- hash.

-- * schema_version: the columns of this program; those of the tool before it may stay empty
SET LOCAL lock_timeout = '30s';
ALTER TABLE schema_version ADD COLUMN IF NOT EXISTS description varchar;
ALTER TABLE schema_version ADD COLUMN IF NOT EXISTS installed_by varchar;
ALTER TABLE schema_version ADD COLUMN IF NOT EXISTS installed_on timestamptz;
DO $$
DECLARE name text;
BEGIN
    FOR name IN
        SELECT attname FROM pg_attribute
        WHERE attrelid = 'schema_version'::regclass AND attnum > 0 AND NOT attisdropped AND attnotnull
            AND attname <> 'version'
            AND NOT EXISTS (SELECT 1 FROM pg_index
                            WHERE indrelid = attrelid AND indisprimary AND attnum = ANY (indkey))
    LOOP
        EXECUTE format('ALTER TABLE schema_version ALTER COLUMN %I DROP NOT NULL', name);
    END LOOP;
END $$;

-- * references to users: gone while the tables change, then as this program has them
DO $$
DECLARE reference record;
BEGIN
    FOR reference IN
        SELECT conrelid::regclass AS source, conname FROM pg_constraint
        WHERE contype = 'f' AND confrelid = 'users'::regclass AND conrelid IN (
            'local_users'::regclass, 'api_tokens'::regclass, 'gcodes'::regclass, 'printjobs'::regclass)
    LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', reference.source, reference.conname);
    END LOOP;
END $$;

-- * times: none, infinite ones and those outside of the years 1 to 9999 become 1970-01-01
-- * users: a role is admin or user, and none is given by accident
UPDATE users SET username = 'nameless ' || uuid WHERE username IS NULL;
UPDATE users SET suspended = false WHERE suspended IS NULL;
UPDATE users SET created = to_timestamp(0)
    WHERE created IS NULL OR NOT created BETWEEN '0001-01-01 00:00+00' AND '9999-12-31 23:59:59.999999+00';
UPDATE users SET role = 'user' WHERE role IS NULL OR role NOT IN ('admin', 'user');
ALTER TABLE users
    ALTER COLUMN username SET NOT NULL,
    ALTER COLUMN suspended SET DEFAULT false,
    ALTER COLUMN suspended SET NOT NULL,
    ALTER COLUMN role DROP DEFAULT,
    ALTER COLUMN role SET NOT NULL,
    ALTER COLUMN created SET NOT NULL;

-- * local_users: a generation of the password, which tokens are held against
DELETE FROM local_users WHERE pwd_hash IS NULL OR NOT EXISTS (SELECT 1 FROM users WHERE uuid = user_uuid);
UPDATE local_users SET force_pwd_change = false WHERE force_pwd_change IS NULL;
ALTER TABLE local_users
    ADD COLUMN IF NOT EXISTS password_generation bigint NOT NULL DEFAULT 0,
    ALTER COLUMN pwd_hash SET NOT NULL,
    ALTER COLUMN force_pwd_change SET DEFAULT false,
    ALTER COLUMN force_pwd_change SET NOT NULL,
    ADD FOREIGN KEY (user_uuid) REFERENCES users (uuid) ON DELETE CASCADE;

-- * api_tokens: go on working; they end with their user
DELETE FROM api_tokens WHERE user_uuid IS NULL OR NOT EXISTS (SELECT 1 FROM users WHERE uuid = user_uuid);
UPDATE api_tokens SET name = '' WHERE name IS NULL;
UPDATE api_tokens SET created = to_timestamp(0)
    WHERE created IS NULL OR NOT created BETWEEN '0001-01-01 00:00+00' AND '9999-12-31 23:59:59.999999+00';
UPDATE api_tokens SET revoked = false WHERE revoked IS NULL;
ALTER TABLE api_tokens
    ALTER COLUMN user_uuid SET NOT NULL,
    ALTER COLUMN name SET NOT NULL,
    ALTER COLUMN created SET NOT NULL,
    ALTER COLUMN revoked SET DEFAULT false,
    ALTER COLUMN revoked SET NOT NULL,
    ADD FOREIGN KEY (user_uuid) REFERENCES users (uuid) ON DELETE CASCADE;

-- * gcodes: sizes and ids beyond 2^31; an analysis that was never made may be made; two rows may share a file, as they did
UPDATE gcodes SET absolute_path = '' WHERE absolute_path IS NULL;
UPDATE gcodes SET absolute_path = regexp_replace(absolute_path, '/{2,}', '/', 'g') WHERE absolute_path LIKE '%//%';
UPDATE gcodes SET filename = COALESCE(display, regexp_replace(absolute_path, '^.*/', '')) WHERE filename IS NULL;
UPDATE gcodes SET display = filename WHERE display IS NULL;
-- * gcodes: names of more than 600 characters are cut there, because an index holds no longer ones; paths stay as they are
UPDATE gcodes SET filename = left(filename, 600) WHERE length(filename) > 600;
UPDATE gcodes SET display = left(display, 600) WHERE length(display) > 600;
UPDATE gcodes SET path = '' WHERE path IS NULL;
UPDATE gcodes SET uploaded = to_timestamp(0)
    WHERE uploaded IS NULL OR NOT uploaded BETWEEN '0001-01-01 00:00+00' AND '9999-12-31 23:59:59.999999+00';
UPDATE gcodes SET size = 0 WHERE size IS NULL;
UPDATE gcodes SET analysis = NULL WHERE json_typeof(analysis) <> 'object' OR analysis::text ~ '^\s*\{\s*\}\s*$';
UPDATE gcodes SET user_uuid = NULL WHERE NOT EXISTS (SELECT 1 FROM users WHERE uuid = user_uuid);
ALTER TABLE gcodes
    ALTER COLUMN id TYPE bigint,
    ALTER COLUMN path SET NOT NULL,
    ALTER COLUMN filename SET NOT NULL,
    ALTER COLUMN display SET NOT NULL,
    ALTER COLUMN absolute_path SET NOT NULL,
    ALTER COLUMN uploaded SET NOT NULL,
    ALTER COLUMN size TYPE bigint,
    ALTER COLUMN size SET NOT NULL,
    ADD COLUMN IF NOT EXISTS sha256 char(64),
    ADD COLUMN IF NOT EXISTS analysis_error varchar,
    ADD FOREIGN KEY (user_uuid) REFERENCES users (uuid) ON DELETE SET NULL;

-- * printjobs: longer hosts, ids beyond 2^31; `uknown` becomes `unknown`
UPDATE printjobs SET gcode_id = 0 WHERE gcode_id IS NULL;
UPDATE printjobs SET printer_host = '' WHERE printer_host IS NULL;
UPDATE printjobs SET started = to_timestamp(0)
    WHERE started IS NULL OR NOT started BETWEEN '0001-01-01 00:00+00' AND '9999-12-31 23:59:59.999999+00';
UPDATE printjobs SET user_uuid = NULL WHERE NOT EXISTS (SELECT 1 FROM users WHERE uuid = user_uuid);
UPDATE printjobs
    SET printer_data = regexp_replace(printer_data::text, '("access_level"\s*:\s*)"uknown"', '\1"unknown"')::json
    WHERE printer_data::text ~ '"access_level"\s*:\s*"uknown"';
ALTER TABLE printjobs
    ALTER COLUMN id TYPE bigint,
    ALTER COLUMN gcode_id TYPE bigint,
    ALTER COLUMN gcode_id SET NOT NULL,
    ALTER COLUMN printer_host TYPE varchar(255),
    ALTER COLUMN printer_host SET NOT NULL,
    ALTER COLUMN started SET NOT NULL,
    ADD FOREIGN KEY (user_uuid) REFERENCES users (uuid) ON DELETE SET NULL;

-- * printers: longer hosts; `uknown` becomes `unknown`
UPDATE printers SET name = host WHERE name IS NULL;
UPDATE printers SET client = 'octoprint' WHERE client IS NULL;
UPDATE printers SET protocol = 'http' WHERE protocol IS NULL;
UPDATE printers
    SET client_props = regexp_replace(client_props::text, '("access_level"\s*:\s*)"uknown"', '\1"unknown"')::json
    WHERE client_props::text ~ '"access_level"\s*:\s*"uknown"';
ALTER TABLE printers
    ALTER COLUMN host TYPE varchar(255),
    ALTER COLUMN name SET NOT NULL,
    ALTER COLUMN client SET NOT NULL,
    ALTER COLUMN protocol SET DEFAULT 'http',
    ALTER COLUMN protocol SET NOT NULL;

-- * settings: each with a key
DELETE FROM settings WHERE key IS NULL;
ALTER TABLE settings ALTER COLUMN key SET NOT NULL;

-- * ids: go on after the highest that any row names, so that none is given twice
DO $$
DECLARE
    target text;
    counter text;
BEGIN
    FOREACH target IN ARRAY ARRAY['gcodes', 'printjobs'] LOOP
        counter := pg_get_serial_sequence(target, 'id');
        IF counter IS NULL THEN
            counter := target || '_id_seq';
            EXECUTE format('CREATE SEQUENCE %s OWNED BY %I.id', counter, target);
            EXECUTE format('ALTER TABLE %I ALTER COLUMN id SET DEFAULT nextval(%L)', target, counter);
        END IF;
        EXECUTE format('ALTER SEQUENCE %s AS bigint', counter);
        EXECUTE format('SELECT setval(%L, GREATEST(nextval(%L), (SELECT MAX(id) FROM %I)))', counter, counter, target);
    END LOOP;
    counter := pg_get_serial_sequence('gcodes', 'id');
    PERFORM setval(counter, GREATEST(nextval(counter), (SELECT MAX(gcode_id) FROM printjobs)));
END $$;

-- * indexes for the orders that lists are asked for
CREATE INDEX IF NOT EXISTS api_tokens_user_uuid ON api_tokens (user_uuid, created, jti);
CREATE INDEX IF NOT EXISTS gcodes_absolute_path ON gcodes USING hash (absolute_path);
CREATE INDEX IF NOT EXISTS gcodes_display ON gcodes (display COLLATE "C", id);
CREATE INDEX IF NOT EXISTS gcodes_filename ON gcodes (filename COLLATE "C", id);
CREATE INDEX IF NOT EXISTS gcodes_uploaded ON gcodes (uploaded, id);
CREATE INDEX IF NOT EXISTS gcodes_size ON gcodes (size, id);
CREATE INDEX IF NOT EXISTS gcodes_user_uuid ON gcodes (user_uuid);
CREATE INDEX IF NOT EXISTS printjobs_started ON printjobs (started, id);
CREATE INDEX IF NOT EXISTS printjobs_gcode_id ON printjobs (gcode_id);
CREATE INDEX IF NOT EXISTS printjobs_printer_host ON printjobs (printer_host, started, id);
CREATE INDEX IF NOT EXISTS printjobs_user_uuid ON printjobs (user_uuid);
