//! Records as they were: read from the store when they are asked for, and kept for a while.

use std::{fmt, sync::Arc};

use jiff::Timestamp;
use quick_cache::{Weighter, sync::Cache};
use tokio::{runtime::Handle, sync::Semaphore};

use super::{Error, record};
use crate::{
    domain::{
        name::{RegisterId, Revision},
        register::Record,
    },
    store::{self, Past, Store, Stored},
};

/// Records of the past. A clone is the same archive.
#[derive(Clone, Debug)]
pub struct Archive(Arc<Inner>);

struct Inner {
    store: Store,
    /// Where the database is: never on a decision worker.
    control: Handle,
    /// How many are read at once; more are refused.
    room: Arc<Semaphore>,
    kept: Cache<(RegisterId, Revision), Kept, Bytes>,
}

impl fmt::Debug for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inner")
            .field("kept", &self.kept.len())
            .finish_non_exhaustive()
    }
}

/// A record and how large its documents are; none where there was no register.
#[derive(Clone)]
struct Kept {
    record: Option<Arc<Record>>,
    bytes: u64,
}

/// Records weigh what their documents do.
#[derive(Clone)]
struct Bytes;

impl Weighter<(RegisterId, Revision), Kept> for Bytes {
    fn weight(&self, _: &(RegisterId, Revision), kept: &Kept) -> u64 {
        kept.bytes.max(LEAST)
    }
}

/// How many bytes of documents the kept records are of at most; as records they take about as much.
const MOST_BYTES: u64 = 64 * 1024 * 1024;
/// What a record weighs at least, also one that is not there.
const LEAST: u64 = 16 * 1024;
/// How many records are guessed to be kept.
const GUESS: usize = 256;
/// How many records are read at once.
const MOST_READING: usize = 8;
/// How many documents are read at once.
const PAGE: u64 = 1000;

/// Why a record of the past cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum Unavailable {
    /// There is no such revision yet, or was nothing then.
    #[error("there is no such revision")]
    NoRevision,
    /// Too many are being read.
    #[error("too many records of the past are being read")]
    Busy,
    /// It could not be read.
    #[error(transparent)]
    Failed(#[from] Error),
}

impl Archive {
    /// The archive of a store, read on this runtime.
    pub fn new(store: Store, control: Handle) -> Self {
        Self(Arc::new(Inner {
            store,
            control,
            room: Arc::new(Semaphore::new(MOST_READING)),
            kept: Cache::with_weighter(GUESS, MOST_BYTES, Bytes),
        }))
    }

    /// The latest revision that had been committed at an instant.
    pub async fn revision_at(&self, instant: Timestamp) -> Result<Revision, Unavailable> {
        let store = self.0.store.clone();
        let found = self.run(async move { store.revision_at(instant).await }).await?;
        found.ok_or(Unavailable::NoRevision)
    }

    /// The record of a register at a revision that is not after `head`; `None`: there was no such register.
    pub async fn record(
        &self,
        register: &RegisterId,
        at: Revision,
        head: Revision,
    ) -> Result<Option<Arc<Record>>, Unavailable> {
        if at > head {
            return Err(Unavailable::NoRevision);
        }
        let key = (register.clone(), at);
        if let Some(kept) = self.0.kept.get(&key) {
            return Ok(kept.record);
        }
        let (store, id) = (self.0.store.clone(), register.clone());
        let documents = self.run(async move { read(&store, &id, at).await }).await?;
        let bytes = documents.iter().map(|stored| stored.json.len()).sum::<usize>();
        let id = register.clone();
        let record = if documents.is_empty() {
            None
        } else {
            let built = self.0.control.spawn_blocking(move || record(&id, documents));
            Some(built.await.map_err(|_| Error::Lost)??)
        };
        let kept = Kept {
            record: record.clone(),
            bytes: u64::try_from(bytes).unwrap_or(u64::MAX),
        };
        self.0.kept.insert(key, kept);
        Ok(record)
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, store::Error>> + Send + 'static,
    ) -> Result<T, Unavailable> {
        let place = Arc::clone(&self.0.room)
            .try_acquire_owned()
            .map_err(|_| Unavailable::Busy)?;
        let working = self.0.control.spawn(async move {
            let _place = place;
            work.await
        });
        let done = working.await.map_err(|_| Error::Lost)?;
        Ok(done.map_err(Error::Store)?)
    }
}

async fn read(store: &Store, register: &RegisterId, at: Revision) -> Result<Vec<Stored>, store::Error> {
    let mut all: Vec<Stored> = Vec::new();
    loop {
        let after = all.last().map(|stored| stored.name.clone());
        let past = Past {
            at,
            register: Some(register),
            kind: None,
            after: after.as_ref(),
        };
        let page = store.documents_at(past, PAGE).await?;
        if page.is_empty() {
            return Ok(all);
        }
        all.extend(page);
    }
}
