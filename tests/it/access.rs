//! Who is let in: every method against every credential that does not do, over real TLS; what is denied is in the audit log.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use prost_reflect::DescriptorPool;
use ropa::{
    access::{self, Kind, Permission, Role},
    pb::{
        CallerRole, Credential, GetCallerRequest, ListObservedProcessingRequest, ListRevisionsRequest,
        access_service_client::AccessServiceClient, decision_service_client::DecisionServiceClient,
        history_service_client::HistoryServiceClient, register_service_client::RegisterServiceClient,
        report_service_client::ReportServiceClient,
    },
    server::{
        Asks, Kept,
        tls::{self, Clients, Files},
    },
};
use sea_orm::{ConnectionTrait as _, Statement};
use sha2::{Digest as _, Sha256};
use tonic::{
    Code, Request, Status,
    transport::{Certificate, Channel, ClientTlsConfig, Identity},
};
use tonic_types::StatusExt as _;

use crate::{
    app::{App, Custom, Database, Engine, small},
    authority::{Authority, Pair, Valid},
    bad_input::Raw,
};

/// A server that speaks TLS and knows callers.
pub struct Guarded {
    pub app: App,
    pub authority: Authority,
    /// Another authority, whose clients are known.
    pub clients: Authority,
}

/// The token of the caller of this name.
pub fn token(name: &str) -> String {
    format!("ropa_token_of_{name}_0123456789abcdef")
}

/// The entry of a caller with a token.
pub fn entry(name: &str, role: Role) -> String {
    let digest: String = Sha256::digest(token(name))
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("  - {{name: {name}, role: {role}, token_sha256: {digest}}}\n")
}

const CI: &str = "spiffe://example.org/ns/ci/sa/deploy";

/// A caller of each role, of its name, and one with a certificate.
fn callers() -> String {
    let mut text = "callers:\n".to_owned();
    for role in Role::ALL {
        text.push_str(&entry(role.as_str(), role));
    }
    text.push_str(&format!("  - {{name: ci, role: editor, certificate: '{CI}'}}\n"));
    text
}

impl Guarded {
    pub async fn start(engine: Engine) -> Self {
        Self::custom(engine, Custom::default()).await
    }

    pub async fn custom(engine: Engine, custom: Custom) -> Self {
        let (authority, clients) = (Authority::new(), Authority::new());
        let (certificate, key) = authority.files("server", &authority.server());
        let files = Files {
            certificate,
            key,
            clients: Clients::Asked(clients.file("ca.crt", &clients.pem())),
        };
        let callers = authority.file("callers.yaml", &callers());
        let read = move || access::read(std::slice::from_ref(&callers)).map_err(|wrong| wrong.to_string());
        let custom = Custom {
            tls: Some(Arc::new(tls::open(files).unwrap())),
            asks: Asks::Callers(Arc::new(Kept::new(read).unwrap())),
            ..custom
        };
        let app = App::custom(Database::new(engine).await, custom).await;
        Self {
            app,
            authority,
            clients,
        }
    }

    pub async fn connect(&self, client: Option<&Pair>) -> Result<Channel, tonic::transport::Error> {
        let mut tls = ClientTlsConfig::new().ca_certificate(Certificate::from_pem(self.authority.pem()));
        if let Some(client) = client {
            tls = tls.identity(Identity::from_pem(&client.certificate, &client.key));
        }
        let endpoint = Channel::from_shared(format!("https://{}", self.app.address)).unwrap();
        endpoint.tls_config(tls).unwrap().connect().await
    }
}

/// A request with a token.
pub fn with<M>(name: &str, message: M) -> Request<M> {
    let mut request = Request::new(message);
    let value = format!("Bearer {}", token(name));
    request
        .metadata_mut()
        .insert("authorization", value.parse().unwrap());
    request
}

