//! A change in progress.

use std::{collections::HashMap, time::Duration};

use jiff::Timestamp;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter,
    sea_query::OnConflict,
};
use sha2::{Digest as _, Sha256};
use tokio::sync::OwnedMutexGuard;

use crate::domain::name::{RegisterId, ResourceName, Revision};

use super::{
    Change, Committed, Digest, Done, Erasing, Error, InvalidChange, Mutation, Request, Stored,
    commitment::{self, Commitment},
    document, engine,
    entity::{audit_entry, content, current, revision, version},
    head,
    hex::hex,
    history,
    leaf::{self, Effect, Entry},
    request,
    tree::{self, Frontier},
};

/// A change takes several statements.
const BULK: u32 = 3;

/// How many rows go into one statement. Nine values each: both engines allow several times as many.
const ROWS: usize = 500;

/// A change in progress: one revision, one audit entry, all or nothing.
///
/// Holds the lock on the head, so every other change waits for it. Dropping it undoes everything, and no revision was
/// used.
#[must_use = "a change does nothing until it is committed"]
#[derive(Debug)]
pub struct Write {
    // INVARIANT (turn): dropped first, so that its rollback is on its way when the next in line gets its turn.
    pub(super) transaction: DatabaseTransaction,
    /// How long an answer of the database is waited for.
    pub(super) patience: Duration,
    pub(super) revision: Revision,
    pub(super) frontier: Frontier,
    pub(super) _turn: OwnedMutexGuard<()>,
}

impl Write {
    /// The revision that the change gets when it is committed.
    pub fn revision(&self) -> Revision {
        self.revision
    }

    /// The revision before the change.
    pub fn before(&self) -> Revision {
        Revision::new(self.revision.number().saturating_sub(1))
    }

    /// The documents of a register, its own included, as they are before this change, in the order of their names'
    /// bytes. No other change can come between this and the commit.
    pub async fn documents(&mut self, register: &RegisterId) -> Result<Vec<Stored>, Error> {
        const DOING: &str = "reading a register";
        let rows = async {
            let rows = document::select_all(&self.transaction, register).await;
            rows.map_err(|error| Error::database(DOING, error))
        };
        let rows = engine::answered(self.patience * BULK, DOING, rows).await?;
        rows.into_iter().map(document::stored).collect()
    }

    /// The revision in which anything in a register last changed.
    pub async fn changed(&mut self, register: &RegisterId) -> Result<Option<Revision>, Error> {
        const DOING: &str = "reading when a register changed";
        let changed = async {
            let changed = history::changed(&self.transaction, register).await;
            changed.map_err(|error| Error::database(DOING, error))
        };
        engine::answered(self.patience, DOING, changed).await
    }

    /// What came of a request, if it was carried out and is remembered.
    pub async fn request_find(&mut self, request: &Request) -> Result<Option<Done>, Error> {
        const DOING: &str = "looking for a request";
        let found = async {
            let found = request::find(&self.transaction, request).await;
            found.map_err(|error| Error::database(DOING, error))
        };
        let found = engine::answered(self.patience, DOING, found).await?;
        found.map(request::done).transpose()
    }

    /// What is still kept of the versions of a resource that can be erased; `None` if there has never been such a
    /// resource.
    pub async fn erasable(
        &mut self,
        name: &ResourceName,
        erasing: Erasing,
    ) -> Result<Option<Vec<Digest>>, Error> {
        let patience = self.patience * BULK;
        let found = self.erasable_unbounded(name, erasing);
        engine::answered(patience, "reading what can be erased", found).await
    }

