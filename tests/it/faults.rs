//! The database cut off, silent, slow, read-only or full: checks go on from what was read last, as long as is allowed, and then
//! stop; changes fail soon and leave nothing; health tells the truth; and nobody has to help when it is over.

use std::time::{Duration, Instant};

use ropa::{
    pb::{
        ApplyRegisterRequest, CheckRequest, ListRevisionsRequest, Operation,
        history_service_client::HistoryServiceClient, register_service_client::RegisterServiceClient,
    },
    store,
};
use sea_orm::ConnectionTrait as _;
use tonic::{Code, Status};
use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};

use crate::{
    app::{App, Custom, Database, Engine, connect, small},
    mutations::reason,
    program::Program,
    proxy::Proxy,
};

/// A server behind a network, with this much patience with its database.
async fn behind(database: &Database, proxy: &Proxy, patience: Duration, max_staleness: Duration) -> App {
    let options = store::Options {
        acquire_timeout: patience,
        statement_timeout: patience,
        lock_timeout: patience / 2,
        ..store::Options::default()
    };
    let through = Database::at(&proxy.through(database));
    let custom = Custom {
        store: options,
        max_staleness,
        // Counters are committed, too, and here only changes are to be.
        observed: ropa::register::Keep::Nothing,
        ..Custom::default()
    };
    App::custom(through, custom).await
}

/// For what has to fail soon.
const SHORT: Duration = Duration::from_millis(1500);
/// For what has to be done, on whatever machine.
const LONG: Duration = Duration::from_secs(8);
/// Checks go on.
const FOR_EVER: Duration = Duration::from_secs(3600);

fn question() -> CheckRequest {
    CheckRequest {
        register: "shop".to_owned(),
        activity: "orders".to_owned(),
        operations: vec![Operation::Use.into()],
        data: vec!["pd:Name".to_owned()],
        ..CheckRequest::default()
    }
}

async fn apply(app: &App, title: &str, request_id: &str) -> Result<i64, Status> {
    let request = ApplyRegisterRequest {
        document: Some(small("shop", title)),
        request_id: request_id.to_owned(),
        ..ApplyRegisterRequest::default()
    };
    app.registers()
        .apply_register(request)
        .await
        .map(|answer| answer.into_inner().revision)
}

/// Applied as often as it takes: a busy machine may be slower than this server is patient.
async fn again(app: &App, title: &str, request_id: &str) -> i64 {
    let mut revision = 0;
    until("it is applied", async || {
        match apply(app, title, request_id).await {
            Ok(made) => {
                revision = made;
                true
            }
            Err(_) => false,
        }
    })
    .await;
    revision
}

async fn is_ready(app: &App) -> bool {
    is_serving(app, "readiness").await
}

async fn is_serving(app: &App, service: &str) -> bool {
    let request = HealthCheckRequest {
        service: service.to_owned(),
    };
    let answer = HealthClient::new(app.channel.clone())
        .check(request)
        .await
        .unwrap();
    answer.into_inner().status() == ServingStatus::Serving
}

