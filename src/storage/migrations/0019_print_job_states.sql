-- The life of a print job: domain/print_job_state.hpp has the words of `state`. Rows of an older program that runs beside this
-- one get the default, and are followed by nobody who knows their file.
ALTER TABLE printjobs ADD COLUMN state varchar(16) NOT NULL DEFAULT 'unknown';
ALTER TABLE printjobs ADD COLUMN progress double precision;
ALTER TABLE printjobs ADD COLUMN print_time bigint;
ALTER TABLE printjobs ADD COLUMN sending {{timestamptz}};
ALTER TABLE printjobs ADD COLUMN starting {{timestamptz}};
ALTER TABLE printjobs ADD COLUMN ended {{timestamptz}};
ALTER TABLE printjobs ADD COLUMN reason varchar NOT NULL DEFAULT '';
-- What the print is recognized by on the printer; times are by the printer's clock.
ALTER TABLE printjobs ADD COLUMN remote_path varchar NOT NULL DEFAULT '';
ALTER TABLE printjobs ADD COLUMN remote_came_before {{timestamptz}};
ALTER TABLE printjobs ADD COLUMN remote_printed_before {{timestamptz}};

-- Prints from before are over, and how they ended was not recorded: nobody is asked to find out.
UPDATE printjobs SET ended = started;

-- Those that are followed: few, however many have ended.
CREATE INDEX printjobs_open ON printjobs (printer_id, id) WHERE ended IS NULL;
