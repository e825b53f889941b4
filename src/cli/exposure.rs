//! Where `ropa serve` listens, how it is protected there, and who is let in.

use std::{net::SocketAddr, path::PathBuf, sync::Arc};

use crate::{
    access,
    server::{
        Asks, Kept,
        tls::{self, Clients, Files, Tls},
    },
};

/// Where and how the service is reached.
#[derive(Debug, clap::Args)]
pub struct Exposure {
    /// Where to listen. Other than loopback addresses need TLS and callers.
    #[arg(long, env = "ROPA_LISTEN", default_value = "127.0.0.1:50051")]
    pub listen: SocketAddr,

    /// Where to answer probes and tell metrics, in the clear: gRPC health, and /healthz, /readyz, /metrics. Left out, health is
    /// answered where calls are.
    #[arg(long, env = "ROPA_HEALTH_LISTEN", value_name = "ADDRESS")]
    pub health_listen: Option<SocketAddr>,

    /// The server's certificate with those between it and the authority, in PEM. Read again when it changes.
    #[arg(long, env = "ROPA_TLS_CERT", value_name = "FILE")]
    tls_cert: Option<PathBuf>,

    /// The key of the certificate, in PEM.
    #[arg(long, env = "ROPA_TLS_KEY", value_name = "FILE")]
    tls_key: Option<PathBuf>,

    /// Authorities, in PEM, whose client certificates are taken.
    #[arg(long, env = "ROPA_CLIENT_CA", value_name = "FILE")]
    client_ca: Option<PathBuf>,

    /// Whether clients have to show a certificate.
    #[arg(long, env = "ROPA_CLIENT_CERTIFICATE", value_enum, default_value = "optional")]
    client_certificate: ClientCertificate,

    /// Files of callers, or folders of them: who is let in, told by a token or certificate, and with which role. Read again when
    /// they change.
    #[arg(long, env = "ROPA_CALLERS", value_name = "PATH", value_delimiter = ',')]
    callers: Vec<PathBuf>,

    /// Listen on other than loopback addresses without TLS, although everybody between can read and change what is said.
    #[arg(long, env = "ROPA_UNSAFE_LISTEN_WITHOUT_TLS")]
    unsafe_listen_without_tls: bool,

    /// Listen on other than loopback addresses without callers, although everybody who reaches them can read and change the
    /// register.
    #[arg(long, env = "ROPA_UNSAFE_LISTEN_WITHOUT_AUTHENTICATION")]
    unsafe_listen_without_authentication: bool,
}

/// Whether clients have to show a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum ClientCertificate {
    /// They may, or show a token.
    Optional,
    /// They have to.
    Required,
}

/// What was read of it.
#[derive(Debug)]
pub struct Exposed {
    /// What is shown in the handshake.
    pub tls: Option<Arc<Tls>>,
    /// Who is let in.
    pub asks: Asks,
    /// The options in use that take a protection away.
    pub unsafe_options: Vec<String>,
}

impl Exposure {
    /// Reads certificates and callers. Everything that is wrong is told, with the option and what to do.
    pub fn open(&self) -> Result<Exposed, Vec<String>> {
        let mut wrong = Vec::new();
        let tls = self.tls(&mut wrong);
        let asks = self.asks(&mut wrong);
        let is_open = !self.listen.ip().is_loopback();
        let listen = self.listen;
        if is_open && self.tls_cert.is_none() && !self.unsafe_listen_without_tls {
            wrong.push(format!(
                "--listen {listen} is not a loopback address, so it needs TLS: give --tls-cert and --tls-key \
                 (--unsafe-listen-without-tls does without)"
            ));
        }
        if is_open && self.callers.is_empty() && !self.unsafe_listen_without_authentication {
            wrong.push(format!(
                "--listen {listen} is not a loopback address, so it needs callers, or whoever reaches it could change the \
                 register: give --callers (--unsafe-listen-without-authentication does without)"
            ));
        }
        let options = [
            ("unsafe-listen-without-tls", self.unsafe_listen_without_tls),
            (
                "unsafe-listen-without-authentication",
                self.unsafe_listen_without_authentication,
            ),
        ];
        let unsafe_options = options.into_iter().filter(|(_, on)| *on);
        match (wrong.is_empty(), asks) {
            (true, Some(asks)) => Ok(Exposed {
                tls: tls.map(Arc::new),
                asks,
                unsafe_options: unsafe_options.map(|(option, _)| option.to_owned()).collect(),
            }),
            _ => Err(wrong),
        }
    }

    fn tls(&self, wrong: &mut Vec<String>) -> Option<Tls> {
        let (certificate, key) = match (&self.tls_cert, &self.tls_key) {
            (Some(certificate), Some(key)) => (certificate.clone(), key.clone()),
            (None, None) => {
                if self.client_ca.is_some() {
                    wrong.push("--client-ca needs TLS: give --tls-cert and --tls-key".to_owned());
                }
                if self.client_certificate == ClientCertificate::Required {
                    wrong.push(
                        "--client-certificate required: needs TLS: give --tls-cert and --tls-key".to_owned(),
                    );
                }
                return None;
            }
            _ => {
                wrong.push("--tls-cert and --tls-key go together: give both".to_owned());
                return None;
            }
        };
        let clients = match (&self.client_ca, self.client_certificate) {
            (None, ClientCertificate::Optional) => Clients::NotAsked,
            (None, ClientCertificate::Required) => {
                wrong.push("--client-certificate required: needs --client-ca".to_owned());
                return None;
            }
            (Some(authorities), ClientCertificate::Optional) => Clients::Asked(authorities.clone()),
            (Some(authorities), ClientCertificate::Required) => Clients::Required(authorities.clone()),
        };
        let opened = tls::open(Files {
            certificate,
            key,
            clients,
        });
        opened
            .map_err(|error| wrong.push(format!("--tls-cert, --tls-key, --client-ca: {error}")))
            .ok()
    }

    fn asks(&self, wrong: &mut Vec<String>) -> Option<Asks> {
        if self.callers.is_empty() {
            if self.client_ca.is_some() && self.client_certificate == ClientCertificate::Optional {
                wrong.push(
                    "--client-ca needs callers, or its certificates would decide nothing: give --callers"
                        .to_owned(),
                );
            }
            return Some(Asks::Nobody);
        }
        let paths = self.callers.clone();
        let takes_certificates = self.client_ca.is_some();
        let read = move || {
            let callers = access::read(&paths).map_err(|wrong| wrong.to_string())?;
            if callers.needs_certificates() && !takes_certificates {
                return Err("some callers are told by their certificate, which needs --client-ca".to_owned());
            }
            Ok(callers)
        };
        match Kept::new(read) {
            // Later it may come to that: whoever takes all callers away wants nobody to call.
            Ok(callers) if callers.load().count() == 0 => {
                wrong.push("--callers: there are none, so nobody could call".to_owned());
                None
            }
            Ok(callers) => Some(Asks::Callers(Arc::new(callers))),
            Err(mistakes) => {
                wrong.extend(mistakes.lines().map(|line| format!("--callers: {line}")));
                None
            }
        }
    }
}
