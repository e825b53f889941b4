//! TLS from files (RFC 8446; 1.2 and 1.3), and who is at the other end.

use std::{fs, path::PathBuf, sync::Arc};

use jiff::Timestamp;
use rustls::{
    RootCertStore, ServerConfig,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
    server::WebPkiClientVerifier,
};
use sha2::{Digest as _, Sha256};

use crate::access::Certificate;

use super::kept::Kept;

/// Where the server's identity is, in PEM.
#[derive(Clone, Debug)]
pub struct Files {
    /// Its certificate, with those between it and the authority.
    pub certificate: PathBuf,
    /// The key of the certificate.
    pub key: PathBuf,
    /// Whose client certificates are taken, and whether there has to be one.
    pub clients: Clients,
}

/// What is asked of clients in the handshake.
#[derive(Clone, Debug)]
pub enum Clients {
    /// Nothing.
    NotAsked,
    /// A certificate of one of these authorities, or none.
    Asked(PathBuf),
    /// A certificate of one of these authorities.
    Required(PathBuf),
}

/// What the server shows, and what it takes.
#[derive(Debug)]
pub struct Identity {
    /// For the next handshake.
    pub config: Arc<ServerConfig>,
    /// Until when the certificate is valid.
    pub not_after: Timestamp,
    /// Of the files that it was made of.
    digest: [u8; 32],
}

impl PartialEq for Identity {
    fn eq(&self, other: &Self) -> bool {
        self.digest == other.digest
    }
}

/// The server's identity, kept up to date with its files.
pub type Tls = Kept<Identity>;

/// Reads the identity for the first time.
pub fn open(files: Files) -> Result<Tls, String> {
    Kept::new(move || read(&files))
}

fn read(files: &Files) -> Result<Identity, String> {
    let bytes = |path: &PathBuf| fs::read(path).map_err(|error| format!("{}: {error}", path.display()));
    let (certificate, key) = (bytes(&files.certificate)?, bytes(&files.key)?);
    let authorities = match &files.clients {
        Clients::NotAsked => None,
        Clients::Asked(path) | Clients::Required(path) => Some((path, bytes(path)?)),
    };
    let mut digest = Sha256::new();
    for part in [
        Some(&certificate),
        Some(&key),
        authorities.as_ref().map(|(_, bytes)| bytes),
    ] {
        digest.update(Sha256::digest(part.map(Vec::as_slice).unwrap_or_default()));
    }
    let shown = |what: &PathBuf, wrong: &dyn std::fmt::Display| format!("{}: {wrong}", what.display());
    let chain = chain(&certificate).map_err(|wrong| shown(&files.certificate, &wrong))?;
    let first = chain.first().map(|first| Certificate::read(first));
    let own = first
        .ok_or_else(|| shown(&files.certificate, &"has no certificate"))?
        .map_err(|wrong| shown(&files.certificate, &wrong))?;
    let key =
        PrivateKeyDer::from_pem_slice(&key).map_err(|_| shown(&files.key, &"has no private key in PEM"))?;
    let builder = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    let builder = match authorities {
        None => builder.with_no_client_auth(),
        Some((path, authorities)) => {
            let verifier = verifier(&authorities, &files.clients);
            builder.with_client_cert_verifier(verifier.map_err(|wrong| shown(path, &wrong))?)
        }
    };
    let mut config = builder
        .with_single_cert(chain, key)
        .map_err(|error| shown(&files.key, &format!("does not fit the certificate: {error}")))?;
    config.alpn_protocols = vec![b"h2".to_vec()];
    Ok(Identity {
        config: Arc::new(config),
        not_after: own.not_after,
        digest: digest.finalize().into(),
    })
}

fn chain(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, &'static str> {
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    match chain {
        Ok(chain) if !chain.is_empty() => Ok(chain),
        _ => Err("has no certificate in PEM"),
    }
}

fn verifier(
    authorities: &[u8],
    clients: &Clients,
) -> Result<Arc<dyn rustls::server::danger::ClientCertVerifier>, String> {
    let mut roots = RootCertStore::empty();
    for authority in chain(authorities)? {
        roots.add(authority).map_err(|error| error.to_string())?;
    }
    let provider = Arc::new(aws_lc_rs::default_provider());
    let builder = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
    let builder = match clients {
        Clients::Required(_) => builder,
        Clients::Asked(_) | Clients::NotAsked => builder.allow_unauthenticated(),
    };
    builder.build().map_err(|error| error.to_string())
}