    async fn erasable_unbounded(
        &self,
        name: &ResourceName,
        erasing: Erasing,
    ) -> Result<Option<Vec<Digest>>, Error> {
        let failed = |error| Error::database("reading what can be erased", error);
        let versions = document::versions(&self.transaction, name)
            .await
            .map_err(failed)?;
        if versions.is_empty() {
            return Ok(None);
        }
        let current = match erasing {
            Erasing::Everything => None,
            Erasing::Former => {
                let current = current::Entity::find_by_id(name.to_string());
                let current = current.one(&self.transaction).await.map_err(failed)?;
                current.map(|current| current.revision)
            }
        };
        let committed: Vec<Digest> = versions
            .iter()
            .filter(|version| Some(version.revision) != current)
            .filter_map(|version| commitment::committed(version.document.as_deref()?))
            .collect();
        let mut kept = Vec::new();
        for committed in committed.chunks(ROWS) {
            let found = commitment::find(&self.transaction, committed)
                .await
                .map_err(failed)?;
            kept.extend(
                found
                    .into_iter()
                    .filter_map(|row| Digest::try_from(row.digest).ok()),
            );
        }
        Ok(Some(kept))
    }

    /// Makes the change: new versions, the audit entry and the head, in this transaction, which it ends.
    ///
    /// Apart from [`Error::OutcomeUnknown`] an error means that nothing has happened.
    pub async fn commit(self, change: Change) -> Result<Committed, Error> {
        let patience = self.patience * BULK;
        let committed = tokio::time::timeout(patience, self.commit_unbounded(change)).await;
        // It may have been the commit that was not answered.
        committed.unwrap_or_else(|_| {
            Err(Error::OutcomeUnknown {
                source: "the database does not answer".into(),
            })
        })
    }

    async fn commit_unbounded(self, mut change: Change) -> Result<Committed, Error> {
        change.check()?;
        let sealed = seal(&mut change.mutations)?;
        // To the millisecond, as it is stored; in range because it was.
        let time = Timestamp::from_millisecond(change.time.as_millisecond()).unwrap_or(change.time);
        // Clocks of servers differ, and times have to be in the order of revisions: what was true at an instant stays so.
        let latest = history::latest_time(&self.transaction).await;
        let latest = latest.map_err(|error| Error::database("reading the latest time", error))?;
        let time = latest.map_or(time, |latest| latest.max(time));
        let number = number(self.revision.number())?;
        let before = self.digests(&change).await?;
        let effects = effects(&change, &before)?;
        self.contents_move(&change, &sealed).await?;
        self.versions_insert(&change, number, time).await?;
        self.pointers_move(&change, number).await?;
        let log_index = self
            .log_append(&change, time, &effects, change.mutations.len())
            .await?;
        if let Some(request) = &change.request {
            let remembered = request::put(&self.transaction, request, number, time).await;
            // Remembered a moment ago: the same request has found that it changes nothing. Again, and it is told so.
            remembered.map_err(|error| Error::taken("remembering the request", error))?;
        }
        if engine::is_postgres_transaction(&self.transaction) {
            // Told to the other servers at the commit, and not before.
            let told = engine::notify(&self.transaction, number).await;
            told.map_err(|error| Error::database("telling other servers", error))?;
        }
        let committed = Committed {
            revision: self.revision,
            time,
            log_index,
        };
        self.transaction.commit().await.map_err(Error::commit)?;
        Ok(committed)
    }

    /// The digests of what the change replaces or deletes.
    async fn digests(&self, change: &Change) -> Result<HashMap<String, Digest>, Error> {
        let mut found = HashMap::new();
        for mutations in change.mutations.chunks(ROWS) {
            let names: Vec<_> = mutations
                .iter()
                .map(|mutation| mutation.name().to_string())
                .collect();
            let rows = document::digests(&self.transaction, &names).await;
            for (name, digest) in rows.map_err(|error| Error::database("reading what is changed", error))? {
                let digest = digest.and_then(|digest| Digest::try_from(digest).ok());
                let digest = digest.ok_or_else(|| Error::corrupt(format!("`{name}` has no digest")))?;
                found.insert(name, digest);
            }
        }
        Ok(found)
    }

    /// Keeps what can be erased, and erases what is to be erased.
    async fn contents_move(&self, change: &Change, sealed: &[(Commitment, String)]) -> Result<(), Error> {
        let failed = |error| Error::database("writing what can be erased", error);
        for sealed in sealed.chunks(ROWS) {
            let texts: Vec<_> = sealed
                .iter()
                .map(|(commitment, text)| (commitment, text.as_bytes()))
                .collect();
            commitment::put(&self.transaction, &texts).await.map_err(failed)?;
        }
        for mutation in &change.mutations {
            if let Mutation::Erase { contents, name: _ } = mutation {
                for contents in contents.chunks(ROWS) {
                    commitment::erase(&self.transaction, contents)
                        .await
                        .map_err(failed)?;
                }
            }
        }
        Ok(())
    }

