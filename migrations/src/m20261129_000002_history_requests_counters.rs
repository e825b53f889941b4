//! What history is looked up by, which requests have been carried out, and what was asked.

use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait, sea_orm::DbErr};

use crate::per_engine;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261129_000002_history_requests_counters"
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

const POSTGRES: &str = r#"
-- An index to the log: which register a revision changed, and when. The log is the truth.
CREATE TABLE revision (
    revision bigint PRIMARY KEY CHECK (revision > 0),
    register text COLLATE "C" NOT NULL,
    time_ms bigint NOT NULL
);
CREATE INDEX revision_register ON revision (register, revision);
CREATE INDEX revision_time ON revision (time_ms);
INSERT INTO revision (revision, register, time_ms)
SELECT revision,
       substr(leaf ->> 'register', 11),
       round(extract(epoch FROM (leaf ->> 'time')::timestamptz) * 1000)::bigint
FROM (SELECT revision, convert_from(leaf, 'UTF8')::json AS leaf FROM audit_entry WHERE revision IS NOT NULL) entry;

-- The past of one register is read without that of the others.
CREATE INDEX version_register ON version (register, kind, name, revision);

-- Requests that were carried out, so that the same one is not carried out twice. Kept for some days.
CREATE TABLE request (
    caller text COLLATE "C" NOT NULL,
    method text COLLATE "C" NOT NULL,
    request_id text COLLATE "C" NOT NULL,
    payload bytea NOT NULL CHECK (octet_length(payload) = 32),
    revision bigint NOT NULL CHECK (revision >= 0),
    changed boolean NOT NULL,
    time_ms bigint NOT NULL,
    PRIMARY KEY (caller, method, request_id)
);
CREATE INDEX request_time ON request (time_ms);

-- What was asked, counted by day. No part of it names a person.
CREATE TABLE observed (
    day text COLLATE "C" NOT NULL,
    caller text COLLATE "C" NOT NULL,
    register text COLLATE "C" NOT NULL,
    activity text COLLATE "C" NOT NULL,
    purpose text COLLATE "C" NOT NULL,
    operation text COLLATE "C" NOT NULL,
    data text COLLATE "C" NOT NULL,
    verdict text COLLATE "C" NOT NULL,
    code text COLLATE "C" NOT NULL,
    count bigint NOT NULL CHECK (count > 0),
    last_ms bigint NOT NULL,
    PRIMARY KEY (day, register, caller, activity, purpose, operation, data, verdict, code)
);
CREATE INDEX observed_register ON observed (register, day);
"#;

const SQLITE: &str = r"
CREATE TABLE revision (
    revision INTEGER NOT NULL PRIMARY KEY CHECK (revision > 0),
    register TEXT NOT NULL,
    time_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX revision_register ON revision (register, revision);
CREATE INDEX revision_time ON revision (time_ms);
INSERT INTO revision (revision, register, time_ms)
SELECT revision,
       substr(json_extract(CAST(leaf AS TEXT), '$.register'), 11),
       CAST(round((julianday(json_extract(CAST(leaf AS TEXT), '$.time')) - 2440587.5) * 86400000) AS INTEGER)
FROM audit_entry WHERE revision IS NOT NULL;

CREATE INDEX version_register ON version (register, kind, name, revision);

CREATE TABLE request (
    caller TEXT NOT NULL,
    method TEXT NOT NULL,
    request_id TEXT NOT NULL,
    payload BLOB NOT NULL CHECK (length(payload) = 32),
    revision INTEGER NOT NULL CHECK (revision >= 0),
    changed INTEGER NOT NULL CHECK (changed IN (0, 1)),
    time_ms INTEGER NOT NULL,
    PRIMARY KEY (caller, method, request_id)
) STRICT;
CREATE INDEX request_time ON request (time_ms);

CREATE TABLE observed (
    day TEXT NOT NULL,
    caller TEXT NOT NULL,
    register TEXT NOT NULL,
    activity TEXT NOT NULL,
    purpose TEXT NOT NULL,
    operation TEXT NOT NULL,
    data TEXT NOT NULL,
    verdict TEXT NOT NULL,
    code TEXT NOT NULL,
    count INTEGER NOT NULL CHECK (count > 0),
    last_ms INTEGER NOT NULL,
    PRIMARY KEY (day, register, caller, activity, purpose, operation, data, verdict, code)
) STRICT;
CREATE INDEX observed_register ON observed (register, day);
";
