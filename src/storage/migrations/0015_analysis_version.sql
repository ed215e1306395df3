-- By which analysis a g-code was read (domain/gcode.hpp, kAnalysisVersion): older ones are read again.
ALTER TABLE gcodes ADD COLUMN analysis_version int NOT NULL DEFAULT 1;
