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

use hyper::server::conn::http2;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::{OwnedSemaphorePermit, mpsc, oneshot, watch},
    task::JoinSet,
};
use tonic::service::Routes;

use super::{
    Error,
    guard::{Guard, Limits, Shared},
    opened::{self, Opened},
    tls::Tls,
};
use crate::access::Certificate;

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
pub fn start(
    count: usize,
    routes: &Routes,
    shared: &Arc<Shared>,
    tls: Option<&Arc<Tls>>,
    stop: watch::Sender<bool>,
    limits: &Limits,
) -> io::Result<Workers> {
    let guard = Guard::new(routes.clone(), Arc::clone(shared));
    let workers = (0..count.max(1))
        .map(|index| {
            // Unbounded in name only: the accept loop holds a permit for every connection.
            let (connections, incoming) = mpsc::unbounded_channel();
            let load = Arc::new(AtomicUsize::new(0));
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?;
            let serving = Serving {
                guard: guard.clone(),
                shared: Arc::clone(shared),
                tls: tls.cloned(),
                http: http(limits),
                handshake: limits.handshake,
                age: limits.connection_age,
                stopped: shared.stopped.clone(),
            };
            let thread = thread::Builder::new()
                .name(format!("decide-{index}"))
                .spawn(move || runtime.block_on(run(incoming, serving)))?;
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

/// HTTP/2 as it is served. Every default of the stack is too generous for a shared service; each is set here.
fn http(limits: &Limits) -> http2::Builder<TokioExecutor> {
    let mut http = http2::Builder::new(TokioExecutor::new());
    http.timer(TokioTimer::new())
        .max_concurrent_streams(limits.streams_per_connection)
        .max_pending_accept_reset_streams(20)
        .max_local_error_reset_streams(256)
        .max_header_list_size(8 * 1024)
        .keep_alive_interval(Duration::from_secs(20))
        .keep_alive_timeout(Duration::from_secs(10));
    http
}

/// What serving a connection takes.
#[derive(Clone)]
struct Serving {
    guard: Guard,
    shared: Arc<Shared>,
    tls: Option<Arc<Tls>>,
    http: http2::Builder<TokioExecutor>,
    handshake: Duration,
    age: Option<Duration>,
    stopped: watch::Receiver<bool>,
}

/// How long calls of a connection that has come of age may go on.
const GRACE: Duration = Duration::from_secs(30);

async fn run(mut incoming: mpsc::UnboundedReceiver<Connection>, serving: Serving) {
    let mut connections = JoinSet::new();
    let mut stopped = serving.stopped.clone();
    loop {
        let Connection { stream, place } = tokio::select! {
            connection = incoming.recv() => match connection {
                Some(connection) => connection,
                None => break,
            },
            Some(_) = connections.join_next() => continue,
            _ = stopped.wait_for(|stop| *stop) => break,
        };
        let registered = stream
            .set_nonblocking(true)
            .and_then(|()| tokio::net::TcpStream::from_std(stream));
        let Ok(stream) = registered else { continue };
        let connection = serving.clone().connection(stream);
        connections.spawn(async move {
            let _place = place;
            connection.await;
        });
    }
    while connections.join_next().await.is_some() {}
}

impl Serving {
    /// Serves a connection to its end.
    async fn connection(mut self, stream: tokio::net::TcpStream) {
        let Some(tls) = self.tls.clone() else {
            if let Some(opened) = self.in_time(opened::plain(stream)).await {
                self.serve(opened, None).await;
            }
            return;
        };
        if let Some((opened, peer)) = self.in_time(opened::secured(stream, &tls)).await {
            self.serve(opened, peer).await;
        }
    }

    /// What a client has to do before anything of it is served has a deadline, and ends when the server stops.
    async fn in_time<T>(&mut self, opening: impl Future<Output = io::Result<T>>) -> Option<T> {
        let opened = tokio::select! {
            opened = tokio::time::timeout(self.handshake, opening) => opened,
            _ = self.stopped.wait_for(|stop| *stop) => return None,
        };
        let failed = match opened {
            Ok(Ok(opened)) => return Some(opened),
            // Whoever looks whether the port is open says nothing and goes.
            Ok(Err(error)) if error.kind() == io::ErrorKind::UnexpectedEof => return None,
            Ok(Err(error)) => error.to_string(),
            Err(_) => "the client said nothing".to_owned(),
        };
        self.shared.metrics.handshakes_failed.inc();
        tracing::debug!(error = failed, "a connection came to nothing");
        None
    }

    /// Serves until the client goes, the connection has come of age, or the server stops. Clients that balance themselves look
    /// for servers anew when a connection ends; and whose authority was taken away is asked again.
    async fn serve<S>(mut self, opened: Opened<S>, peer: Option<Arc<Certificate>>)
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let service = TowerToHyperService::new(self.guard.of(peer));
        self.shared.metrics.connections.inc();
        let connection = self.http.serve_connection(TokioIo::new(opened), service);
        let mut connection = std::pin::pin!(connection);
        let age = self.age;
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            () = stop(&mut self.stopped) => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
            () = of_age(age) => {
                connection.as_mut().graceful_shutdown();
                tokio::time::timeout(GRACE, connection).await.unwrap_or(Ok(()))
            }
        };
        if let Err(error) = ended {
            tracing::debug!(%error, "a connection ended");
        }
        self.shared.metrics.connections.dec();
    }
}

/// Waits until the server stops.
async fn stop(stopped: &mut watch::Receiver<bool>) {
    // Whoever would tell is gone: so is the server.
    let _ = stopped.wait_for(|stop| *stop).await;
}

/// Waits for the age of a connection, give or take a tenth, so that not all clients come back at once (gRFC A9).
async fn of_age(age: Option<Duration>) {
    let Some(age) = age else {
        return std::future::pending().await;
    };
    let mut random = [0; 4];
    // Without chance they come back together, which is no reason not to serve.
    let _ = getrandom::fill(&mut random);
    let share = 0.9 + 0.2 * f64::from(u32::from_ne_bytes(random)) / f64::from(u32::MAX);
    tokio::time::sleep(age.mul_f64(share)).await;
}
