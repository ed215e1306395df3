-- What became of tasks (domain/task_record.hpp). The queue, here or in Redis, decides; this is what is shown, also when the task is done.
-- lease_end: until when a running task is believed to run without another sign of life.
CREATE TABLE task_records (
    id             {{uuid}} PRIMARY KEY,
    kind           varchar(64) NOT NULL,
    origin         varchar(16) NOT NULL,
    user_uuid      {{uuid}},
    username       varchar,
    state          varchar(16) NOT NULL,
    attempt        int NOT NULL,
    queued         {{timestamptz}} NOT NULL,
    started        {{timestamptz}},
    ended          {{timestamptz}},
    lease_end      {{timestamptz}},
    progress       double precision,
    message        varchar NOT NULL,
    result         varchar,
    error          varchar
);
CREATE INDEX task_records_queued ON task_records (queued, id);
CREATE INDEX task_records_lease ON task_records (lease_end) WHERE state = 'running';

-- Application keys that printers are asked for (domain/app_key.hpp). api_key: granted, and no printer has it yet.
-- lease_end: until when a pending request is believed to be waited for.
CREATE TABLE app_key_requests (
    id               {{uuid}} PRIMARY KEY,
    host             varchar(255) NOT NULL,
    protocol         varchar(5) NOT NULL,
    tls_fingerprint  varchar(64) NOT NULL,
    printer_id       {{uuid}},
    state            varchar(16) NOT NULL,
    reason           varchar NOT NULL,
    api_key          varchar,
    created          {{timestamptz}} NOT NULL,
    ended            {{timestamptz}},
    lease_end        {{timestamptz}} NOT NULL
);
