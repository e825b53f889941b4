//! Forgetting what a contact person's entry said, in the past too (Art. 17).

use super::{Asked, Commit, Error, Registers, change::done_under_lock, etag};
use crate::{
    clock,
    domain::name::{ResourceName, Revision},
    replica::State,
    store::{Change, ChangeKind, Erasing, Mutation},
};

/// What is to be erased.
#[derive(Clone, Debug)]
pub struct Erase {
    /// The entry. Its kind must be one that can be erased.
    pub name: ResourceName,
    /// Which of its versions.
    pub erasing: Erasing,
    /// What the caller has seen of it.
    pub etag: Option<String>,
}

/// What was erased, or would be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Erased {
    /// The revision of the change, or the current one where nothing was erased.
    pub revision: Revision,
    /// How many versions.
    pub versions: usize,
}

impl Registers {
    /// Erases what versions of an entry said. Runs in a task of its own, like every change.
    pub async fn erase(&self, asked: Asked, erase: Erase) -> Result<Erased, Error> {
        let this = self.clone();
        tokio::spawn(async move { this.erase_in_task(asked, erase).await })
            .await
            .map_err(|_| Error::Lost)?
    }

    async fn erase_in_task(&self, asked: Asked, erase: Erase) -> Result<Erased, Error> {
        let Erase {
            name,
            erasing,
            etag: seen,
        } = erase;
        if self.replica.state() == State::Replaced {
            return Err(Error::StoreReplaced);
        }
        asked.in_time()?;
        let mut write = self.store.write(asked.patience()).await?;
        if let Some(done) = done_under_lock(&mut write, &asked).await? {
            drop(write);
            return self.erased_again(done.revision).await;
        }
        let contents = write.erasable(&name, erasing).await?;
        let contents = contents.ok_or_else(|| Error::NotFound(name.clone()))?;
        if let Some(seen) = seen {
            let documents = write.documents(name.register_id()).await?;
            let etag = documents.iter().find(|stored| stored.name == name).map(etag);
            if etag.as_ref() != Some(&seen) {
                return Err(Error::Changed { name, etag });
            }
        }
        let versions = contents.len();
        if asked.commit == Commit::ValidateOnly {
            // Dropping the write undoes it and uses no revision.
            let revision = write.before();
            return Ok(Erased { revision, versions });
        }
        if versions == 0 {
            let revision = write.before();
            drop(write);
            // It may be that an earlier call erased and did not come this far.
            self.scrub().await;
            return Ok(Erased { revision, versions });
        }
        let change = Change {
            actor: asked.actor.clone(),
            method: asked.method.clone(),
            kind: ChangeKind::ContactPersonErased,
            register: name.register_id().clone(),
            reason: asked.reason.clone(),
            request: asked.request.clone(),
            time: clock::now(),
            mutations: vec![Mutation::Erase {
                name: name.clone(),
                contents,
            }],
        };
        let committed = write.commit(change).await?;
        self.scrub().await;
        self.served(committed).await;
        let revision = committed.revision;
        let (request_id, trace_id) = asked.called();
        tracing::info!(
            request_id,
            trace_id,
            actor = %asked.actor,
            method = %asked.method,
            %name,
            revision = revision.number(),
            versions,
            "`{name}` erased"
        );
        Ok(Erased { revision, versions })
    }

    /// What a request that was carried out before erased.
    async fn erased_again(&self, revision: Revision) -> Result<Erased, Error> {
        let told = self.revision_entry(revision).await?;
        let versions = told.entry.effects.iter().map(|effect| effect.erased.len()).sum();
        Ok(Erased { revision, versions })
    }

    async fn scrub(&self) {
        if let Err(error) = self.store.scrub().await {
            // It is erased for every reader; the engine's files may still hold it. The next erasure takes it out.
            tracing::warn!(error = %crate::replica::chain(&error), "what was erased may still be in the database's files");
        }
    }
}
