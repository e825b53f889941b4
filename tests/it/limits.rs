//! What a server does with too much, too late, too slow, and with a database that is not the one it was.

use std::{io::Read as _, net::TcpStream, time::Duration};

use ropa::{
    pb::{ApplyRegisterRequest, CheckRequest, Operation},
    server::Limits,
};
use sea_orm::ConnectionTrait as _;
use tonic::{Code, Status};
use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};
use tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient;
use tonic_types::StatusExt as _;

use crate::app::{App, Custom, Database, Engine, small};

fn reason(status: &Status) -> String {
    let details = status.get_error_details();
    details
        .error_info()
        .map(|info| info.reason.clone())
        .unwrap_or_default()
}

fn question() -> CheckRequest {
    CheckRequest {
        register: "small".to_owned(),
        activity: "orders".to_owned(),
        operations: vec![Operation::Erase.into()],
        ..CheckRequest::default()
    }
}

async fn health(app: &App) -> ServingStatus {
    let mut client = HealthClient::new(app.channel.clone());
    let request = HealthCheckRequest {
        service: "readiness".to_owned(),
    };
    client.check(request).await.unwrap().into_inner().status()
}

/// A call lasts until its answer has been sent: one that goes on takes the only place there is.
#[tokio::test(flavor = "multi_thread")]
async fn more_calls_than_there_is_room_for_are_refused() {
    let limits = Limits {
        calls: 1,
        ..Limits::default()
    };
    let app = App::start_with(Engine::Sqlite, limits).await;
    app.apply(small("small", "Small")).await.unwrap();
    let mut reflection = ServerReflectionClient::new(app.channel.clone());
    let (hold, held) = tokio::sync::mpsc::channel(1);
    let held = tokio_stream::wrappers::ReceiverStream::new(held);
    let asking = reflection.server_reflection_info(held).await.unwrap();
    let status = app.decisions().check(question()).await.unwrap_err();
    assert_eq!(status.code(), Code::ResourceExhausted, "{status:?}");
    assert_eq!(reason(&status), "OVERLOADED");
    assert!(status.get_error_details().retry_info().is_some());
    assert_eq!(
        health(&app).await,
        ServingStatus::Serving,
        "probes are answered all the same"
    );
    drop((hold, asking));
    for _ in 0..100 {
        if app.decisions().check(question()).await.is_ok() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("there is room again once the call has ended");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_takes_too_long_is_given_up() {
    let limits = Limits {
        call_time: Duration::ZERO,
        ..Limits::default()
    };
    let app = App::start_with(Engine::Sqlite, limits).await;
    let request = ApplyRegisterRequest {
        document: Some(small("small", "Small")),
        ..ApplyRegisterRequest::default()
    };
    let status = app.registers().apply_register(request).await.unwrap_err();
    assert_eq!(
        (status.code(), reason(&status).as_str()),
        (Code::DeadlineExceeded, "TIMED_OUT")
    );
}

/// A client that never says anything holds up neither the others nor a stop.
#[tokio::test(flavor = "multi_thread")]
async fn a_silent_client_is_sent_away() {
    let limits = Limits {
        handshake: Duration::from_millis(100),
        ..Limits::default()
    };
    let app = App::start_with(Engine::Sqlite, limits).await;
    let mut silent = TcpStream::connect(app.address).unwrap();
    silent.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    assert_eq!(silent.read(&mut [0; 16]).unwrap(), 0, "the connection is closed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_method_that_is_not_there_is_told_in_our_shape() {
    let app = App::start(Engine::Sqlite).await;
    let mut client = tonic::client::Grpc::new(app.channel.clone());
    client.ready().await.unwrap();
    let path = http::uri::PathAndQuery::from_static("/ropa.v1.DecisionService/Nothing");
    let codec = tonic_prost::ProstCodec::<CheckRequest, CheckRequest>::default();
    let status = client
        .unary(tonic::Request::new(question()), path, codec)
        .await
        .unwrap_err();
    assert_eq!(
        (status.code(), reason(&status).as_str()),
        (Code::Unimplemented, "UNKNOWN_METHOD")
    );
}

/// A store that stands before what was served was restored: nothing is answered from it and nothing written to it.
async fn a_restored_store_is_not_served(engine: Engine) {
    let app = App::start(engine).await;
    for title in ["One", "Two", "Three"] {
        app.apply(small("small", title)).await.unwrap();
    }
    assert_eq!(health(&app).await, ServingStatus::Serving);
    let database = sea_orm::Database::connect(app.database_url()).await.unwrap();
    database
        .execute_unprepared("UPDATE head SET revision = 2")
        .await
        .unwrap();
    let mut refused = None;
    for _ in 0..500 {
        if let Err(status) = app.decisions().check(question()).await {
            refused = Some(status);
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let status = refused.expect("it stops answering");
    assert_eq!(
        (status.code(), reason(&status).as_str()),
        (Code::Unavailable, "STORE_REPLACED")
    );
    let request = ApplyRegisterRequest {
        document: Some(small("small", "Four")),
        ..ApplyRegisterRequest::default()
    };
    let status = app.registers().apply_register(request).await.unwrap_err();
    assert_eq!(
        (status.code(), reason(&status).as_str()),
        (Code::Unavailable, "STORE_REPLACED")
    );
    for _ in 0..100 {
        if health(&app).await == ServingStatus::NotServing {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("health says so");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_sqlite_is_not_served() {
    a_restored_store_is_not_served(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_postgresql_is_not_served() {
    a_restored_store_is_not_served(Engine::Postgres).await;
}

/// A connection that has come of age is ended so that its client loses nothing: what has reached the server is answered. What a
/// client was about to send, it sends on another; this one leaves that to its caller.
#[tokio::test(flavor = "multi_thread")]
async fn connections_end_when_they_are_of_age_and_no_call_is_lost() {
    let custom = Custom {
        limits: Limits {
            connection_age: Some(Duration::from_millis(200)),
            ..Limits::default()
        },
        ..Custom::default()
    };
    let app = App::custom(Database::new(Engine::Sqlite).await, custom).await;
    app.apply(small("small", "Small")).await.unwrap();
    let until = std::time::Instant::now() + Duration::from_secs(2);
    let mut sent_again = 0;
    while std::time::Instant::now() < until {
        if let Err(status) = app.decisions().check(question()).await {
            assert!(
                status.details().is_empty(),
                "the server has not answered this: {status:?}"
            );
            app.decisions().check(question()).await.unwrap();
            sent_again += 1;
        }
    }
    assert!(
        sent_again <= 15,
        "once for each connection, and not {sent_again} times"
    );
    // Somebody who watches is sent away, too, after what calls are given.
    let channel = crate::app::connect(app.address).await;
    let mut watching = HealthClient::new(channel)
        .watch(HealthCheckRequest::default())
        .await
        .unwrap()
        .into_inner();
    let ended = tokio::time::timeout(Duration::from_secs(60), async {
        while let Ok(Some(_)) = watching.message().await {}
    });
    ended.await.unwrap();
}
