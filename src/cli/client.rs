//! What the client commands share: the connection, and errors with everything that the server says.

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use tonic::{
    Request, Status,
    metadata::{Ascii, MetadataValue},
    service::{Interceptor, interceptor::InterceptedService},
    transport::{Certificate, Channel, ClientTlsConfig, Identity},
};
use tonic_types::StatusExt as _;

use crate::document::{Violation, Violations};

/// Where the service is, and who calls.
#[derive(Debug, clap::Args)]
pub struct Server {
    /// Address of the service; `https://…` where it speaks TLS.
    #[arg(
        long,
        env = "ROPA_SERVER",
        default_value = "http://127.0.0.1:50051",
        value_name = "URL"
    )]
    server: String,

    /// The authority of the server's certificate, in PEM; left out, those of the system.
    #[arg(long, env = "ROPA_CA", value_name = "FILE")]
    ca: Option<PathBuf>,

    /// The name in the server's certificate, where it is not that of the address (through a port-forward, say).
    #[arg(long, env = "ROPA_SERVER_NAME", value_name = "NAME")]
    server_name: Option<String>,

    /// A file with the token of the caller.
    #[arg(long, env = "ROPA_TOKEN_FILE", value_name = "FILE")]
    token_file: Option<PathBuf>,

    /// Send the token in the clear, although everybody on the way could read it.
    #[arg(long, env = "ROPA_UNSAFE_TOKEN_WITHOUT_TLS")]
    unsafe_token_without_tls: bool,

    /// How long to try to connect, in seconds: for a server that is being started.
    #[arg(long, env = "ROPA_WAIT", value_name = "SECONDS", default_value_t = 0, value_parser = clap::value_parser!(u64).range(..=86_400))]
    wait: u64,

    /// The caller's certificate, in PEM.
    #[arg(long, env = "ROPA_CERT", value_name = "FILE", requires = "key")]
    cert: Option<PathBuf>,

    /// The key of the caller's certificate, in PEM.
    #[arg(long, env = "ROPA_KEY", value_name = "FILE", requires = "cert")]
    key: Option<PathBuf>,
}

/// A connection that tells who calls.
pub type Connection = InterceptedService<Channel, Credentials>;

/// What is shown with every call.
#[derive(Clone, Debug)]
pub struct Credentials(Option<MetadataValue<Ascii>>);

impl Interceptor for Credentials {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        if let Some(token) = &self.0 {
            request.metadata_mut().insert("authorization", token.clone());
        }
        Ok(request)
    }
}

impl Server {
    /// Connects.
    pub async fn connect(&self) -> Result<Connection, String> {
        let credentials = self.credentials()?;
        let channel = self.channel().await?;
        Ok(InterceptedService::new(channel, credentials))
    }

    async fn channel(&self) -> Result<Channel, String> {
        let wrong =
            |error: tonic::transport::Error| format!("{}: {}", self.server, crate::replica::chain(&error));
        let mut endpoint =
            Channel::from_shared(self.server.clone()).map_err(|error| format!("{}: {error}", self.server))?;
        if self.server.starts_with("https:") {
            endpoint = endpoint.tls_config(self.tls()?).map_err(wrong)?;
        } else if self.ca.is_some() || self.cert.is_some() {
            return Err(format!(
                "{}: --ca, --cert and --key are for https, and this is not",
                self.server
            ));
        } else if self.token_file.is_some()
            && !is_loopback(endpoint.uri().host())
            && !self.unsafe_token_without_tls
        {
            return Err(format!(
                "{}: everybody on the way could read the token; use https (--unsafe-token-without-tls does without)",
                self.server
            ));
        }
        let endpoint = endpoint.connect_timeout(CONNECT).timeout(CALL);
        let patience = Instant::now() + Duration::from_secs(self.wait);
        loop {
            match endpoint.connect().await {
                Err(_) if Instant::now() < patience => tokio::time::sleep(Duration::from_secs(1)).await,
                connected => return connected.map_err(wrong),
            }
        }
    }

    fn tls(&self) -> Result<ClientTlsConfig, String> {
        let mut tls = ClientTlsConfig::new();
        tls = match &self.ca {
            Some(ca) => tls.ca_certificate(Certificate::from_pem(bytes("--ca", ca)?)),
            None => tls.with_native_roots(),
        };
        if let Some(name) = &self.server_name {
            tls = tls.domain_name(name);
        }
        if let (Some(cert), Some(key)) = (&self.cert, &self.key) {
            tls = tls.identity(Identity::from_pem(bytes("--cert", cert)?, bytes("--key", key)?));
        }
        Ok(tls)
    }

    fn credentials(&self) -> Result<Credentials, String> {
        let Some(file) = &self.token_file else {
            return Ok(Credentials(None));
        };
        let bytes = bytes("--token-file", file)?;
        // Not with what was read: it is a secret even where it is none of ours.
        let wrong = || format!("--token-file: {}: is no token", file.display());
        let token = String::from_utf8(bytes).map_err(|_| wrong())?;
        let token = token.trim_end_matches(['\r', '\n']);
        if token.is_empty() {
            return Err(wrong());
        }
        let mut header: MetadataValue<Ascii> = format!("Bearer {token}").parse().map_err(|_| wrong())?;
        header.set_sensitive(true);
        Ok(Credentials(Some(header)))
    }
}

fn bytes(option: &str, path: &Path) -> Result<Vec<u8>, String> {
    fs::read(path).map_err(|error| format!("{option}: {}: {error}", path.display()))
}

fn is_loopback(host: Option<&str>) -> bool {
    let host = host.unwrap_or_default();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || host
            .parse()
            .is_ok_and(|address: std::net::IpAddr| address.is_loopback())
}

/// How long connecting may take.
const CONNECT: Duration = Duration::from_secs(5);
/// How long a call may take.
const CALL: Duration = Duration::from_secs(30);

/// Every violation that a status names.
pub fn violations(status: &Status) -> Violations {
    let details = status.get_error_details();
    let named = details
        .bad_request()
        .map(|bad| bad.field_violations.as_slice())
        .unwrap_or_default();
    named
        .iter()
        .map(|violation| Violation {
            path: violation.field.clone(),
            message: violation.description.clone(),
        })
        .collect()
}

/// A status for people, in one line.
pub fn headline(status: &Status) -> String {
    format!("{:?}: {}", status.code(), status.message())
}

/// A status for people.
pub fn explain(status: &Status) -> String {
    let mut text = headline(status);
    for violation in violations(status) {
        text.push_str(&format!("\n  {violation}"));
    }
    text
}
