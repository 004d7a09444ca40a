-- A digest is rendered once in each language, kept sealed, and every delivery of it is what was kept. A delivery
-- remembers why it did not arrive and when it is tried again, and may be given up. SQLite cannot change a CHECK, so
-- the table is made anew.

CREATE TABLE rendition (
    period   INTEGER NOT NULL REFERENCES digest (period),
    language TEXT    NOT NULL,
    box      BLOB    NOT NULL,
    PRIMARY KEY (period, language)
);

-- next_try: in minutes since 1970; nothing here is about the time of a witness.
CREATE TABLE delivery_2 (
    period   INTEGER NOT NULL REFERENCES digest (period),
    member   BLOB    NOT NULL,
    state    TEXT    NOT NULL CHECK (state IN ('due', 'sent', 'failed', 'given-up')),
    tries    INTEGER NOT NULL,
    reason   TEXT    NOT NULL DEFAULT '',
    next_try INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (period, member)
) WITHOUT ROWID;

INSERT INTO delivery_2 (period, member, state, tries) SELECT period, member, state, tries FROM delivery;

DROP TABLE delivery;
ALTER TABLE delivery_2 RENAME TO delivery;