    async fn versions_insert(&self, change: &Change, revision: i64, time: Timestamp) -> Result<(), Error> {
        for mutations in change.mutations.chunks(ROWS) {
            let rows: Vec<_> = mutations
                .iter()
                .filter_map(|mutation| version_row(mutation, revision, time))
                .collect();
            if rows.is_empty() {
                continue;
            }
            let insert = version::Entity::insert_many(rows);
            let inserted = insert.exec_without_returning(&self.transaction).await;
            inserted.map_err(|error| Error::insertion("writing versions", error))?;
        }
        Ok(())
    }

    async fn pointers_move(&self, change: &Change, revision: i64) -> Result<(), Error> {
        let failed = |error| Error::database("moving pointers", error);
        for mutations in change.mutations.chunks(ROWS) {
            let of = |wanted: fn(&Mutation) -> bool| -> Vec<&Mutation> {
                mutations.iter().filter(|mutation| wanted(mutation)).collect()
            };
            let put = of(|mutation| matches!(mutation, Mutation::Put { .. }));
            let deleted = of(|mutation| matches!(mutation, Mutation::Delete { .. }));
            if !put.is_empty() {
                let rows = put.into_iter().map(|mutation| pointer_row(mutation, revision));
                let mut move_it = OnConflict::column(current::Column::Name);
                let upsert = current::Entity::insert_many(rows)
                    .on_conflict(move_it.update_column(current::Column::Revision).to_owned());
                upsert
                    .exec_without_returning(&self.transaction)
                    .await
                    .map_err(failed)?;
            }
            if !deleted.is_empty() {
                let names = deleted.into_iter().map(|mutation| mutation.name().to_string());
                let delete = current::Entity::delete_many().filter(current::Column::Name.is_in(names));
                delete.exec(&self.transaction).await.map_err(failed)?;
            }
        }
        Ok(())
    }

    /// Adds the entry to the log and moves the head; answers the entry's index.
    async fn log_append(
        &self,
        change: &Change,
        time: Timestamp,
        effects: &[u8],
        count: usize,
    ) -> Result<u64, Error> {
        let failed = |error: DbErr| Error::insertion("writing the audit entry", error);
        let list = content_put(&self.transaction, effects).await.map_err(failed)?;
        let reason = match &change.reason {
            Some(reason) => {
                let commitment = Commitment::draw(reason.as_bytes())?;
                let kept = commitment::put(&self.transaction, &[(&commitment, reason.as_bytes())]).await;
                kept.map_err(|error| Error::database("writing the reason", error))?;
                Some(commitment)
            }
            None => None,
        };
        let mut frontier = self.frontier.clone();
        let log_index = frontier.size() + 1;
        let (revision, reason) = (self.revision, reason.as_ref());
        let entry = Entry {
            log_index,
            revision,
            time,
            reason,
            count,
            effects: &list,
        };
        let leaf = leaf::leaf(change, &entry)?;
        let leaf_hash = tree::leaf_hash(&leaf);
        frontier.append(leaf_hash);
        let row = audit_entry::ActiveModel {
            log_index: Set(number(log_index)?),
            revision: Set(Some(number(revision.number())?)),
            leaf: Set(leaf),
            leaf_hash: Set(leaf_hash.to_vec()),
        };
        let index = revision::ActiveModel {
            revision: Set(number(revision.number())?),
            register: Set(change.register.to_string()),
            time_ms: Set(time.as_millisecond()),
        };
        revision::Entity::insert(index)
            .exec_without_returning(&self.transaction)
            .await
            .map_err(failed)?;
        audit_entry::Entity::insert(row)
            .exec_without_returning(&self.transaction)
            .await
            .map_err(failed)?;
        head::log_move(&self.transaction, &frontier, Some(leaf_hash))
            .await
            .map_err(failed)?;
        Ok(log_index)
    }
}