/// Calls a method with an empty message, whatever its kind: who is refused is refused before it is read.
async fn call(channel: &Channel, path: &'static str, token: Option<&str>) -> Result<(), Status> {
    let mut client = tonic::client::Grpc::new(channel.clone());
    client.ready().await.unwrap();
    let mut request = Request::new(Bytes::new());
    if let Some(token) = token {
        request
            .metadata_mut()
            .insert("authorization", token.parse().unwrap());
    }
    client
        .unary(request, path.parse().unwrap(), Raw)
        .await
        .map(|_| ())
}

/// Everything that tells one refusal from another.
fn shape(status: &Status) -> (Code, String, String) {
    let info = status.get_details_error_info().expect("a reason is given");
    assert_eq!(info.domain, "ropa");
    (status.code(), info.reason, status.message().to_owned())
}

#[test]
fn every_method_of_the_contract_stands_in_the_table_and_no_other() {
    let mut served: Vec<String> = Vec::new();
    for descriptors in [
        ropa::pb::DESCRIPTORS,
        tonic_health::pb::FILE_DESCRIPTOR_SET,
        tonic_reflection::pb::v1::FILE_DESCRIPTOR_SET,
        tonic_reflection::pb::v1alpha::FILE_DESCRIPTOR_SET,
    ] {
        let pool = DescriptorPool::decode(descriptors).unwrap();
        for method in pool
            .services()
            .flat_map(|service| service.methods().collect::<Vec<_>>())
        {
            served.push(format!(
                "/{}/{}",
                method.parent_service().full_name(),
                method.name()
            ));
            let found = access::find(served.last().unwrap());
            let kind = found.map(|found| found.kind);
            let expected = match (method.is_client_streaming(), method.is_server_streaming()) {
                (false, false) => Kind::Unary,
                (false, true) => Kind::ServerStream,
                (true, _) => Kind::Stream,
            };
            assert_eq!(kind, Some(expected), "{}", method.full_name());
        }
    }
    served.sort();
    let mut table: Vec<&str> = access::methods().iter().map(|method| method.path).collect();
    table.sort_unstable();
    assert_eq!(table, served);
}

