//! What is read of an X.509 certificate (RFC 5280). Whether it is to be believed, TLS has decided.

use jiff::Timestamp;
use x509_parser::prelude::{FromDer as _, GeneralName, X509Certificate};

/// A certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// Whose it is: its alternative names that are a URI (SPIFFE) or a DNS name; its common names only where it has no
    /// alternative names (RFC 9525 section 6.3).
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
        let has_alternative = alternative.is_some();
        let alternative = alternative
            .iter()
            .flat_map(|extension| &extension.value.general_names)
            .filter_map(|name| match name {
                GeneralName::URI(name) if is_uri(name) => Some((*name).to_owned()),
                GeneralName::DNSName(name) if !is_uri(name) => Some((*name).to_owned()),
                _ => None,
            });
        let mut names: Vec<String> = alternative.collect();
        if !has_alternative {
            // An authority that is strict about alternative names may take any common name over from the request.
            let common = certificate.subject().iter_common_name();
            let common = common.filter_map(|name| name.as_str().ok());
            names.extend(common.filter(|name| !is_uri(name)).map(str::to_owned));
        }
        let not_after = certificate.validity().not_after.timestamp();
        Ok(Self {
            names,
            not_after: Timestamp::from_second(not_after).map_err(|_| InvalidCertificate)?,
        })
    }
}

/// A name of one kind is never taken for one of another: what reads like a URI is one only where the certificate says so.
fn is_uri(name: &str) -> bool {
    name.contains("://") || name.starts_with("urn:")
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, DnType, KeyPair, SanType};

    use super::*;

    fn names(common: &str, alternative: Vec<SanType>) -> Vec<String> {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name.push(DnType::CommonName, common);
        params.subject_alt_names = alternative;
        let certificate = params.self_signed(&KeyPair::generate().unwrap()).unwrap();
        Certificate::read(certificate.der()).unwrap().names
    }

    #[test]
    fn a_name_is_of_the_kind_that_the_certificate_says() {
        let uri = |text: &str| SanType::URI(text.try_into().unwrap());
        let dns = |text: &str| SanType::DnsName(text.try_into().unwrap());
        assert_eq!(names("ci", vec![]), ["ci"]);
        assert_eq!(names("ci", vec![uri("spiffe://x/other")]), ["spiffe://x/other"]);
        assert_eq!(
            names("spiffe://x/ci", vec![dns("other.example.org")]),
            ["other.example.org"]
        );
        assert!(names("spiffe://x/ci", vec![]).is_empty());
        assert!(names("ci", vec![dns("spiffe://x/ci")]).is_empty());
        assert!(Certificate::read(b"no certificate").is_err());
    }
}
