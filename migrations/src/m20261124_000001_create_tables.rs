//! The register at rest: what was, what is, and who did it.

use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait, sea_orm::DbErr};

use crate::per_engine;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261124_000001_create_tables"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        per_engine(manager, POSTGRES, SQLITE).await
    }

    // Without it SQLite keeps the first half of a migration whose second half failed.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

/// Names are compared by their bytes (`COLLATE "C"`): a collation of a language may hold two names for equal, and it
/// may sort otherwise after an upgrade of the operating system, which breaks indices.
const POSTGRES: &str = r#"
-- One row: where the register and its audit log stand. Whoever has it locked is the writer.
CREATE TABLE head (
    id integer PRIMARY KEY CHECK (id = 1),
    revision bigint NOT NULL CHECK (revision >= 0),
    log_size bigint NOT NULL CHECK (log_size >= 0),
    frontier bytea NOT NULL,
    digest bytea CHECK (octet_length(digest) = 32),
    incarnation text NOT NULL
);
INSERT INTO head (id, revision, log_size, frontier, digest, incarnation)
VALUES (1, 0, 0, '', NULL, gen_random_uuid()::text);

-- Every state that a resource has been in; its deletion is one, too.
CREATE TABLE version (
    name text COLLATE "C" NOT NULL,
    revision bigint NOT NULL CHECK (revision > 0),
    register text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    time_ms bigint NOT NULL,
    deleted boolean NOT NULL,
    format integer,
    document text,
    sha256 bytea CHECK (octet_length(sha256) = 32),
    PRIMARY KEY (name, revision),
    CHECK (deleted = (document IS NULL) AND deleted = (format IS NULL) AND deleted = (sha256 IS NULL))
);
CREATE INDEX version_revision ON version (revision);

-- Which version of a resource is the present one; a deleted resource has none.
CREATE TABLE current (
    name text COLLATE "C" PRIMARY KEY,
    revision bigint NOT NULL,
    register text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    FOREIGN KEY (name, revision) REFERENCES version (name, revision)
);
CREATE INDEX current_kind ON current (kind, name);
CREATE INDEX current_register ON current (register, kind, name);

-- The accountability log: the exact bytes of each leaf. An entry that is no change has no revision.
CREATE TABLE audit_entry (
    log_index bigint PRIMARY KEY CHECK (log_index > 0),
    revision bigint UNIQUE CHECK (revision > 0),
    leaf bytea NOT NULL CHECK (octet_length(leaf) <= 65535),
    leaf_hash bytea NOT NULL CHECK (octet_length(leaf_hash) = 32)
);

-- What a leaf names by digest because it is too long for a leaf.
CREATE TABLE content (
    sha256 bytea PRIMARY KEY CHECK (octet_length(sha256) = 32),
    bytes bytea NOT NULL
);

-- What a leaf names by a salted digest so that it can be erased: here, and nowhere else.
CREATE TABLE commitment (
    digest bytea PRIMARY KEY CHECK (octet_length(digest) = 32),
    salt bytea NOT NULL CHECK (octet_length(salt) = 32),
    value bytea NOT NULL
);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are only ever inserted', TG_TABLE_NAME;
END
$$;
CREATE TRIGGER version_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON version
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_entry_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER content_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON content
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"#;

/// The same for SQLite, whose default collation compares bytes, and whose `STRICT` tables hold to their types.
const SQLITE: &str = r"
CREATE TABLE head (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    revision INTEGER NOT NULL CHECK (revision >= 0),
    log_size INTEGER NOT NULL CHECK (log_size >= 0),
    frontier BLOB NOT NULL,
    digest BLOB CHECK (length(digest) = 32),
    incarnation TEXT NOT NULL
) STRICT;
INSERT INTO head (id, revision, log_size, frontier, digest, incarnation)
VALUES (1, 0, 0, x'', NULL, lower(
    hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-'
    || substr('89ab', (random() & 3) + 1, 1) || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6))));

CREATE TABLE version (
    name TEXT NOT NULL,
    revision INTEGER NOT NULL CHECK (revision > 0),
    register TEXT NOT NULL,
    kind TEXT NOT NULL,
    time_ms INTEGER NOT NULL,
    deleted INTEGER NOT NULL CHECK (deleted IN (0, 1)),
    format INTEGER,
    document TEXT,
    sha256 BLOB CHECK (length(sha256) = 32),
    PRIMARY KEY (name, revision),
    CHECK (deleted = (document IS NULL) AND deleted = (format IS NULL) AND deleted = (sha256 IS NULL))
) STRICT;
CREATE INDEX version_revision ON version (revision);

CREATE TABLE current (
    name TEXT NOT NULL PRIMARY KEY,
    revision INTEGER NOT NULL,
    register TEXT NOT NULL,
    kind TEXT NOT NULL,
    FOREIGN KEY (name, revision) REFERENCES version (name, revision)
) STRICT;
CREATE INDEX current_kind ON current (kind, name);
CREATE INDEX current_register ON current (register, kind, name);

CREATE TABLE audit_entry (
    log_index INTEGER NOT NULL PRIMARY KEY CHECK (log_index > 0),
    revision INTEGER UNIQUE CHECK (revision > 0),
    leaf BLOB NOT NULL CHECK (length(leaf) <= 65535),
    leaf_hash BLOB NOT NULL CHECK (length(leaf_hash) = 32)
) STRICT;

CREATE TABLE content (
    sha256 BLOB NOT NULL PRIMARY KEY CHECK (length(sha256) = 32),
    bytes BLOB NOT NULL
) STRICT;

CREATE TABLE commitment (
    digest BLOB NOT NULL PRIMARY KEY CHECK (length(digest) = 32),
    salt BLOB NOT NULL CHECK (length(salt) = 32),
    value BLOB NOT NULL
) STRICT;

CREATE TRIGGER version_no_update BEFORE UPDATE ON version
BEGIN SELECT raise(ABORT, 'rows of version are only ever inserted'); END;
CREATE TRIGGER version_no_delete BEFORE DELETE ON version
BEGIN SELECT raise(ABORT, 'rows of version are only ever inserted'); END;
CREATE TRIGGER audit_entry_no_update BEFORE UPDATE ON audit_entry
BEGIN SELECT raise(ABORT, 'rows of audit_entry are only ever inserted'); END;
CREATE TRIGGER audit_entry_no_delete BEFORE DELETE ON audit_entry
BEGIN SELECT raise(ABORT, 'rows of audit_entry are only ever inserted'); END;
CREATE TRIGGER content_no_update BEFORE UPDATE ON content
BEGIN SELECT raise(ABORT, 'rows of content are only ever inserted'); END;
CREATE TRIGGER content_no_delete BEFORE DELETE ON content
BEGIN SELECT raise(ABORT, 'rows of content are only ever inserted'); END;
";
