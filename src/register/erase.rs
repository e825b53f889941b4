//! Forgetting what a contact person's entry said, in the past too (Art. 17).

use super::{Commit, Error, Registers};
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
    /// Whether it is done.
    pub commit: Commit,
    /// Why, in the caller's words.
    pub reason: Option<String>,
    /// Who asks: an opaque pseudonym.
    pub actor: String,
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
    pub async fn erase(&self, erase: Erase) -> Result<Erased, Error> {
        let this = self.clone();
        tokio::spawn(async move { this.erase_in_task(erase).await })
            .await
            .map_err(|_| Error::Lost)?
    }

    async fn erase_in_task(&self, erase: Erase) -> Result<Erased, Error> {
        let Erase {
            name,
            erasing,
            commit,
            reason,
            actor,
        } = erase;
        if self.replica.state() == State::Replaced {
            return Err(Error::StoreReplaced);
        }
        let mut write = self.store.write().await?;
        let contents = write.erasable(&name, erasing).await?;
        let contents = contents.ok_or_else(|| Error::NotFound(name.clone()))?;
        let versions = contents.len();
        if versions == 0 || commit == Commit::ValidateOnly {
            // Dropping the write undoes it and uses no revision.
            let revision = write.before();
            return Ok(Erased { revision, versions });
        }
        let change = Change {
            actor,
            method: "/ropa.v1.RegisterService/EraseContactPerson".to_owned(),
            kind: ChangeKind::ContactPersonErased,
            register: name.register_id().clone(),
            reason,
            time: clock::now(),
            mutations: vec![Mutation::Erase {
                name: name.clone(),
                contents,
            }],
        };
        let committed = write.commit(change).await?;
        if let Err(error) = self.store.scrub().await {
            // It is erased; only the engine's log may still hold it, until it begins anew by itself.
            tracing::warn!(error = %crate::replica::chain(&error), "the write-ahead log was not emptied");
        }
        self.served(committed).await;
        let revision = committed.revision;
        tracing::info!(%name, revision = revision.number(), versions, "`{name}` erased");
        Ok(Erased { revision, versions })
    }
}
