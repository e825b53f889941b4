//! Decision workers: a thread and a `current_thread` runtime each.

use std::{
    io,
    net::TcpStream,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot, watch};
use tonic::service::Routes;

use super::{
    Error,
    guard::{Guard, Limits},
};

/// A connection on its way to a worker: the socket belongs to no runtime while it moves.
struct Connection {
    stream: TcpStream,
    place: Place,
}

/// The place of a connection among all and among those of its worker; dropping it makes room for another.
struct Place {
    load: Arc<AtomicUsize>,
    _permit: OwnedSemaphorePermit,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.load.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The workers.
pub struct Workers {
    workers: Vec<Worker>,
    stop: watch::Sender<bool>,
}

struct Worker {
    connections: mpsc::UnboundedSender<Connection>,
    load: Arc<AtomicUsize>,
    thread: thread::JoinHandle<()>,
}

/// Starts the workers, each with services of its own.
pub fn start(count: usize, routes: &Routes, limits: &Limits) -> io::Result<Workers> {
    let (stop, stopped) = watch::channel(false);
    let guard = Guard::new(routes.clone(), limits);
    let workers = (0..count.max(1))
        .map(|index| {
            // Unbounded in name only: the accept loop holds a permit for every connection.
            let (connections, incoming) = mpsc::unbounded_channel();
            let load = Arc::new(AtomicUsize::new(0));
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?;
            let (guard, limits, stopped) = (guard.clone(), limits.clone(), stopped.clone());
            let thread = thread::Builder::new()
                .name(format!("decide-{index}"))
                .spawn(move || runtime.block_on(run(incoming, guard, limits, stopped)))?;
            Ok(Worker {
                connections,
                load,
                thread,
            })
        })
        .collect::<io::Result<_>>()?;
    Ok(Workers { workers, stop })
}

impl Workers {
    /// Hands a connection to the worker with the fewest. Without one of its workers a server is not what it says.
    pub fn hand_over(&self, stream: TcpStream, permit: OwnedSemaphorePermit) -> Result<(), Error> {
        let least = self
            .workers
            .iter()
            .min_by_key(|worker| worker.load.load(Ordering::Relaxed));
        let Some(worker) = least else {
            return Err(Error::Died("the workers"));
        };
        worker.load.fetch_add(1, Ordering::Relaxed);
        let place = Place {
            load: Arc::clone(&worker.load),
            _permit: permit,
        };
        let handed = worker.connections.send(Connection { stream, place });
        handed.map_err(|_| Error::Died("a worker"))
    }

    /// Lets calls in flight finish for at most this long.
    pub async fn drain(self, patience: Duration) {
        let _ = self.stop.send(true);
        let threads: Vec<_> = self.workers.into_iter().map(|worker| worker.thread).collect();
        // A thread of its own: a task would keep the runtime, and so the process, from ending.
        let (done, joined) = oneshot::channel();
        thread::spawn(move || {
            for thread in threads {
                if thread.join().is_err() {
                    tracing::error!("a worker panicked");
                }
            }
            let _ = done.send(());
        });
        if tokio::time::timeout(patience, joined).await.is_err() {
            tracing::warn!("calls were cut off after {} s", patience.as_secs());
        }
    }
}

async fn run(
    mut incoming: mpsc::UnboundedReceiver<Connection>,
    guard: Guard,
    limits: Limits,
    mut stopped: watch::Receiver<bool>,
) {
    let graceful = GracefulShutdown::new();
    let mut http = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
    // Every default of the stack is too generous for a shared service; each is set here.
    http.timer(TokioTimer::new())
        .max_concurrent_streams(limits.streams_per_connection)
        .max_pending_accept_reset_streams(20)
        .max_local_error_reset_streams(256)
        .max_header_list_size(8 * 1024)
        .keep_alive_interval(Duration::from_secs(20))
        .keep_alive_timeout(Duration::from_secs(10));
    loop {
        let Connection { stream, place } = tokio::select! {
            connection = incoming.recv() => match connection {
                Some(connection) => connection,
                None => break,
            },
            _ = stopped.wait_for(|stop| *stop) => break,
        };
        let registered = stream
            .set_nonblocking(true)
            .and_then(|()| tokio::net::TcpStream::from_std(stream));
        let Ok(stream) = registered else { continue };
        let service = TowerToHyperService::new(guard.clone());
        let (http, handshake) = (http.clone(), limits.handshake);
        let watcher = graceful.watcher();
        let mut stopped = stopped.clone();
        tokio::spawn(async move {
            let _place = place;
            // A client that says nothing would hold up a graceful stop for ever: hyper cannot close it before its
            // preface, so that has a deadline.
            let spoke = tokio::select! {
                spoke = tokio::time::timeout(handshake, preface(&stream)) => spoke.unwrap_or(false),
                _ = stopped.wait_for(|stop| *stop) => false,
            };
            if spoke {
                let connection = http.serve_connection(TokioIo::new(stream), service);
                if let Err(error) = watcher.watch(connection).await {
                    tracing::debug!(%error, "a connection ended");
                }
            }
        });
    }
    graceful.shutdown().await;
}

/// Waits for the 24 bytes with which an HTTP/2 connection begins (RFC 9113 section 3.4), without taking them.
async fn preface(stream: &tokio::net::TcpStream) -> bool {
    let mut bytes = [0; 24];
    loop {
        match stream.peek(&mut bytes).await {
            Ok(0) | Err(_) => return false,
            Ok(24) => return true,
            // Peeking answers at once while there is anything, so what is missing has to be waited for.
            Ok(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}
