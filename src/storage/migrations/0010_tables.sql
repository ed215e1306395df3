-- The tables of Karmen 0.0.13 (its versions 1 to 9) with what this program adds. Words in double braces are the names that
-- storage/dialect.cpp knows for each database.

CREATE TABLE users (
    uuid            {{uuid}} PRIMARY KEY,
    username        varchar(128) NOT NULL UNIQUE,
    providers_data  {{jsonb}},
    providers       {{text_array}},
    suspended       boolean NOT NULL DEFAULT false,
    role            varchar(16) NOT NULL,
    created         {{timestamptz}} NOT NULL
);

CREATE TABLE local_users (
    user_uuid            {{uuid}} PRIMARY KEY REFERENCES users (uuid) ON DELETE CASCADE,
    pwd_hash             char(60) NOT NULL,
    force_pwd_change     boolean NOT NULL DEFAULT false,
    password_generation  bigint NOT NULL DEFAULT 0
);

CREATE TABLE api_tokens (
    jti        {{uuid}} PRIMARY KEY,
    user_uuid  {{uuid}} NOT NULL REFERENCES users (uuid) ON DELETE CASCADE,
    name       varchar(128) NOT NULL,
    created    {{timestamptz}} NOT NULL,
    revoked    boolean NOT NULL DEFAULT false
);
CREATE INDEX api_tokens_user_uuid ON api_tokens (user_uuid, created, jti);

-- An id is never given twice: print jobs remember the ids of files that are gone.
CREATE TABLE gcodes (
    id              {{serial_key}},
    path            varchar NOT NULL,
    filename        varchar NOT NULL,
    display         varchar NOT NULL,
    absolute_path   varchar NOT NULL,
    uploaded        {{timestamptz}} NOT NULL,
    size            bigint NOT NULL,
    sha256          char(64),
    analysis        {{json}},
    analysis_error  varchar,
    user_uuid       {{uuid}} REFERENCES users (uuid) ON DELETE SET NULL
);
-- Not unique: Karmen 0.0.13 let two rows share a file. New rows have a path of their own. It may be longer than other
-- indexes of PostgreSQL hold.
CREATE INDEX gcodes_absolute_path ON gcodes {{for_equality}} (absolute_path);
CREATE INDEX gcodes_display ON gcodes (display {{bytewise}}, id);
CREATE INDEX gcodes_filename ON gcodes (filename {{bytewise}}, id);
CREATE INDEX gcodes_uploaded ON gcodes (uploaded, id);
CREATE INDEX gcodes_size ON gcodes (size, id);
CREATE INDEX gcodes_user_uuid ON gcodes (user_uuid);

-- No reference to gcodes or printers: a print job outlives both.
CREATE TABLE printjobs (
    id            {{serial_key}},
    gcode_id      bigint NOT NULL,
    printer_host  varchar(255) NOT NULL,
    started       {{timestamptz}} NOT NULL,
    gcode_data    {{json}},
    printer_data  {{json}},
    user_uuid     {{uuid}} REFERENCES users (uuid) ON DELETE SET NULL
);
CREATE INDEX printjobs_started ON printjobs (started, id);
CREATE INDEX printjobs_gcode_id ON printjobs (gcode_id);
CREATE INDEX printjobs_printer_host ON printjobs (printer_host, started, id);
CREATE INDEX printjobs_user_uuid ON printjobs (user_uuid);

CREATE TABLE printers (
    host           varchar(255) PRIMARY KEY,
    name           varchar(255) NOT NULL,
    hostname       varchar(255),
    client         varchar(64) NOT NULL,
    client_props   {{json}},
    printer_props  {{json}},
    protocol       varchar(5) NOT NULL DEFAULT 'http'
);

CREATE TABLE settings (
    key  varchar PRIMARY KEY,
    val  varchar
);
