//! Files that change while the server runs: callers and certificates.

use std::{sync::Arc, time::Duration};

use ropa::{
    access::Role,
    pb::{GetCallerRequest, access_service_client::AccessServiceClient},
};
use rustls::pki_types::{CertificateDer, pem::PemObject as _};

use crate::{
    access::{Guarded, entry, with},
    app::Engine,
    authority::Pair,
};

/// A token is taken back, and another given, without a restart.
#[tokio::test(flavor = "multi_thread")]
async fn callers_change_while_the_server_runs() {
    let guarded = Guarded::start(Engine::Sqlite).await;
    let channel = guarded.connect(None).await.unwrap();
    let mut client = AccessServiceClient::new(channel);
    client
        .get_caller(with("checker", GetCallerRequest {}))
        .await
        .unwrap();
    // What cannot be read changes nothing.
    guarded.authority.file("callers.yaml", "callers: [{name: x}]");
    tokio::time::sleep(Duration::from_millis(300)).await;
    client
        .get_caller(with("checker", GetCallerRequest {}))
        .await
        .unwrap();
    let text = format!("callers:\n{}", entry("fresh", Role::Reader));
    guarded.authority.file("callers.yaml", &text);
    for _ in 0..100 {
        let former = client.get_caller(with("checker", GetCallerRequest {})).await;
        let fresh = client.get_caller(with("fresh", GetCallerRequest {})).await;
        if former.is_err() && fresh.is_ok() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the callers were not read again");
}

/// Certificates are renewed under a stream of new connections, and none of them fails.
#[tokio::test(flavor = "multi_thread")]
async fn certificates_are_renewed_without_a_failed_handshake() {
    let guarded = Arc::new(Guarded::start(Engine::Sqlite).await);
    let first = guarded.authority.server();
    let connecting = {
        let guarded = Arc::clone(&guarded);
        tokio::spawn(async move {
            let mut count = 0;
            let until = std::time::Instant::now() + Duration::from_secs(3);
            while std::time::Instant::now() < until {
                let channel = guarded.connect(None).await.unwrap();
                let request = with("checker", GetCallerRequest {});
                AccessServiceClient::new(channel)
                    .get_caller(request)
                    .await
                    .unwrap();
                count += 1;
            }
            count
        })
    };
    let mut renewed = first;
    for _ in 0..10 {
        // The key comes a moment after the certificate: in between they do not fit, and the former pair is shown.
        renewed = guarded.authority.server();
        guarded.authority.file("server.crt", &renewed.certificate);
        tokio::time::sleep(Duration::from_millis(120)).await;
        guarded.authority.file("server.key", &renewed.key);
        tokio::time::sleep(Duration::from_millis(120)).await;
    }
    assert!(connecting.await.unwrap() > 20);
    for _ in 0..100 {
        if shown(&guarded).await == der(&renewed) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the last certificate is not shown");
}

fn der(pair: &Pair) -> Vec<u8> {
    CertificateDer::from_pem_slice(pair.certificate.as_bytes())
        .unwrap()
        .to_vec()
}

/// The certificate that the server shows now.
async fn shown(guarded: &Guarded) -> Vec<u8> {
    let mut roots = rustls::RootCertStore::empty();
    let authority = guarded.authority.pem();
    roots
        .add(CertificateDer::from_pem_slice(authority.as_bytes()).unwrap())
        .unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = tokio::net::TcpStream::connect(guarded.app.address).await.unwrap();
    let connector = tokio_rustls::TlsConnector::from(Arc::new(config));
    let stream = connector
        .connect("localhost".try_into().unwrap(), stream)
        .await
        .unwrap();
    stream.get_ref().1.peer_certificates().unwrap()[0].to_vec()
}
