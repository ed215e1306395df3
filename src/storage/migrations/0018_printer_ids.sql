-- What names a printer for good: its address may change. The default is for processes of an older program that run beside this one; with one in
-- ALTER TABLE, SQLite takes constants only.
CREATE TABLE printers_with_ids (
    host             varchar(255) PRIMARY KEY,
    id               {{uuid}} NOT NULL DEFAULT ({{random_uuid}}),
    name             varchar(255) NOT NULL,
    hostname         varchar(255),
    client           varchar(64) NOT NULL,
    client_props     {{json}},
    printer_props    {{json}},
    protocol         varchar(5) NOT NULL DEFAULT 'http',
    tls_fingerprint  varchar(64) NOT NULL DEFAULT ''
);
INSERT INTO printers_with_ids (host, name, hostname, client, client_props, printer_props, protocol, tls_fingerprint)
    SELECT host, name, hostname, client, client_props, printer_props, protocol, tls_fingerprint FROM printers;
DROP TABLE printers;
ALTER TABLE printers_with_ids RENAME TO printers;
CREATE UNIQUE INDEX printers_id ON printers (id);

-- No reference: a print job outlives its printer.
ALTER TABLE printjobs ADD COLUMN printer_id {{uuid}};
UPDATE printjobs SET printer_id = (SELECT id FROM printers WHERE host = printjobs.printer_host);
CREATE INDEX printjobs_printer_id ON printjobs (printer_id, started, id);
