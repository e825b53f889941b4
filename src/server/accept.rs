//! The accept loop: hands each connection to the least loaded worker.

use std::{sync::Arc, time::Duration};

use tokio::{net::TcpListener, sync::Semaphore};

use super::{Error, guard::Limits, worker::Workers};

/// Accepts connections for ever. Beyond the limit it waits: the kernel queues and then refuses.
pub async fn accept(listener: TcpListener, workers: &Workers, limits: &Limits) -> Result<(), Error> {
    let permits = Arc::new(Semaphore::new(limits.connections));
    loop {
        let Ok(permit) = Arc::clone(&permits).acquire_owned().await else {
            return Ok(());
        };
        match listener.accept().await {
            Ok((stream, _)) => {
                // Without it small answers wait for the delayed acknowledgement.
                let ready = stream.set_nodelay(true).and_then(|()| stream.into_std());
                match ready {
                    Ok(stream) => workers.hand_over(stream, permit)?,
                    Err(error) => tracing::debug!(%error, "a connection was gone before it was served"),
                }
            }
            Err(error) => {
                // Out of descriptors, say: trying again at once would spin.
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}
