-- Everything in one database: drafts, testimonies, the desk and the ledger. Nothing here is readable without keys
-- that are elsewhere: those of drafts on the shelf, in memory; the desk's in its file.
--
-- No sequence, no moment and no serial number: nothing that tells which testimony came before which. Only the
-- desk's queue and the audit log are in the order of their arrival, because they are a queue and a log.
-- Boxes are noise to a compressor: EXTERNAL keeps it from trying.

-- One row a pseudonym. `seen` is up to 8 update numbers of 8 bytes, big-endian, oldest first. A turn rewrites its
-- row: the room left on each page lets it do so without touching an index.
CREATE TABLE person (
    pseudonym bytea  PRIMARY KEY,
    day       bigint NOT NULL,
    seen      bytea  NOT NULL,
    draft     bytea,
    revision  bigint,
    draft_day bigint,
    box       bytea
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);

ALTER TABLE person ALTER COLUMN box SET STORAGE EXTERNAL;

CREATE INDEX person_by_draft_day ON person (draft_day) WHERE draft_day IS NOT NULL;
CREATE INDEX person_to_forget ON person (day) WHERE draft IS NULL;

-- What is still to be done in a chat: an answer that was not shown yet, messages to be deleted. `mark` is the update
-- an answer is owed to, else 0.
CREATE TABLE errand (
    id   bytea  PRIMARY KEY,
    mark bigint NOT NULL,
    box  bytea  NOT NULL
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);

-- The last batch each worker wrote: after a connection broke in the middle of a COMMIT, this says whether it arrived.
CREATE TABLE worker (
    id    bytea  PRIMARY KEY,
    batch bigint NOT NULL,
    day   date   NOT NULL DEFAULT current_date
) WITH (fillfactor = 10);

CREATE TABLE testimony (
    id          bytea  PRIMARY KEY,
    state       text   NOT NULL CHECK (
        state IN ('waiting', 'quarantined', 'claimed', 'approved', 'rejected', 'escalated')
    ),
    day         bigint NOT NULL,
    decided_day bigint,
    claimed_by  bytea,
    counted_in  bigint,
    locator     bytea  NOT NULL UNIQUE,
    token_hash  bytea  NOT NULL,
    reply_key   bytea  NOT NULL
);

ALTER TABLE testimony ALTER COLUMN reply_key SET STORAGE EXTERNAL;

CREATE INDEX testimony_by_state ON testimony (state, counted_in);
CREATE INDEX testimony_by_decided_day ON testimony (decided_day) WHERE decided_day IS NOT NULL;

CREATE TABLE item (
    testimony bytea  NOT NULL REFERENCES testimony (id) ON DELETE CASCADE,
    part      text   NOT NULL COLLATE "C",
    epoch     bigint NOT NULL,
    box       bytea  NOT NULL,
    PRIMARY KEY (testimony, part)
);

ALTER TABLE item ALTER COLUMN box SET STORAGE EXTERNAL;

CREATE TABLE reply (
    testimony bytea  NOT NULL REFERENCES testimony (id) ON DELETE CASCADE,
    number    bigint NOT NULL,
    box       bytea  NOT NULL,
    PRIMARY KEY (testimony, number)
);

ALTER TABLE reply ALTER COLUMN box SET STORAGE EXTERNAL;

-- A finished command keeps its update key and loses its box, so that a late redelivery finds it.
CREATE TABLE command (
    number     bigint PRIMARY KEY,
    update_key bytea  NOT NULL UNIQUE,
    box        bytea
);

CREATE INDEX command_queued ON command (number) WHERE box IS NOT NULL;

CREATE TABLE member (
    id     bytea  PRIMARY KEY,
    lookup bytea  NOT NULL UNIQUE,
    role   text   NOT NULL,
    route  bytea  NOT NULL,
    day    bigint NOT NULL,
    name   text   NOT NULL
);

CREATE TABLE invite (
    code_hash bytea  PRIMARY KEY,
    role      text   NOT NULL,
    day       bigint NOT NULL,
    name      text   NOT NULL
);

CREATE TABLE ban (
    tag bytea  PRIMARY KEY,
    day bigint NOT NULL
);

-- What one person asked for and a second must agree to.
CREATE TABLE asking (
    what   text   PRIMARY KEY COLLATE "C",
    member bytea  NOT NULL,
    day    bigint NOT NULL
);

CREATE TABLE audit (
    number bigint PRIMARY KEY,
    line   text   NOT NULL,
    chain  bytea  NOT NULL
);

CREATE TABLE digest (
    period bigint PRIMARY KEY,
    day    bigint NOT NULL,
    state  text   NOT NULL CHECK (state IN ('frozen', 'held', 'approved')),
    sha256 bytea  NOT NULL,
    frozen bytea  NOT NULL
);

-- A digest is rendered once in each language, kept sealed, and every delivery of it is what was kept.
CREATE TABLE rendition (
    period   bigint NOT NULL REFERENCES digest (period),
    language text   NOT NULL COLLATE "C",
    box      bytea  NOT NULL,
    PRIMARY KEY (period, language)
);

-- next_try: in minutes since 1970; nothing here is about the time of a witness.
CREATE TABLE delivery (
    period   bigint NOT NULL REFERENCES digest (period),
    member   bytea  NOT NULL,
    state    text   NOT NULL CHECK (state IN ('due', 'sent', 'failed', 'given-up')),
    tries    bigint NOT NULL,
    reason   text   NOT NULL DEFAULT '',
    next_try bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (period, member)
);

CREATE TABLE meta (
    key   text  PRIMARY KEY COLLATE "C",
    value bytea NOT NULL
);
