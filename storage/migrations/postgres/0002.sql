-- The planner's statistics are samples of the values in a table, kept in another: ids of what was erased would stay
-- there. Nothing is planned by them: every one of these columns is looked up through its index. Setting a column's
-- type, even to the same one, drops what was sampled of it.

ALTER TABLE testimony
    ALTER COLUMN id         SET STATISTICS 0,
    ALTER COLUMN locator    SET STATISTICS 0, ALTER COLUMN locator    TYPE bytea,
    ALTER COLUMN token_hash SET STATISTICS 0, ALTER COLUMN token_hash TYPE bytea,
    ALTER COLUMN reply_key  SET STATISTICS 0, ALTER COLUMN reply_key  TYPE bytea;

ALTER TABLE item
    ALTER COLUMN testimony SET STATISTICS 0,
    ALTER COLUMN box       SET STATISTICS 0, ALTER COLUMN box TYPE bytea;

ALTER TABLE reply
    ALTER COLUMN testimony SET STATISTICS 0,
    ALTER COLUMN box       SET STATISTICS 0, ALTER COLUMN box TYPE bytea;

ALTER TABLE command
    ALTER COLUMN box SET STATISTICS 0, ALTER COLUMN box TYPE bytea;

ALTER TABLE person
    ALTER COLUMN pseudonym SET STATISTICS 0,
    ALTER COLUMN draft     SET STATISTICS 0, ALTER COLUMN draft TYPE bytea,
    ALTER COLUMN box       SET STATISTICS 0, ALTER COLUMN box   TYPE bytea;

ALTER TABLE errand
    ALTER COLUMN id  SET STATISTICS 0,
    ALTER COLUMN box SET STATISTICS 0, ALTER COLUMN box TYPE bytea;
