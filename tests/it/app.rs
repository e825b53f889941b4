//! A real server on a port of its own, in this process, with a database of its own.

use std::{
    net::SocketAddr,
    sync::{Arc, mpsc},
    thread,
    time::Duration,
};

use ropa::{
    grpc::Reflection,
    pb::{
        ApplyRegisterRequest, ApplyRegisterResponse, RegisterDocument,
        decision_service_client::DecisionServiceClient, register_service_client::RegisterServiceClient,
    },
    server::{self, Asks, Limits, tls::Tls},
    store::{self, DatabaseUrl, Store},
    telemetry::traces::Traces,
};
use sea_orm::ConnectionTrait as _;
use tempfile::TempDir;
use tokio::sync::oneshot;
use tonic::{Status, transport::Channel};

/// Where the PostgreSQL of the tests is.
const POSTGRES: &str = "ROPA_TEST_POSTGRES_URL";

/// The engines that everything has to hold on.
#[derive(Clone, Copy, Debug)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// A database of its own, gone with the value.
pub struct Database {
    pub url: DatabaseUrl,
    pub text: String,
    _folder: Option<TempDir>,
}

impl Database {
    /// One that is there already.
    pub fn at(url: &str) -> Self {
        Self {
            url: url.parse().unwrap(),
            text: url.to_owned(),
            _folder: None,
        }
    }

    pub async fn new(engine: Engine) -> Self {
        match engine {
            Engine::Sqlite => {
                let folder = tempfile::tempdir().unwrap();
                let text = format!("sqlite:{}", folder.path().join("ropa.db").display());
                Self {
                    url: text.parse().unwrap(),
                    text,
                    _folder: Some(folder),
                }
            }
            Engine::Postgres => {
                #[expect(clippy::disallowed_methods, reason = "tests are told by tests/run where PostgreSQL is")]
                let server = std::env::var(POSTGRES).unwrap_or_else(|_| {
                    panic!("{POSTGRES} is not set: run the tests with `tests/run`, which starts a PostgreSQL for them")
                });
                let name = format!("it_{}", uuid::Uuid::now_v7().simple());
                let admin = sea_orm::Database::connect(&server).await.unwrap();
                admin
                    .execute_unprepared(&format!("CREATE DATABASE {name}"))
                    .await
                    .unwrap();
                admin.close().await.unwrap();
                let (base, _) = server.rsplit_once('/').unwrap();
                let text = format!("{base}/{name}");
                Self {
                    url: text.parse().unwrap(),
                    text,
                    _folder: None,
                }
            }
        }
    }
}

/// How a server of a test differs from others.
pub struct Custom {
    pub store: store::Options,
    pub limits: Limits,
    pub max_staleness: Duration,
    pub observed: ropa::register::Keep,
    pub asks: Asks,
    pub tls: Option<Arc<Tls>>,
    pub probes: Probes,
    pub traces: Option<String>,
    pub drain: Duration,
}

/// Whether a server has a port for probes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Probes {
    Port,
    NoPort,
}

impl Default for Custom {
    fn default() -> Self {
        Self {
            store: patient(),
            limits: Limits::default(),
            max_staleness: Duration::from_secs(300),
            observed: ropa::register::Keep::Days(90),
            asks: Asks::Nobody,
            tls: None,
            probes: Probes::NoPort,
            traces: None,
            // A client whose runtime waits for the server cannot close its connection.
            drain: Duration::from_millis(200),
        }
    }
}

/// A running server.
pub struct App {
    pub address: SocketAddr,
    pub channel: Channel,
    /// Where it answers probes.
    pub probes: Option<SocketAddr>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
    database: Database,
}

impl App {
    /// Starts a server on an empty database.
    pub async fn start(engine: Engine) -> Self {
        Self::start_with(engine, Limits::default()).await
    }

    /// Starts another server on the database of one.
    pub async fn beside(other: &Self) -> Self {
        Self::custom(Database::at(&other.database.text), Custom::default()).await
    }

    pub async fn start_with(engine: Engine, limits: Limits) -> Self {
        let custom = Custom {
            limits,
            ..Custom::default()
        };
        Self::custom(Database::new(engine).await, custom).await
    }

