//! The program killed in the middle of changes: what was acknowledged is there, nothing is there half.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    process::Command,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use ropa::pb::{
    ApplyRegisterRequest, ListProcessingActivitiesRequest, ListRegistersRequest,
    register_service_client::RegisterServiceClient,
};

use tonic::transport::Channel;

use crate::{
    app::{Database, Engine, connect, small, times},
    cluster::Cluster,
    program::Program,
};

/// Everything in the store: each register's revision, and how many activities it has.
async fn contents(address: SocketAddr) -> BTreeMap<String, (i64, usize)> {
    let mut client = RegisterServiceClient::new(connect(address).await);
    let mut found = BTreeMap::new();
    let mut page_token = String::new();
    loop {
        let page = ListRegistersRequest {
            page_size: 1000,
            page_token,
            ..ListRegistersRequest::default()
        };
        let page = client.list_registers(page).await.unwrap().into_inner();
        for register in page.registers {
            let request = ListProcessingActivitiesRequest {
                parent: register.name.clone(),
                ..Default::default()
            };
            let activities = client
                .list_processing_activities(request)
                .await
                .unwrap()
                .into_inner()
                .activities;
            found.insert(register.name, (register.revision, activities.len()));
        }
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return found;
        }
    }
}

/// Waits until a change of this round is acknowledged.
async fn acknowledged_in(round: u64, acknowledged: &Mutex<BTreeMap<String, i64>>) {
    let of_round = format!("registers/r{round}-");
    let is_there = || {
        let acknowledged = acknowledged.lock().unwrap();
        acknowledged.keys().any(|name| name.starts_with(&of_round))
    };
    let patience = Instant::now() + Duration::from_secs(60);
    while !is_there() {
        assert!(
            Instant::now() < patience,
            "nothing was acknowledged in round {round}"
        );
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

async fn killed_while_writing(engine: Engine, rounds: u64) {
    let database = Database::new(engine).await;
    let acknowledged = Arc::new(Mutex::new(BTreeMap::new()));
    let mut restarted = Program::start(&database);
    for round in 0..rounds {
        let address = restarted.address;
        let writers: Vec<_> = (0..3)
            .map(|writer| {
                let acknowledged = Arc::clone(&acknowledged);
                tokio::spawn(async move {
                    // It may be gone before anybody got through.
                    let endpoint = Channel::from_shared(format!("http://{address}")).unwrap();
                    let Ok(channel) = endpoint.connect().await else {
                        return;
                    };
                    let mut client = RegisterServiceClient::new(channel);
                    for number in 0.. {
                        let register = format!("r{round}-{writer}-{number}");
                        let document = Some(small(&register, "Register"));
                        let request = ApplyRegisterRequest {
                            document,
                            ..Default::default()
                        };
                        let Ok(answer) = client.apply_register(request).await else {
                            return;
                        };
                        let revision = answer.into_inner().revision;
                        acknowledged
                            .lock()
                            .unwrap()
                            .insert(format!("registers/{register}"), revision);
                    }
                })
            })
            .collect();
        // Every other time only once something was acknowledged, however slow the machine is: then anywhere between the
        // next change and some dozens of them. The other times maybe in the middle of the first.
        if round % 2 == 0 {
            acknowledged_in(round, &acknowledged).await;
        }
        tokio::time::sleep(Duration::from_millis((round * 37) % 140)).await;
        restarted.kill();
        for writer in writers {
            writer.await.unwrap();
        }
        restarted = Program::start(&database);
    }
    let found = contents(restarted.address).await;
    let acknowledged = acknowledged.lock().unwrap().clone();
    for (register, revision) in &acknowledged {
        let kept = found.get(register);
        assert_eq!(kept, Some(&(*revision, 1)), "{register} was acknowledged");
    }
    assert!(
        found.values().all(|(_, activities)| *activities == 1),
        "a register is there without its activity"
    );
    let revisions: BTreeSet<i64> = found.values().map(|(revision, _)| *revision).collect();
    let count = i64::try_from(found.len()).unwrap();
    assert_eq!(revisions, (1..=count).collect(), "revisions are dense");
    restarted.kill();
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_writing_to_sqlite() {
    killed_while_writing(Engine::Sqlite, times(50, 300)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_writing_to_postgresql() {
    killed_while_writing(Engine::Postgres, times(50, 300)).await;
}

/// PostgreSQL killed in the middle of changes, again and again, under a server that nobody touches.
#[tokio::test(flavor = "multi_thread")]
async fn postgresql_killed_while_it_is_written_to() {
    let mut cluster = Cluster::start();
    let database = Database::at(&cluster.url("postgres"));
    let server = Program::start(&database);
    let stop = Arc::new(AtomicBool::new(false));
    let acknowledged = Arc::new(Mutex::new(BTreeMap::new()));
    let writers: Vec<_> = (0..3)
        .map(|writer| {
            let (acknowledged, stop) = (Arc::clone(&acknowledged), Arc::clone(&stop));
            let address = server.address;
            tokio::spawn(async move {
                let mut client = RegisterServiceClient::new(connect(address).await);
                for number in 0.. {
                    if stop.load(Ordering::SeqCst) {
                        return;
                    }
                    let register = format!("r0-{writer}-{number}");
                    let request = ApplyRegisterRequest {
                        document: Some(small(&register, "Register")),
                        request_id: uuid::Uuid::now_v7().to_string(),
                        ..ApplyRegisterRequest::default()
                    };
                    // Again until somebody knows what became of it: one effect.
                    loop {
                        match client.apply_register(request.clone()).await {
                            Ok(answer) => {
                                let revision = answer.into_inner().revision;
                                acknowledged
                                    .lock()
                                    .unwrap()
                                    .insert(format!("registers/{register}"), revision);
                                break;
                            }
                            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
                        }
                    }
                }
            })
        })
        .collect();
    for round in 0..times(4, 300) {
        let before = acknowledged.lock().unwrap().len();
        let patience = Instant::now() + Duration::from_secs(60);
        while acknowledged.lock().unwrap().len() == before {
            assert!(
                Instant::now() < patience,
                "changes go on after PostgreSQL came back"
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        tokio::time::sleep(Duration::from_millis((round * 13) % 60)).await;
        cluster.kill();
        cluster.restart();
    }
    stop.store(true, Ordering::SeqCst);
    for writer in writers {
        writer.await.unwrap();
    }
    let found = contents(server.address).await;
    let acknowledged = acknowledged.lock().unwrap().clone();
    for (register, revision) in &acknowledged {
        assert_eq!(
            found.get(register),
            Some(&(*revision, 1)),
            "{register} was acknowledged"
        );
    }
    let revisions: BTreeSet<i64> = found.values().map(|(revision, _)| *revision).collect();
    let count = i64::try_from(found.len()).unwrap();
    assert_eq!(revisions, (1..=count).collect(), "revisions are dense");
    assert_eq!(found.len(), acknowledged.len(), "and nothing was made twice");
    server.kill();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signal_to_stop_is_obeyed() {
    let database = Database::new(Engine::Sqlite).await;
    let mut program = Program::start(&database);
    let mut client = RegisterServiceClient::new(connect(program.address).await);
    let request = ApplyRegisterRequest {
        document: Some(small("one", "One")),
        ..Default::default()
    };
    client.apply_register(request).await.unwrap();
    drop(client);
    program.stop();
}

#[test]
fn other_than_loopback_addresses_need_the_unsafe_option() {
    let output = Command::new(env!("CARGO_BIN_EXE_ropa"))
        .args([
            "serve",
            "--listen",
            "0.0.0.0:0",
            "--database-url",
            "sqlite::memory:",
        ])
        .output()
        .unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("--unsafe-listen-without-authentication"), "{said}");
}
