//! Callers, and how they are told apart.

use std::{collections::HashMap, sync::Arc};

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use super::{Certificate, Role};

/// Who is calling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// What the audit log calls it: a pseudonym, because the log cannot forget it.
    pub name: Arc<str>,
    /// What it may do.
    pub role: Role,
    /// How it was told.
    pub credential: Credential,
}

/// How a caller was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credential {
    /// Not at all: the server asks nobody.
    None,
    /// By a bearer token (RFC 6750).
    Token,
    /// By the certificate of its connection.
    Certificate,
}

/// Nobody that is known here. Why is not told, so that nobody learns from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the caller is not identified")]
pub struct NotIdentified;

/// Who may call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Callers {
    by_token: HashMap<[u8; 32], Arc<Caller>>,
    by_certificate: HashMap<String, Arc<Caller>>,
}

/// A longer token is none of ours, and is not hashed.
const LONGEST_TOKEN: usize = 4096;

impl Caller {
    /// Everybody, where nobody is asked.
    pub fn anonymous() -> Self {
        Self {
            name: Arc::from("anonymous"),
            role: Role::Admin,
            credential: Credential::None,
        }
    }
}

impl Callers {
    /// Adds a caller that shows a token of this digest (SHA-256). Answers whether there was none.
    pub fn add_token(&mut self, digest: [u8; 32], name: Arc<str>, role: Role) -> bool {
        let credential = Credential::Token;
        let caller = Caller {
            name,
            role,
            credential,
        };
        self.by_token.insert(digest, Arc::new(caller)).is_none()
    }

    /// Adds a caller whose certificate has this name. Answers whether there was none.
    pub fn add_certificate(&mut self, subject: String, name: Arc<str>, role: Role) -> bool {
        let credential = Credential::Certificate;
        let caller = Caller {
            name,
            role,
            credential,
        };
        self.by_certificate.insert(subject, Arc::new(caller)).is_none()
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.by_token.len() + self.by_certificate.len()
    }

    /// Whether some are told by their certificate.
    pub fn needs_certificates(&self) -> bool {
        !self.by_certificate.is_empty()
    }

    /// Who calls with these values of `authorization` and this certificate. A token decides alone: where it is wrong, a
    /// certificate does not help.
    pub fn identify<'a>(
        &self,
        mut authorization: impl Iterator<Item = &'a [u8]>,
        certificate: Option<&Certificate>,
        now: Timestamp,
    ) -> Result<Arc<Caller>, NotIdentified> {
        match (authorization.next(), authorization.next()) {
            (None, _) => self.by_certificate(certificate.ok_or(NotIdentified)?, now),
            (Some(value), None) => self.by_token(bearer(value).ok_or(NotIdentified)?),
            (Some(_), Some(_)) => Err(NotIdentified),
        }
    }

    fn by_token(&self, token: &[u8]) -> Result<Arc<Caller>, NotIdentified> {
        // Looked up by its digest: how long that takes tells nothing of the tokens that there are.
        let digest: [u8; 32] = Sha256::digest(token).into();
        self.by_token.get(&digest).map(Arc::clone).ok_or(NotIdentified)
    }

    fn by_certificate(
        &self,
        certificate: &Certificate,
        now: Timestamp,
    ) -> Result<Arc<Caller>, NotIdentified> {
        // It was valid when the connection was made, which may be long ago.
        if now > certificate.not_after {
            return Err(NotIdentified);
        }
        let mut known = certificate
            .names
            .iter()
            .filter_map(|name| self.by_certificate.get(name));
        let caller = known.next().ok_or(NotIdentified)?;
        // One that is several callers is none.
        if known.any(|other| other != caller) {
            return Err(NotIdentified);
        }
        Ok(Arc::clone(caller))
    }
}

/// The token of `Bearer {token}`; the scheme is written in any case (RFC 9110 section 11.1).
fn bearer(value: &[u8]) -> Option<&[u8]> {
    let (scheme, token) = value.split_at_checked("Bearer ".len())?;
    let fits = scheme.eq_ignore_ascii_case(b"Bearer ") && !token.is_empty() && token.len() <= LONGEST_TOKEN;
    fits.then_some(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &[u8] = b"ropa_3b1f8a66c0";
    const BEARER: &[u8] = b"Bearer ropa_3b1f8a66c0";

    fn now() -> Timestamp {
        "2026-11-29T12:00:00Z".parse().unwrap()
    }

    fn callers() -> Callers {
        let mut callers = Callers::default();
        assert!(callers.add_token(Sha256::digest(TOKEN).into(), "crm".into(), Role::Checker));
        assert!(callers.add_certificate("spiffe://example.org/ci".to_owned(), "ci".into(), Role::Editor));
        assert!(callers.add_certificate("ci.example.org".to_owned(), "ci".into(), Role::Editor));
        assert!(callers.add_certificate("dpo".to_owned(), "dpo".into(), Role::Admin));
        callers
    }

    fn certificate(names: &[&str]) -> Certificate {
        Certificate {
            names: names.iter().map(|name| (*name).to_owned()).collect(),
            not_after: "2026-11-29T12:00:00Z".parse().unwrap(),
        }
    }

    fn identify(authorization: &[&[u8]], names: Option<&[&str]>) -> Option<(String, Role)> {
        let certificate = names.map(certificate);
        let found = callers().identify(authorization.iter().copied(), certificate.as_ref(), now());
        found.ok().map(|caller| (caller.name.to_string(), caller.role))
    }

    #[test]
    fn a_token_tells_its_caller_and_nothing_else_does() {
        let crm = Some(("crm".to_owned(), Role::Checker));
        assert_eq!(identify(&[BEARER], None), crm);
        assert_eq!(identify(&[b"bearer ropa_3b1f8a66c0"], None), crm);
        let wrong: [&[u8]; 8] = [
            b"",
            b"Bearer ",
            b"Bearer",
            b"ropa_3b1f8a66c0",
            b"Basic ropa_3b1f8a66c0",
            b"Bearer ropa_3b1f8a66c",
            b"Bearer ropa_3b1f8a66c0 ",
            b"Bearer  ropa_3b1f8a66c0",
        ];
        for wrong in wrong {
            assert_eq!(identify(&[wrong], None), None);
        }
        assert_eq!(identify(&[BEARER, BEARER], None), None, "twice is once too often");
        assert_eq!(identify(&[], None), None);
    }

    #[test]
    fn a_certificate_tells_one_caller() {
        let ci = Some(("ci".to_owned(), Role::Editor));
        assert_eq!(identify(&[], Some(&["spiffe://example.org/ci"])), ci);
        assert_eq!(
            identify(&[], Some(&["spiffe://example.org/ci", "ci.example.org", "x"])),
            ci
        );
        assert_eq!(identify(&[], Some(&["spiffe://example.org/other"])), None);
        assert_eq!(
            identify(&[], Some(&["ci.example.org", "dpo"])),
            None,
            "two callers at once"
        );
        assert_eq!(
            identify(&[b"Bearer wrong"], Some(&["dpo"])),
            None,
            "a wrong token is not made good"
        );
    }

    #[test]
    fn a_certificate_ends_while_its_connection_lives() {
        let later = now() + std::time::Duration::from_secs(1);
        let found = callers().identify(std::iter::empty(), Some(&certificate(&["dpo"])), later);
        assert_eq!(found, Err(NotIdentified));
    }
}