/// A number as a column.
pub(super) fn number(number: u64) -> Result<i64, Error> {
    i64::try_from(number).map_err(|_| Error::corrupt("the head: its numbers are used up"))
}

/// The list of what the change does, as bytes.
fn effects(change: &Change, before: &HashMap<String, Digest>) -> Result<Vec<u8>, Error> {
    let names: Vec<_> = change
        .mutations
        .iter()
        .map(|mutation| mutation.name().to_string())
        .collect();
    let mut effects = Vec::with_capacity(names.len());
    for (mutation, name) in change.mutations.iter().zip(&names) {
        let before = before.get(name).map(hex);
        let name = name.clone();
        effects.push(match mutation {
            Mutation::Put {
                json,
                format,
                name: _,
            } => {
                let after = Some(hex(&Sha256::digest(json).into()));
                Effect {
                    name,
                    before,
                    after,
                    format: Some(*format),
                    erased: Vec::new(),
                }
            }
            Mutation::Delete { name } if before.is_none() => {
                return Err(InvalidChange::Absent(name.clone()).into());
            }
            Mutation::Delete { name: _ } => Effect {
                name,
                before,
                after: None,
                format: None,
                erased: Vec::new(),
            },
            Mutation::Erase { contents, name: _ } => Effect {
                name,
                after: before.clone(),
                before,
                format: None,
                erased: contents.iter().map(hex).collect(),
            },
        });
    }
    leaf::effects(&effects).map_err(|error| Error::Unexpected {
        doing: "listing changes",
        source: error.into(),
    })
}

/// Puts stand-ins in the place of documents that can be erased, and answers what they stand for.
fn seal(mutations: &mut [Mutation]) -> Result<Vec<(Commitment, String)>, Error> {
    let mut sealed = Vec::new();
    for mutation in mutations {
        if let Mutation::Put {
            name,
            json,
            format: _,
        } = mutation
            && name.kind().is_erasable()
        {
            let commitment = Commitment::draw(json.as_bytes())?;
            let stand_in = commitment::stand_in(name, &commitment);
            sealed.push((commitment, std::mem::replace(json, stand_in)));
        }
    }
    Ok(sealed)
}

/// The version that a mutation makes; erasing makes none.
fn version_row(mutation: &Mutation, revision: i64, time: Timestamp) -> Option<version::ActiveModel> {
    let name = mutation.name();
    let (format, document) = match mutation {
        Mutation::Put {
            json,
            format,
            name: _,
        } => (Some(i32::from(*format)), Some(json.clone())),
        Mutation::Delete { name: _ } => (None, None),
        Mutation::Erase { .. } => return None,
    };
    Some(version::ActiveModel {
        name: Set(name.to_string()),
        revision: Set(revision),
        register: Set(name.register_id().to_string()),
        kind: Set(name.kind().collection().to_owned()),
        time_ms: Set(time.as_millisecond()),
        deleted: Set(document.is_none()),
        format: Set(format),
        sha256: Set(document.as_ref().map(|json| Sha256::digest(json).to_vec())),
        document: Set(document),
    })
}

fn pointer_row(mutation: &Mutation, revision: i64) -> current::ActiveModel {
    let name = mutation.name();
    current::ActiveModel {
        name: Set(name.to_string()),
        revision: Set(revision),
        register: Set(name.register_id().to_string()),
        kind: Set(name.kind().collection().to_owned()),
    }
}

/// Stores bytes under their digest. The same bytes may be there already: two changes can do the same.
async fn content_put(transaction: &DatabaseTransaction, bytes: &[u8]) -> Result<Digest, DbErr> {
    let digest: Digest = Sha256::digest(bytes).into();
    let row = content::ActiveModel {
        sha256: Set(digest.to_vec()),
        bytes: Set(bytes.to_vec()),
    };
    let insert = content::Entity::insert(row).on_conflict_do_nothing_on([content::Column::Sha256]);
    insert.exec_without_returning(transaction).await.map(|_| digest)
}
