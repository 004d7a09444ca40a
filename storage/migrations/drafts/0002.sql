-- What is still to be done in a chat: an answer that was not shown yet, messages to be deleted.
--
-- `id` is a pseudonym or a random number; `mark` the update an answer is owed to, else 0. The box is sealed under
-- a key that dies with its day, or under the instance's where it concerns a member.

CREATE TABLE errand (
    id   BLOB    PRIMARY KEY,
    mark INTEGER NOT NULL,
    box  BLOB    NOT NULL
) WITHOUT ROWID;
