-- Unfinished testimonies and the last updates answered, one row a pseudonym: a turn writes one page.
--
-- Not WITHOUT ROWID: there a page of 4 KiB holds at most 1 KB of a row, and every draft would take a page of
-- its own beside. `place` is a random number, so the order of rows tells nothing.
-- `seen` is up to 8 update numbers of 8 bytes, big-endian, oldest first.

CREATE TABLE person (
    place     INTEGER PRIMARY KEY,
    pseudonym BLOB    NOT NULL UNIQUE,
    day       INTEGER NOT NULL,
    seen      BLOB    NOT NULL,
    draft     BLOB,
    revision  INTEGER,
    draft_day INTEGER,
    box       BLOB
);

CREATE INDEX person_by_draft_day ON person (draft_day) WHERE draft_day IS NOT NULL;
