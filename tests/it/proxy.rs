//! A network that fails on purpose, between a server and its PostgreSQL.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
};

use crate::app::Database;

type Strike = Box<dyn FnOnce() + Send>;

/// What is wrong with the network.
#[derive(Default)]
struct Faults {
    /// Nobody gets through, and whoever was through is cut off.
    cut: AtomicBool,
    /// Everything is swallowed, and nobody is told.
    hole: AtomicBool,
    /// How long everything takes, in milliseconds.
    delay: AtomicU64,
    /// The answer to the next commit is lost, and the connection with it.
    lose_commit: AtomicBool,
    /// After so many more messages to the database something strikes, before the last of them gets through.
    countdown: AtomicI64,
    strike: Mutex<Option<Strike>>,
}

/// The network.
pub struct Proxy {
    pub address: SocketAddr,
    faults: Arc<Faults>,
    /// Cuts the connections that are open.
    generation: watch::Sender<u64>,
}

impl Proxy {
    /// A network to the server of a database.
    pub async fn before(database: &Database) -> Self {
        let upstream = host_and_port(&database.text);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let proxy = Self {
            address: listener.local_addr().unwrap(),
            faults: Arc::default(),
            generation: watch::Sender::new(0),
        };
        proxy.faults.countdown.store(-1, Ordering::SeqCst);
        let (faults, generation) = (Arc::clone(&proxy.faults), proxy.generation.clone());
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                if faults.cut.load(Ordering::SeqCst) {
                    continue;
                }
                let faults = Arc::clone(&faults);
                let cut = generation.subscribe();
                let upstream = upstream.clone();
                tokio::spawn(async move {
                    if let Ok(server) = TcpStream::connect(upstream).await {
                        connect(client, server, faults, cut).await;
                    }
                });
            }
        });
        proxy
    }

    /// The database as it is reached through this network.
    pub fn through(&self, database: &Database) -> String {
        database
            .text
            .replace(&host_and_port(&database.text), &self.address.to_string())
    }

    pub fn cut(&self) {
        self.faults.cut.store(true, Ordering::SeqCst);
        self.generation.send_modify(|generation| *generation += 1);
    }

    pub fn swallow(&self) {
        self.faults.hole.store(true, Ordering::SeqCst);
    }

    pub fn slow_down(&self, delay: Duration) {
        self.faults
            .delay
            .store(u64::try_from(delay.as_millis()).unwrap(), Ordering::SeqCst);
    }

    pub fn lose_next_commit(&self) {
        self.faults.lose_commit.store(true, Ordering::SeqCst);
    }

    /// Strikes before the `number`th message from now gets through to the database.
    pub fn strike_at(&self, number: i64, strike: impl FnOnce() + Send + 'static) {
        *self.faults.strike.lock().unwrap() = Some(Box::new(strike));
        self.faults.countdown.store(number, Ordering::SeqCst);
    }

    /// Whether what was to strike has struck.
    pub fn has_struck(&self) -> bool {
        self.faults
            .strike
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .is_none()
    }

    /// All is well again. What was swallowed does not come back: those connections are gone.
    pub fn mend(&self) {
        self.faults.cut.store(false, Ordering::SeqCst);
        self.faults.delay.store(0, Ordering::SeqCst);
        if self.faults.hole.swap(false, Ordering::SeqCst) {
            self.generation.send_modify(|generation| *generation += 1);
        }
    }
}

fn host_and_port(url: &str) -> String {
    let (_, rest) = url
        .rsplit_once('@')
        .unwrap_or_else(|| url.split_once("://").unwrap());
    rest.split('/').next().unwrap().to_owned()
}

async fn connect(client: TcpStream, server: TcpStream, faults: Arc<Faults>, mut cut: watch::Receiver<u64>) {
    let muted = Arc::new(AtomicBool::new(false));
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    tokio::select! {
        () = there(from_client, to_server, &faults, &muted) => {}
        () = back(from_server, to_client, &faults, &muted) => {}
        _ = cut.changed() => {}
    }
}

async fn there(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, faults: &Faults, muted: &AtomicBool) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        let message = &buffer[..count];
        tokio::time::sleep(Duration::from_millis(faults.delay.load(Ordering::SeqCst))).await;
        if faults.hole.load(Ordering::SeqCst) {
            continue;
        }
        if faults.countdown.load(Ordering::SeqCst) >= 0
            && faults.countdown.fetch_sub(1, Ordering::SeqCst) == 0
        {
            let strike = faults
                .strike
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take();
            if let Some(strike) = strike {
                strike();
                return;
            }
        }
        let commits = message.windows(6).any(|window| window == b"COMMIT");
        let lost = commits && faults.lose_commit.swap(false, Ordering::SeqCst);
        if lost {
            muted.store(true, Ordering::SeqCst);
        }
        if to.write_all(message).await.is_err() {
            return;
        }
        if lost {
            // Until it is carried out.
            tokio::time::sleep(Duration::from_millis(200)).await;
            return;
        }
    }
}

async fn back(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, faults: &Faults, muted: &AtomicBool) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        if faults.hole.load(Ordering::SeqCst) || muted.load(Ordering::SeqCst) {
            continue;
        }
        if to.write_all(&buffer[..count]).await.is_err() {
            return;
        }
    }
}