    pub async fn custom(database: Database, custom: Custom) -> Self {
        let Custom {
            store: options,
            limits,
            max_staleness,
            observed,
            asks,
            tls,
            probes,
            traces,
            drain,
        } = custom;
        let is_secured = tls.is_some();
        let url = database.url.clone();
        let (stop, stopped) = oneshot::channel();
        let (ready, started) = mpsc::channel();
        let thread = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(2)
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async move {
                let store = Store::connect(&url, &options).await.unwrap();
                store.migrate().await.unwrap();
                let listener = || tokio::net::TcpListener::bind("127.0.0.1:0");
                let calls = listener().await.unwrap();
                let probes = match probes {
                    Probes::Port => Some(listener().await.unwrap()),
                    Probes::NoPort => None,
                };
                let probing = probes.as_ref().map(|listener| listener.local_addr().unwrap());
                let listeners = server::Listeners { calls, probes };
                let options = server::Options {
                    workers: 2,
                    limits,
                    cache_max_age: Duration::from_secs(30),
                    max_staleness,
                    drain,
                    reflection: Reflection::On,
                    observed,
                    counting: Duration::from_millis(100),
                    asks,
                    tls,
                    reload: Duration::from_millis(50),
                    traces: traces.map(|endpoint| Traces::new(&endpoint, 0.0).unwrap()),
                    unsafe_options: vec!["unsafe-for-a-test".to_owned()],
                };
                let announce = async move |address, _| {
                    ready.send((address, probing)).unwrap();
                    Ok(())
                };
                server::serve(listeners, store, options, announce, async {
                    let _ = stopped.await;
                })
                .await
                .unwrap();
            });
        });
        let (address, probes) = started.recv_timeout(Duration::from_secs(30)).unwrap();
        // One that speaks TLS is connected to by the test itself.
        let endpoint = Channel::from_shared(format!("http://{address}")).unwrap();
        let channel = if is_secured {
            endpoint.connect_lazy()
        } else {
            connect(address).await
        };
        Self {
            address,
            channel,
            probes,
            stop: Some(stop),
            thread: Some(thread),
            database,
        }
    }

    /// Starts a server with the example registers.
    pub async fn with_examples(engine: Engine) -> Self {
        let app = Self::start(engine).await;
        for register in EXAMPLES {
            app.apply(example(register)).await.unwrap();
        }
        app
    }

    /// Where its database is.
    pub fn database_url(&self) -> &str {
        &self.database.text
    }

    pub fn decisions(&self) -> DecisionServiceClient<Channel> {
        DecisionServiceClient::new(self.channel.clone())
    }

    pub fn registers(&self) -> RegisterServiceClient<Channel> {
        RegisterServiceClient::new(self.channel.clone())
    }

    /// Applies a document and waits until checks see it.
    pub async fn apply(&self, document: RegisterDocument) -> Result<ApplyRegisterResponse, Status> {
        self.apply_request(ApplyRegisterRequest {
            document: Some(document),
            ..ApplyRegisterRequest::default()
        })
        .await
    }

    /// Makes a register be as a document says and nothing else, and waits until checks see it.
    pub async fn replace(&self, document: RegisterDocument) -> Result<ApplyRegisterResponse, Status> {
        self.apply_request(ApplyRegisterRequest {
            document: Some(document),
            prune: true,
            ..ApplyRegisterRequest::default()
        })
        .await
    }

    async fn apply_request(&self, request: ApplyRegisterRequest) -> Result<ApplyRegisterResponse, Status> {
        let applied = self.registers().apply_register(request).await?.into_inner();
        self.visible(&applied.register, applied.revision).await;
        Ok(applied)
    }

    /// Waits until checks are answered at the revision or a later one.
    pub async fn visible(&self, register: &str, revision: i64) {
        let question = ropa::pb::CheckRequest {
            register: register.to_owned(),
            activity: "x".to_owned(),
            operations: vec![ropa::pb::Operation::Erase.into()],
            ..Default::default()
        };
        for _ in 0..500 {
            let answer = self.decisions().check(question.clone()).await;
            if answer.is_ok_and(|answer| answer.get_ref().revision >= revision) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("revision {revision} was not served within five seconds");
    }
}

impl Drop for App {
    fn drop(&mut self) {
        self.stop.take().map(|stop| stop.send(()));
        if let Some(thread) = self.thread.take() {
            let joined = thread.join();
            assert!(joined.is_ok() || thread::panicking(), "the server panicked");
        }
    }
}

/// Many tests share two cores and one PostgreSQL.
pub fn patient() -> store::Options {
    store::Options {
        acquire_timeout: Duration::from_secs(60),
        statement_timeout: Duration::from_secs(30),
        lock_timeout: Duration::from_secs(20),
        idle_in_transaction_timeout: Duration::from_secs(30),
        ..store::Options::default()
    }
}

pub async fn connect(address: SocketAddr) -> Channel {
    let endpoint = Channel::from_shared(format!("http://{address}")).unwrap();
    endpoint.connect().await.unwrap()
}

/// The example registers, in the order in which `--load` applies them.
pub const EXAMPLES: [&str; 4] = ["forsakringskassan", "koko", "min-a-kasse", "pfa"];

/// The document of an example register, merged from its files as `ropa apply` merges them.
pub fn example(register: &str) -> RegisterDocument {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("examples/registers")
        .join(register);
    ropa::cli::manifest(&[folder]).unwrap()
}

/// The smallest register that answers: one activity.
pub fn small(register: &str, title: &str) -> RegisterDocument {
    use ropa::pb::{Controller, DataUse, LegalBasis, ProcessingActivity, Purpose, Register, SubjectUse};
    RegisterDocument {
        register: Some(Register {
            name: format!("registers/{register}"),
            title: title.to_owned(),
            controller: Some(Controller {
                legal_name: "Example Ltd".to_owned(),
                country: "FI".to_owned(),
                time_zone: "Europe/Helsinki".to_owned(),
                ..Controller::default()
            }),
            ..Register::default()
        }),
        activities: vec![ProcessingActivity {
            name: format!("registers/{register}/activities/orders"),
            title: "Orders".to_owned(),
            purposes: vec![Purpose {
                id: "orders".to_owned(),
                codes: vec!["dpv:CustomerOrderManagement".to_owned()],
                ..Purpose::default()
            }],
            subjects: vec![SubjectUse {
                subject: "dpv:Customer".to_owned(),
                ..SubjectUse::default()
            }],
            data_uses: vec![DataUse {
                data: vec!["pd:Name".to_owned()],
                ..DataUse::default()
            }],
            legal_bases: vec![LegalBasis {
                article_6: "eu-gdpr:A6-1-b".to_owned(),
                ..LegalBasis::default()
            }],
            ..ProcessingActivity::default()
        }],
        ..RegisterDocument::default()
    }
}

/// How often something is done that may be done any number of times: a little, or with `ROPA_TEST_SIZE=full` as often as
/// is promised.
pub fn times(little: u64, full: u64) -> u64 {
    #[expect(
        clippy::disallowed_methods,
        reason = "whoever runs the tests says how thorough they are"
    )]
    let size = std::env::var("ROPA_TEST_SIZE").unwrap_or_default();
    if size == "full" { full } else { little }
}
