-- Who carries out a command, or a delivery, at this moment: the name of a session of its process (storage.postgres_claims).
-- It counts as long as that session lives, so what a killed desk had taken is free at once. Kept in no backup.

ALTER TABLE command  ADD COLUMN claimed_by text;
ALTER TABLE delivery ADD COLUMN claimed_by text;
