-- A row for each log-in that has not ended. Tokens name it.
CREATE TABLE sessions (
    id         {{uuid}} PRIMARY KEY,
    user_uuid  {{uuid}} NOT NULL REFERENCES users (uuid) ON DELETE CASCADE,
    created    {{timestamptz}} NOT NULL,
    last_used  {{timestamptz}} NOT NULL,
    expires    {{timestamptz}} NOT NULL,
    address    varchar(64) NOT NULL,
    agent      varchar(255) NOT NULL
);
CREATE INDEX sessions_user_uuid ON sessions (user_uuid, last_used, id);
CREATE INDEX sessions_expires ON sessions (expires);

-- What names are compared by when an account is made: NFKC_Casefold. Null while it was not computed yet, and in accounts of
-- which several would have the same.
ALTER TABLE users ADD COLUMN name_key varchar;
CREATE UNIQUE INDEX users_name_key ON users (name_key);

-- The name of a user who was deleted.
ALTER TABLE gcodes ADD COLUMN deleted_username varchar(128);
ALTER TABLE printjobs ADD COLUMN deleted_username varchar(128);
