-- Tasks that are not done (domain/task.hpp), where no Redis keeps them, and when scheduled ones ran last.

-- due: queued, retry_waiting: from when it may be taken; running: until when its worker has it; dead: when it died.
CREATE TABLE tasks (
    id       varchar(64) PRIMARY KEY,
    kind     varchar(64) NOT NULL,
    payload  varchar NOT NULL,
    state    varchar(16) NOT NULL,
    attempt  int NOT NULL,
    created  {{timestamptz}} NOT NULL,
    due      {{timestamptz}} NOT NULL,
    receipt  varchar(64),
    error    varchar
);
CREATE INDEX tasks_due ON tasks (due, id) WHERE state <> 'dead';
CREATE INDEX tasks_state ON tasks (state, due);

CREATE TABLE schedules (
    name      varchar(64) PRIMARY KEY,
    last_run  {{timestamptz}} NOT NULL
);
