-- SHA-256 of the one certificate that is trusted (domain/printer.hpp); empty: none.
ALTER TABLE printers ADD COLUMN tls_fingerprint varchar(64) NOT NULL DEFAULT '';
