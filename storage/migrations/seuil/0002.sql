-- A testimony may wait apart, in quarantine. SQLite cannot change a CHECK, so the table is made anew; with the two
-- that hang on it, because dropping a table takes along what refers to it.

CREATE TABLE testimony_2 (
    id          BLOB    NOT NULL PRIMARY KEY,
    state       TEXT    NOT NULL CHECK (
        state IN ('waiting', 'quarantined', 'claimed', 'approved', 'rejected', 'escalated')
    ),
    day         INTEGER NOT NULL,
    decided_day INTEGER,
    claimed_by  BLOB,
    counted_in  INTEGER,
    locator     BLOB    NOT NULL UNIQUE,
    token_hash  BLOB    NOT NULL,
    reply_key   BLOB    NOT NULL
) WITHOUT ROWID;

CREATE TABLE item_2 (
    testimony BLOB    NOT NULL REFERENCES testimony_2 (id) ON DELETE CASCADE,
    part      TEXT    NOT NULL,
    epoch     INTEGER NOT NULL,
    box       BLOB    NOT NULL,
    PRIMARY KEY (testimony, part)
) WITHOUT ROWID;

CREATE TABLE reply_2 (
    testimony BLOB    NOT NULL REFERENCES testimony_2 (id) ON DELETE CASCADE,
    number    INTEGER NOT NULL,
    box       BLOB    NOT NULL,
    PRIMARY KEY (testimony, number)
) WITHOUT ROWID;

INSERT INTO testimony_2 SELECT * FROM testimony;
INSERT INTO item_2 SELECT * FROM item;
INSERT INTO reply_2 SELECT * FROM reply;

DROP TABLE reply;
DROP TABLE item;
DROP TABLE testimony;

-- Renaming a table renames it in what refers to it.
ALTER TABLE testimony_2 RENAME TO testimony;
ALTER TABLE item_2 RENAME TO item;
ALTER TABLE reply_2 RENAME TO reply;

CREATE INDEX testimony_by_state ON testimony (state, counted_in);