/// Waits until something is so.
async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let patience = Instant::now() + Duration::from_secs(30);
    while !is_so().await {
        assert!(Instant::now() < patience, "{what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Everything that holds while the database is away, and afterwards.
async fn goes_on_without(break_it: impl FnOnce(&Proxy)) {
    let database = Database::new(Engine::Postgres).await;
    let proxy = Proxy::before(&database).await;
    let app = behind(&database, &proxy, SHORT, Duration::from_secs(3)).await;
    assert_eq!(again(&app, "Shop", "").await, 1);
    assert!(is_ready(&app).await);

    break_it(&proxy);
    let broken = Instant::now();
    let refused = apply(&app, "Never", "").await.unwrap_err();
    assert!(
        matches!(
            refused.code(),
            Code::Unavailable | Code::DeadlineExceeded | Code::Aborted
        ),
        "{refused:?}"
    );
    assert!(
        broken.elapsed() < Duration::from_secs(10),
        "a change fails soon: {:?}",
        broken.elapsed()
    );
    let takes_changes = async || is_serving(&app, "ropa.v1.RegisterService").await;
    until("health tells that nothing can be changed", async || {
        !takes_changes().await
    })
    .await;
    let mut answered = 0;
    let refused = loop {
        match app.decisions().check(question()).await {
            Ok(answer) => {
                assert_eq!(answer.into_inner().revision, 1);
                answered += 1;
            }
            Err(status) => break status,
        }
        assert!(
            broken.elapsed() < Duration::from_secs(30),
            "it stops when it is too old"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert_eq!(
        (refused.code(), reason(&refused).as_str()),
        (Code::Unavailable, "SNAPSHOT_TOO_OLD")
    );
    assert!(
        answered > 0 || broken.elapsed() > Duration::from_secs(3),
        "checks went on meanwhile"
    );
    until("health tells it", async || !is_ready(&app).await).await;

    proxy.mend();
    until("checks come back", async || {
        app.decisions().check(question()).await.is_ok()
    })
    .await;
    until("health comes back", async || {
        is_ready(&app).await && takes_changes().await
    })
    .await;
    let revision = again(&app, "Again", "").await;
    // The one that failed may have been made all the same where nobody could tell; nothing else was.
    let all = ListRevisionsRequest::default();
    let all = HistoryServiceClient::new(app.channel.clone())
        .list_revisions(all)
        .await
        .unwrap();
    let count = i64::try_from(all.into_inner().revisions.len()).unwrap();
    assert!(revision <= count && count <= 3, "{revision} of {count}");
    assert_eq!(left_in_a_transaction(&database.text).await, 0);
}

/// How many connections to a database are in a transaction that nobody goes on with.
pub async fn left_in_a_transaction(url: &str) -> i64 {
    let db = sea_orm::Database::connect(url).await.unwrap();
    let question = "SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND state LIKE 'idle in transaction%'
          AND state_change < now() - interval '2 seconds'";
    let statement = sea_orm::Statement::from_string(db.get_database_backend(), question);
    db.query_one_raw(statement)
        .await
        .unwrap()
        .unwrap()
        .try_get_by_index(0)
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_cut_off() {
    goes_on_without(Proxy::cut).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_says_nothing() {
    goes_on_without(Proxy::swallow).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_slow() {
    let database = Database::new(Engine::Postgres).await;
    let proxy = Proxy::before(&database).await;
    let app = behind(&database, &proxy, LONG, FOR_EVER).await;
    assert_eq!(again(&app, "Shop", "").await, 1);
    proxy.slow_down(Duration::from_millis(20));
    assert_eq!(again(&app, "Slowly", "").await, 2);
    let asked = Instant::now();
    app.decisions().check(question()).await.unwrap();
    assert!(asked.elapsed() < Duration::from_secs(2), "no check waits for it");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_to_a_commit_that_is_lost() {
    let database = Database::new(Engine::Postgres).await;
    let proxy = Proxy::before(&database).await;
    let app = behind(&database, &proxy, LONG, FOR_EVER).await;
    assert_eq!(again(&app, "Shop", "").await, 1);
    for round in 0..3 {
        let title = format!("Lost {round}");
        let id = uuid::Uuid::now_v7().to_string();
        proxy.lose_next_commit();
        let unknown = apply(&app, &title, &id).await.unwrap_err();
        assert_eq!(
            (unknown.code(), reason(&unknown).as_str()),
            (Code::Unavailable, "OUTCOME_UNKNOWN")
        );
        let revision = again(&app, &title, &id).await;
        assert_eq!(revision, round + 2, "the commit was carried out, and once");
        assert_eq!(again(&app, &title, &id).await, revision);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_takes_no_changes() {
    let database = Database::new(Engine::Postgres).await;
    let proxy = Proxy::before(&database).await;
    let app = behind(&database, &proxy, LONG, FOR_EVER).await;
    assert_eq!(again(&app, "Shop", "").await, 1);
    let name = database.text.rsplit('/').next().unwrap();
    let admin = sea_orm::Database::connect(&database.text).await.unwrap();
    let set = |value: &str| format!("ALTER DATABASE {name} SET default_transaction_read_only = {value}");
    admin.execute_unprepared(&set("on")).await.unwrap();
    proxy.cut();
    proxy.mend();
    // The first ones may only find their connections cut off.
    for _ in 0..20 {
        let refused = apply(&app, "Never", "").await.unwrap_err();
        assert_eq!(refused.code(), Code::Unavailable, "{refused:?}");
    }
    app.decisions().check(question()).await.unwrap();
    admin.execute_unprepared(&set("off")).await.unwrap();
    proxy.cut();
    proxy.mend();
    again(&app, "Again", "").await;
}

/// Killed before each of the messages that a change sends to the database, one after the other.
#[tokio::test(flavor = "multi_thread")]
async fn a_crash_at_every_step_of_a_change() {
    let database = Database::new(Engine::Postgres).await;
    let proxy = Proxy::before(&database).await;
    let through = Database::at(&proxy.through(&database));
    let mut made = 0;
    for step in 0.. {
        let mut program = Program::start(&through);
        let mut client = RegisterServiceClient::new(connect(program.address).await);
        // So that the connections of the pool are there, and only the change counts.
        let warm = |title: &str, id: &str| ApplyRegisterRequest {
            document: Some(small("shop", title)),
            request_id: id.to_owned(),
            ..ApplyRegisterRequest::default()
        };
        if client
            .apply_register(warm(&format!("Warm {step}"), ""))
            .await
            .is_ok()
        {
            made += 1;
        }
        let id = uuid::Uuid::now_v7().to_string();
        let request = warm(&format!("Struck {step}"), &id);
        let victim = program.child.id().to_string();
        proxy.strike_at(step, move || {
            let _ = std::process::Command::new("kill")
                .args(["-KILL", &victim])
                .status();
        });
        let answered = client.apply_register(request.clone()).await;
        let struck = proxy.has_struck();
        proxy.strike_at(-1, || {});
        let _ = program.child.kill();
        let _ = program.child.wait();
        let mut program = Program::start(&through);
        let mut client = RegisterServiceClient::new(connect(program.address).await);
        // Sent again: whatever had become of it, it is there once.
        let revision = client
            .apply_register(request)
            .await
            .unwrap()
            .into_inner()
            .revision;
        made += 1;
        assert_eq!(revision, made, "after step {step}");
        if let Ok(answer) = answered {
            assert_eq!(
                answer.into_inner().revision,
                revision,
                "what was acknowledged is there"
            );
        }
        let all = ListRevisionsRequest {
            page_size: 1000,
            ..ListRevisionsRequest::default()
        };
        let mut history = HistoryServiceClient::new(connect(program.address).await);
        let all = history.list_revisions(all).await.unwrap().into_inner().revisions;
        assert_eq!(
            i64::try_from(all.len()).unwrap(),
            made,
            "an entry for every change"
        );
        program.stop();
        if !struck {
            assert!(step > 5, "a change is more than {step} messages");
            return;
        }
    }
}

/// SQLite on a file system that is full, as a limit on the size of its files makes it.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_system_that_is_full() {
    let database = Database::new(Engine::Sqlite).await;
    let program = Program::start(&database);
    let channel = connect(program.address).await;
    let mut client = RegisterServiceClient::new(channel.clone());
    let request = |number: usize| ApplyRegisterRequest {
        document: Some(small(&format!("shop-{number}"), &"x".repeat(200))),
        ..ApplyRegisterRequest::default()
    };
    let mut acknowledged = Vec::new();
    acknowledged.push(
        client
            .apply_register(request(0))
            .await
            .unwrap()
            .into_inner()
            .revision,
    );
    let limit = |bytes: &str| {
        let id = program.child.id().to_string();
        let limited = std::process::Command::new("prlimit")
            .args(["--pid", &id, &format!("--fsize={bytes}:")])
            .status();
        assert!(limited.unwrap().success(), "prlimit is part of util-linux");
    };
    limit("400000");
    let mut refused = None;
    for number in 1..2000 {
        match client.apply_register(request(number)).await {
            Ok(answer) => acknowledged.push(answer.into_inner().revision),
            Err(status) => {
                refused = Some(status);
                break;
            }
        }
    }
    let refused = refused.expect("the file system fills up");
    assert_eq!(refused.code(), Code::Unavailable, "{refused:?}");
    let ask = CheckRequest {
        register: "shop-0".to_owned(),
        ..question()
    };
    let mut decisions = ropa::pb::decision_service_client::DecisionServiceClient::new(channel);
    decisions.check(ask).await.unwrap();
    limit("unlimited");
    let again = client
        .apply_register(request(5000))
        .await
        .unwrap()
        .into_inner()
        .revision;
    let last = acknowledged.last().copied().unwrap();
    assert!(
        again == last + 1 || again == last + 2,
        "nothing was lost: {again} after {last}"
    );
    program.kill();
}
