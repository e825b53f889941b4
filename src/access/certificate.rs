//! What is read of an X.509 certificate (RFC 5280). Whether it is to be believed, TLS has decided.

use jiff::Timestamp;
use x509_parser::prelude::{FromDer as _, GeneralName, X509Certificate};

/// A certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// Whose it is: its alternative names that are a URI (SPIFFE) or a DNS name, and its common names.
    pub names: Vec<String>,
    /// Until when it is valid.
    pub not_after: Timestamp,
}

/// Bytes that are no certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is no X.509 certificate")]
pub struct InvalidCertificate;

impl Certificate {
    /// Reads the DER of a certificate.
    pub fn read(der: &[u8]) -> Result<Self, InvalidCertificate> {
        let (_, certificate) = X509Certificate::from_der(der).map_err(|_| InvalidCertificate)?;
        let alternative = certificate
            .subject_alternative_name()
            .map_err(|_| InvalidCertificate)?;
        let alternative = alternative
            .iter()
            .flat_map(|extension| &extension.value.general_names)
            .filter_map(|name| match name {
                GeneralName::URI(name) | GeneralName::DNSName(name) => Some((*name).to_owned()),
                _ => None,
            });
        let common = certificate.subject().iter_common_name();
        let common = common.filter_map(|name| name.as_str().ok().map(str::to_owned));
        let not_after = certificate.validity().not_after.timestamp();
        Ok(Self {
            names: alternative.chain(common).collect(),
            not_after: Timestamp::from_second(not_after).map_err(|_| InvalidCertificate)?,
        })
    }
}
