//! A client for tests in a cluster: checks and writes through client-side balancing, while whoever runs it restarts servers.
//!
//! It does what the chart's notes tell clients to do and no more: it resolves the headless service again and again, spreads its
//! calls over what it finds, and repeats a call that was answered UNAVAILABLE, with the same request id where it writes.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that panics has failed"
)]

use std::{
    collections::{BTreeMap, HashSet},
    net::IpAddr,
    path::PathBuf,
    process::ExitCode,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use clap::Parser;
use ropa::pb::{
    ApplyRegisterRequest, CheckRequest, Controller, DataUse, GetRevisionRequest, LegalBasis, Operation,
    ProcessingActivity, Purpose, Register, RegisterDocument, SubjectUse,
    decision_service_client::DecisionServiceClient, history_service_client::HistoryServiceClient,
    register_service_client::RegisterServiceClient,
};
use tokio::time::{sleep, timeout};
use tonic::{
    Code, Request, Status,
    transport::{Certificate, Channel, ClientTlsConfig, Endpoint, channel::Change},
};

/// Calls a service in a cluster.
#[derive(Debug, Parser)]
struct Args {
    /// The headless service.
    #[arg(long)]
    host: String,
    /// Its port.
    #[arg(long, default_value_t = 50051)]
    port: u16,
    /// The name in the servers' certificates.
    #[arg(long)]
    server_name: String,
    /// The authority of the servers' certificates.
    #[arg(long)]
    ca: PathBuf,
    /// A token of an editor.
    #[arg(long)]
    token_file: PathBuf,
    /// For how long.
    #[arg(long)]
    seconds: u64,
    /// Measure how soon every server answers from a write, instead of expecting disturbance.
    #[arg(long)]
    visible: bool,
}

/// Counted over the whole run.
#[derive(Default)]
struct Counts {
    checks: AtomicU64,
    failed: AtomicU64,
    repeated: AtomicU64,
    /// The first things that went wrong, for whoever reads the log.
    wrong: Mutex<Vec<String>>,
}

/// What connects and who calls.
#[derive(Clone)]
struct Client {
    args: Arc<Args>,
    tls: ClientTlsConfig,
    bearer: String,
}

/// How often a call is made at most, as the service configuration of the notes says.
const ATTEMPTS: usize = 5;

impl Client {
    fn endpoint(&self, address: IpAddr) -> Endpoint {
        let url = match address {
            IpAddr::V4(address) => format!("https://{address}:{}", self.args.port),
            IpAddr::V6(address) => format!("https://[{address}]:{}", self.args.port),
        };
        let endpoint = Endpoint::from_shared(url)
            .unwrap()
            .tls_config(self.tls.clone())
            .unwrap();
        endpoint
            .connect_timeout(Duration::from_secs(2))
            .timeout(Duration::from_secs(5))
    }

    async fn addresses(&self) -> Option<HashSet<IpAddr>> {
        let found = tokio::net::lookup_host((self.args.host.as_str(), self.args.port)).await;
        found
            .ok()
            .map(|found| found.map(|address| address.ip()).collect())
    }

    /// A channel over all servers that there are, kept up to date.
    fn balanced(&self) -> Channel {
        let (channel, changes) = Channel::balance_channel(64);
        let client = self.clone();
        tokio::spawn(async move {
            let mut known: HashSet<IpAddr> = HashSet::new();
            loop {
                if let Some(found) = client.addresses().await.filter(|found| !found.is_empty()) {
                    for address in known.difference(&found) {
                        changes.send(Change::Remove(*address)).await.unwrap();
                    }
                    for address in found.difference(&known) {
                        let endpoint = client.endpoint(*address);
                        changes.send(Change::Insert(*address, endpoint)).await.unwrap();
                    }
                    known = found;
                }
                sleep(Duration::from_millis(500)).await;
            }
        });
        channel
    }

    fn request<M>(&self, message: M) -> Request<M> {
        let mut request = Request::new(message);
        request
            .metadata_mut()
            .insert("authorization", self.bearer.parse().unwrap());
        request
    }

    /// Makes a call until it is answered with anything but UNAVAILABLE.
    async fn repeat<T, F>(&self, counts: &Counts, call: impl Fn() -> F) -> Result<T, Status>
    where
        F: Future<Output = Result<T, Status>>,
    {
        let mut pause = Duration::from_millis(50);
        let mut attempt = 1;
        loop {
            match call().await {
                Err(status) if attempt < ATTEMPTS && is_worth_repeating(&status) => {
                    counts.repeated.fetch_add(1, Ordering::Relaxed);
                    sleep(pause).await;
                    pause *= 2;
                    attempt += 1;
                }
                answer => return answer,
            }
        }
    }
}

/// What the transport says of a connection that broke is Unknown or Cancelled to this client.
fn is_worth_repeating(status: &Status) -> bool {
    let has_details = !status.details().is_empty();
    match status.code() {
        Code::Unavailable | Code::Aborted => true,
        Code::Unknown | Code::Cancelled | Code::Internal => !has_details,
        _ => false,
    }
}

fn question() -> CheckRequest {
    CheckRequest {
        register: "load".to_owned(),
        activity: "orders".to_owned(),
        operations: vec![Operation::Use.into()],
        data: vec!["pd:Name".to_owned()],
        subjects: vec!["dpv:Customer".to_owned()],
        ..CheckRequest::default()
    }
}

fn document(title: String) -> RegisterDocument {
    RegisterDocument {
        register: Some(Register {
            name: "registers/load".to_owned(),
            title,
            controller: Some(Controller {
                legal_name: "Example Ltd".to_owned(),
                country: "FI".to_owned(),
                time_zone: "Europe/Helsinki".to_owned(),
                ..Controller::default()
            }),
            ..Register::default()
        }),
        activities: vec![ProcessingActivity {
            name: "registers/load/activities/orders".to_owned(),
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

/// Writes once; answers the revision.
async fn write(client: &Client, channel: &Channel, counts: &Counts, number: u64) -> Result<i64, Status> {
    let request = ApplyRegisterRequest {
        document: Some(document(format!("Load {number}"))),
        reason: format!("write {number}"),
        request_id: uuid::Uuid::now_v7().to_string(),
        ..ApplyRegisterRequest::default()
    };
    let applied = client.repeat(counts, || {
        let request = client.request(request.clone());
        let mut service = RegisterServiceClient::new(channel.clone());
        async move { service.apply_register(request).await }
    });
    Ok(applied.await?.into_inner().revision)
}

/// Checks, one after the other, until the time is over.
async fn check(client: Client, channel: Channel, counts: Arc<Counts>, until: Instant) {
    while Instant::now() < until {
        let answer = client.repeat(&counts, || {
            let request = client.request(question());
            let mut service = DecisionServiceClient::new(channel.clone());
            async move { service.check(request).await }
        });
        counts.checks.fetch_add(1, Ordering::Relaxed);
        if let Err(status) = answer.await {
            counts.failed.fetch_add(1, Ordering::Relaxed);
            let mut wrong = counts.wrong.lock().unwrap();
            if wrong.len() < 20 {
                wrong.push(format!("{:?}: {}", status.code(), status.message()));
            }
        }
        sleep(Duration::from_millis(5)).await;
    }
}

/// Which revision each server was first seen to answer from, and when.
type Seen = Arc<Mutex<BTreeMap<IpAddr, Vec<(i64, Instant)>>>>;

/// Asks one server as fast as it answers.
async fn look(client: Client, address: IpAddr, seen: Seen, until: Instant) {
    let channel = client.endpoint(address).connect().await.unwrap();
    let mut decisions = DecisionServiceClient::new(channel);
    let mut last = 0;
    while Instant::now() < until {
        let answer = match decisions.check(client.request(question())).await {
            Ok(answer) => answer.into_inner(),
            // The register is there since a moment ago, and not here yet.
            Err(status) if status.code() == Code::NotFound && last == 0 => continue,
            Err(status) => panic!("{address}: {status}"),
        };
        if answer.revision > last {
            last = answer.revision;
            seen.lock()
                .unwrap()
                .entry(address)
                .or_default()
                .push((last, Instant::now()));
        }
        sleep(Duration::from_millis(1)).await;
    }
}

/// The time of this share of all.
fn quantile(sorted: &[Duration], share: f64) -> Duration {
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "an index"
    )]
    let index = ((sorted.len() as f64 * share).ceil() as usize).clamp(1, sorted.len()) - 1;
    sorted.get(index).copied().unwrap_or_default()
}

#[tokio::main]
async fn main() -> ExitCode {
    let args = Args::parse();
    let ca = std::fs::read_to_string(&args.ca).unwrap();
    let token = std::fs::read_to_string(&args.token_file).unwrap();
    let tls = ClientTlsConfig::new()
        .ca_certificate(Certificate::from_pem(ca))
        .domain_name(&args.server_name);
    let client = Client {
        args: Arc::new(args),
        tls,
        bearer: format!("Bearer {}", token.trim()),
    };
    let counts = Arc::new(Counts::default());
    let channel = client.balanced();
    write(&client, &channel, &counts, 0)
        .await
        .expect("the first write");
    let until = Instant::now() + Duration::from_secs(client.args.seconds);
    if client.args.visible {
        visible(&client, &channel, &counts, until).await
    } else {
        steady(&client, &channel, &counts, until).await
    }
}

/// Checks and writes until the time is over, then looks whether every acknowledged write is there.
async fn steady(client: &Client, channel: &Channel, counts: &Arc<Counts>, until: Instant) -> ExitCode {
    let checking: Vec<_> = (0..8)
        .map(|_| tokio::spawn(check(client.clone(), channel.clone(), Arc::clone(counts), until)))
        .collect();
    let mut acknowledged: Vec<(i64, u64)> = Vec::new();
    let mut refused = 0;
    let mut number = 0;
    while Instant::now() < until {
        number += 1;
        match write(client, channel, counts, number).await {
            Ok(revision) => acknowledged.push((revision, number)),
            Err(_) => refused += 1,
        }
        sleep(Duration::from_millis(100)).await;
    }
    for checking in checking {
        checking.await.unwrap();
    }
    let mut lost = 0;
    for (revision, number) in &acknowledged {
        let there = client.repeat(counts, || {
            let request = client.request(GetRevisionRequest { revision: *revision });
            let mut service = HistoryServiceClient::new(channel.clone());
            async move { service.get_revision(request).await }
        });
        let there = there
            .await
            .is_ok_and(|there| there.get_ref().reason == format!("write {number}"));
        lost += u64::from(!there);
    }
    let checks = counts.checks.load(Ordering::Relaxed);
    let failed = counts.failed.load(Ordering::Relaxed);
    let repeated = counts.repeated.load(Ordering::Relaxed);
    println!(
        "{checks} checks, {failed} failed; {} writes acknowledged, {lost} lost, {refused} not acknowledged; {repeated} calls \
         repeated",
        acknowledged.len()
    );
    for wrong in counts.wrong.lock().unwrap().iter() {
        println!("failed: {wrong}");
    }
    let fine = failed == 0 && lost == 0 && checks > 0 && !acknowledged.is_empty();
    if fine {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Writes, and measures when each server answers from it: from the moment that the write was sent, and from its
/// acknowledgement.
async fn visible(client: &Client, channel: &Channel, counts: &Arc<Counts>, until: Instant) -> ExitCode {
    let seen = Seen::default();
    let addresses = client.addresses().await.unwrap();
    let looking: Vec<_> = addresses
        .iter()
        .map(|address| tokio::spawn(look(client.clone(), *address, Arc::clone(&seen), until)))
        .collect();
    let mut writes = Vec::new();
    let mut number = 0;
    while Instant::now() + Duration::from_secs(2) < until {
        number += 1;
        let sent = Instant::now();
        let revision = write(client, channel, counts, number).await.unwrap();
        writes.push((revision, sent, Instant::now()));
        sleep(Duration::from_millis(50)).await;
    }
    for looking in looking {
        timeout(Duration::from_secs(10), looking).await.unwrap().unwrap();
    }
    let seen = seen.lock().unwrap();
    let (mut since_sent, mut since_acknowledged) = (Vec::new(), Vec::new());
    for (revision, sent, acknowledged) in writes {
        for server in seen.values() {
            let first = server.iter().find(|(at, _)| *at >= revision);
            let (_, first) = first.expect("every write is seen by every server");
            since_sent.push(first.saturating_duration_since(sent));
            since_acknowledged.push(first.saturating_duration_since(acknowledged));
        }
    }
    since_sent.sort();
    since_acknowledged.sort();
    let shown = |times: &[Duration]| {
        let of = |share| quantile(times, share).as_secs_f64() * 1000.0;
        format!(
            "median {:.1} ms, 99 % {:.1} ms, all {:.1} ms",
            of(0.5),
            of(0.99),
            of(1.0)
        )
    };
    println!("{number} writes seen by {} servers", seen.len());
    println!("from sending: {}", shown(&since_sent));
    println!("from the acknowledgement: {}", shown(&since_acknowledged));
    let fine =
        seen.len() == addresses.len() && quantile(&since_acknowledged, 0.99) <= Duration::from_millis(100);
    if fine {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