/// Who shows nothing, something unknown or something invalid gets one answer, whatever the method.
async fn nobody_gets_in(engine: Engine) {
    let guarded = Guarded::start(engine).await;
    let channel = guarded.connect(None).await.unwrap();
    let stranger = guarded
        .clients
        .client("spiffe://example.org/ns/other", Valid::Yes);
    let stranger = guarded.connect(Some(&stranger)).await.unwrap();
    let mut shapes = Vec::new();
    // Watching never ends where nobody refuses it.
    let called = access::methods()
        .iter()
        .filter(|method| method.permission != Permission::Open || method.kind == Kind::Unary);
    for method in called {
        let wrong = format!("Bearer {}", token("nobody"));
        let refused = [
            call(&channel, method.path, None).await,
            call(&channel, method.path, Some(&wrong)).await,
            call(&channel, method.path, Some("Basic YWRtaW46YWRtaW4=")).await,
            call(&stranger, method.path, None).await,
        ];
        for refused in refused {
            if method.permission == Permission::Open {
                let code = refused.err().map(|status| status.code());
                assert_ne!(code, Some(Code::Unauthenticated), "{}", method.path);
            } else {
                shapes.push(shape(&refused.expect_err(method.path)));
            }
        }
    }
    shapes.dedup();
    assert_eq!(shapes.len(), 1, "{shapes:?}");
    assert_eq!(
        (shapes[0].0, shapes[0].1.as_str()),
        (Code::Unauthenticated, "CALLER_UNKNOWN")
    );
    let status = call(&channel, "/ropa.v1.RegisterService/NoSuchMethod", None)
        .await
        .unwrap_err();
    assert_eq!(shape(&status), shapes[0], "nobody learns which methods there are");
    // An expired certificate, and one of an authority that nobody knows, do not even get that far.
    let expired = guarded.clients.client(CI, Valid::Expired);
    let unknown = Authority::new().client(CI, Valid::Yes);
    for pair in [expired, unknown] {
        for method in access::methods()
            .iter()
            .filter(|method| method.permission != Permission::Open)
        {
            let refused = match guarded.connect(Some(&pair)).await {
                Err(_) => continue,
                // The handshake of TLS 1.3 is over for a client before the server has looked at its certificate.
                Ok(channel) => call(&channel, method.path, None).await,
            };
            // Ended by TLS, and not answered by the service.
            let status = refused.expect_err(method.path);
            assert!(status.get_details_error_info().is_none(), "{status:?}");
        }
    }
    let denied = denials(&guarded.app).await;
    for method in access::methods()
        .iter()
        .filter(|method| method.permission.is_change())
    {
        let of = denied
            .iter()
            .filter(|(actor, path)| actor.is_none() && *path == method.path);
        assert_eq!(of.count(), 1, "{}: {denied:?}", method.path);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gets_in_sqlite() {
    nobody_gets_in(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gets_in_postgresql() {
    nobody_gets_in(Engine::Postgres).await;
}

/// The denials in the audit log, once those that follow have had time to be written: who, and what.
async fn denials(app: &App) -> Vec<(Option<String>, String)> {
    let db = sea_orm::Database::connect(app.database_url()).await.unwrap();
    let query = "SELECT leaf FROM audit_entry WHERE revision IS NULL ORDER BY log_index";
    let mut before = usize::MAX;
    let rows = loop {
        let rows = db
            .query_all_raw(Statement::from_string(db.get_database_backend(), query))
            .await
            .unwrap();
        if rows.len() == before {
            break rows;
        }
        before = rows.len();
        tokio::time::sleep(Duration::from_millis(300)).await;
    };
    let leaf = |row: sea_orm::QueryResult| -> serde_json::Value {
        serde_json::from_slice(&row.try_get_by_index::<Vec<u8>>(0).unwrap()).unwrap()
    };
    let denial = |leaf: serde_json::Value| {
        assert_eq!(leaf["type"], "access.denied");
        assert!(leaf["count"].as_u64().unwrap() >= 1);
        let actor = leaf["actor"].as_str().map(str::to_owned);
        (actor, leaf["method"].as_str().unwrap().to_owned())
    };
    rows.into_iter().map(leaf).map(denial).collect()
}

/// Each role may call what its permissions say, and is told so where it may not.
async fn roles_do_what_they_may(engine: Engine) {
    let guarded = Guarded::start(engine).await;
    let channel = guarded.connect(None).await.unwrap();
    let mut expected = Vec::new();
    for role in Role::ALL {
        let bearer = format!("Bearer {}", token(role.as_str()));
        for method in access::methods()
            .iter()
            .filter(|method| method.kind == Kind::Unary)
        {
            let answer = call(&channel, method.path, Some(&bearer)).await;
            if role.has(method.permission) {
                let code = answer.err().map(|status| status.code());
                let refused = [Code::Unauthenticated, Code::PermissionDenied];
                assert!(
                    !code.is_some_and(|code| refused.contains(&code)),
                    "{role} {}",
                    method.path
                );
                continue;
            }
            let (code, reason, _) = shape(&answer.expect_err(method.path));
            assert_eq!(
                (code, reason.as_str()),
                (Code::PermissionDenied, "NOT_PERMITTED_TO_CALLER")
            );
            if method.permission.is_change() {
                expected.push((Some(role.to_string()), method.path.to_owned()));
            }
        }
    }
    // One entry for each that was denied, and nothing changed.
    let mut denied = denials(&guarded.app).await;
    denied.sort();
    expected.sort();
    assert_eq!(denied, expected);
    assert!(!expected.is_empty());
    let request = with("reader", ListRevisionsRequest::default());
    let revisions = HistoryServiceClient::new(channel)
        .list_revisions(request)
        .await
        .unwrap();
    assert!(revisions.into_inner().revisions.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_do_what_they_may_sqlite() {
    roles_do_what_they_may(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_do_what_they_may_postgresql() {
    roles_do_what_they_may(Engine::Postgres).await;
}

/// Deleting a register is for admins, however it is asked for.
#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_deletes_a_register_needs_an_admin() {
    use ropa::pb::{CommitRequest, Mutation, ResourceDeletion, mutation};
    let guarded = Guarded::start(Engine::Sqlite).await;
    let channel = guarded.connect(None).await.unwrap();
    let mut registers = RegisterServiceClient::new(channel.clone());
    let apply = ropa::pb::ApplyRegisterRequest {
        document: Some(small("shop", "Shop")),
        ..Default::default()
    };
    registers.apply_register(with("editor", apply)).await.unwrap();
    let deletion = ResourceDeletion {
        name: "registers/shop".to_owned(),
        force: true,
        ..Default::default()
    };
    let commit = CommitRequest {
        parent: "registers/shop".to_owned(),
        mutations: vec![Mutation {
            mutation: Some(mutation::Mutation::Delete(deletion)),
        }],
        ..Default::default()
    };
    let refused = registers
        .commit(with("editor", commit.clone()))
        .await
        .unwrap_err();
    assert_eq!(shape(&refused).1, "NOT_PERMITTED_TO_CALLER");
    let expected = (
        Some("editor".to_owned()),
        "/ropa.v1.RegisterService/Commit".to_owned(),
    );
    assert_eq!(denials(&guarded.app).await, [expected]);
    registers.commit(with("admin", commit)).await.unwrap();
}

/// What was done and asked is told of its caller.
#[tokio::test(flavor = "multi_thread")]
async fn callers_are_told_by_name() {
    let guarded = Guarded::start(Engine::Sqlite).await;
    let pair = guarded.clients.client(CI, Valid::Yes);
    let ci = guarded.connect(Some(&pair)).await.unwrap();
    let who = AccessServiceClient::new(ci.clone())
        .get_caller(GetCallerRequest {})
        .await;
    let who = who.unwrap().into_inner();
    assert_eq!((who.name.as_str(), who.role()), ("ci", CallerRole::Editor));
    assert_eq!(who.credential(), Credential::ClientCertificate);
    assert!(who.methods.contains(&"ropa.v1.RegisterService/Commit".to_owned()));
    assert!(
        !who.methods
            .contains(&"ropa.v1.RegisterService/DeleteRegister".to_owned())
    );

    let apply = ropa::pb::ApplyRegisterRequest {
        document: Some(small("shop", "Shop")),
        ..Default::default()
    };
    RegisterServiceClient::new(ci)
        .apply_register(apply)
        .await
        .unwrap();
    let channel = guarded.connect(None).await.unwrap();
    let request = with("reader", ListRevisionsRequest::default());
    let revisions = HistoryServiceClient::new(channel.clone())
        .list_revisions(request)
        .await
        .unwrap();
    assert_eq!(revisions.into_inner().revisions[0].actor, "ci");

    let question = ropa::pb::CheckRequest {
        register: "shop".to_owned(),
        activity: "orders".to_owned(),
        operations: vec![ropa::pb::Operation::Use.into()],
        data: vec!["pd:Name".to_owned()],
        ..Default::default()
    };
    let answered = DecisionServiceClient::new(channel.clone())
        .check(with("checker", question))
        .await;
    assert!(answered.is_ok(), "{answered:?}");
    let mut reports = ReportServiceClient::new(channel);
    for _ in 0..100 {
        let request = ListObservedProcessingRequest {
            parent: "registers/shop".to_owned(),
            ..Default::default()
        };
        let observed = reports
            .list_observed_processing(with("reader", request))
            .await
            .unwrap();
        if let Some(observed) = observed.into_inner().observed.first() {
            assert_eq!(observed.caller, "checker");
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("nothing was observed");
}
