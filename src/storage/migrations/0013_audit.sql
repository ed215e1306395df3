-- Who did what (domain/audit_entry.hpp). It says what was, so it refers to no other table.
CREATE TABLE audit (
    id         {{serial_key}},
    time       {{timestamptz}} NOT NULL,
    action     varchar(64) NOT NULL,
    user_uuid  {{uuid}},
    username   varchar,
    address    varchar(64),
    target     varchar NOT NULL,
    result     varchar(64) NOT NULL,
    times      bigint NOT NULL
);
CREATE INDEX audit_time ON audit (time, id);
