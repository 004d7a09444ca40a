-- Testimonies, the desk and the ledger. Nothing here is readable without the desk's key.
--
-- WITHOUT ROWID: a rowid would tell which testimony came before which. Only the desk's queue and the audit log
-- are in the order of their arrival, because they are a queue and a log.
-- Boxes and public keys stand last in their row, so that reading states does not read them.

CREATE TABLE testimony (
    id          BLOB    NOT NULL PRIMARY KEY,
    state       TEXT    NOT NULL CHECK (state IN ('waiting', 'claimed', 'approved', 'rejected', 'escalated')),
    day         INTEGER NOT NULL,
    decided_day INTEGER,
    claimed_by  BLOB,
    counted_in  INTEGER,
    locator     BLOB    NOT NULL UNIQUE,
    token_hash  BLOB    NOT NULL,
    reply_key   BLOB    NOT NULL
) WITHOUT ROWID;

CREATE INDEX testimony_by_state ON testimony (state, counted_in);

CREATE TABLE item (
    testimony BLOB    NOT NULL REFERENCES testimony (id) ON DELETE CASCADE,
    part      TEXT    NOT NULL,
    epoch     INTEGER NOT NULL,
    box       BLOB    NOT NULL,
    PRIMARY KEY (testimony, part)
) WITHOUT ROWID;

CREATE TABLE reply (
    testimony BLOB    NOT NULL REFERENCES testimony (id) ON DELETE CASCADE,
    number    INTEGER NOT NULL,
    box       BLOB    NOT NULL,
    PRIMARY KEY (testimony, number)
) WITHOUT ROWID;

-- A finished command keeps its update key and loses its box, so that a late redelivery finds it.
CREATE TABLE command (
    number     INTEGER PRIMARY KEY AUTOINCREMENT,
    update_key BLOB NOT NULL UNIQUE,
    box        BLOB
);

CREATE INDEX command_queued ON command (number) WHERE box IS NOT NULL;

CREATE TABLE member (
    id     BLOB    NOT NULL PRIMARY KEY,
    lookup BLOB    NOT NULL UNIQUE,
    role   TEXT    NOT NULL,
    route  BLOB    NOT NULL,
    day    INTEGER NOT NULL,
    name   TEXT    NOT NULL
) WITHOUT ROWID;

CREATE TABLE invite (
    code_hash BLOB    NOT NULL PRIMARY KEY,
    role      TEXT    NOT NULL,
    day       INTEGER NOT NULL,
    name      TEXT    NOT NULL
) WITHOUT ROWID;

CREATE TABLE ban (
    tag BLOB    NOT NULL PRIMARY KEY,
    day INTEGER NOT NULL
) WITHOUT ROWID;

-- What one person asked for and a second must agree to.
CREATE TABLE asking (
    what   TEXT    NOT NULL PRIMARY KEY,
    member BLOB    NOT NULL,
    day    INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE audit (
    number INTEGER PRIMARY KEY,
    line   TEXT NOT NULL,
    chain  BLOB NOT NULL
);

CREATE TABLE digest (
    period INTEGER PRIMARY KEY,
    day    INTEGER NOT NULL,
    state  TEXT    NOT NULL CHECK (state IN ('frozen', 'held', 'approved')),
    sha256 BLOB    NOT NULL,
    frozen BLOB    NOT NULL
);

CREATE TABLE delivery (
    period INTEGER NOT NULL REFERENCES digest (period),
    member BLOB    NOT NULL,
    state  TEXT    NOT NULL CHECK (state IN ('due', 'sent', 'failed')),
    tries  INTEGER NOT NULL,
    PRIMARY KEY (period, member)
) WITHOUT ROWID;

CREATE TABLE meta (
    key   TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
) WITHOUT ROWID;
