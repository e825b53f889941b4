//! Changes that were denied.

use super::{Error, Registers};
use crate::store::Denial;

impl Registers {
    /// Writes a denial into the audit log.
    pub async fn deny(&self, denial: Denial) -> Result<(), Error> {
        if self.is_replaced() {
            return Err(Error::StoreReplaced);
        }
        let (count, method) = (denial.count, denial.method.clone());
        let actor = denial.actor.as_deref().unwrap_or("nobody").to_owned();
        let store = self.store.clone();
        // In a task of its own, as every change: a future that is dropped while a transaction begins leaves it open.
        let written = tokio::spawn(async move { store.denial_put(&denial).await });
        written.await.map_err(|_| Error::Lost)??;
        tracing::warn!(actor, method, count, "a change was denied");
        Ok(())
    }
}
