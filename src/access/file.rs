//! The file of callers.
//!
//! ```yaml
//! callers:
//!   - name: crm                 # what the audit log calls it
//!     role: checker
//!     token_sha256: 9f86d081…   # never the token itself
//!   - name: ci
//!     role: editor
//!     certificate: spiffe://example.org/ns/ci/sa/deploy
//! ```

use std::{
    collections::BTreeMap,
    fs,
    io::Read as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::{Callers, Role};

/// Why callers cannot be read: everything that is wrong, each with its place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.join("\n"))]
pub struct InvalidCallers(pub Vec<String>);

/// A larger file is none of callers.
const MOST_BYTES: u64 = 1024 * 1024;
/// So many callers there are at most.
const MOST_CALLERS: usize = 10_000;
/// The names that callers may have at most this many characters.
const LONGEST_NAME: usize = 64;
/// What a certificate may be called at most.
const LONGEST_SUBJECT: usize = 2048;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    callers: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    role: Role,
    token_sha256: Option<String>,
    certificate: Option<String>,
}

/// Reads the callers of files, and of the `.yaml` and `.yml` files in folders. A caller may stand there several times, with a
/// credential each: so a token is changed without a gap.
pub fn read(paths: &[PathBuf]) -> Result<Callers, InvalidCallers> {
    let mut callers = Callers::default();
    let mut roles: BTreeMap<Arc<str>, Role> = BTreeMap::new();
    let mut wrong = Vec::new();
    for path in files(paths, &mut wrong) {
        match file(&path) {
            Ok(file) => {
                for (index, entry) in file.callers.into_iter().enumerate() {
                    let place = format!("{}: callers[{index}]", path.display());
                    add(&mut callers, &mut roles, entry, &place, &mut wrong);
                }
            }
            Err(error) => wrong.push(format!("{}: {error}", path.display())),
        }
    }
    if callers.count() > MOST_CALLERS {
        wrong.push(format!("there are more than {MOST_CALLERS} callers"));
    }
    if wrong.is_empty() {
        Ok(callers)
    } else {
        Err(InvalidCallers(wrong))
    }
}

/// The files of these paths, in order.
fn files(paths: &[PathBuf], wrong: &mut Vec<String>) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in paths {
        if !path.is_dir() {
            found.push(path.clone());
            continue;
        }
        match fs::read_dir(path) {
            Ok(entries) => {
                let mut inside = Vec::new();
                for entry in entries {
                    match entry {
                        Ok(entry) if is_yaml(&entry.path()) => inside.push(entry.path()),
                        Ok(_) => {}
                        Err(error) => wrong.push(format!("{}: {error}", path.display())),
                    }
                }
                inside.sort();
                found.extend(inside);
            }
            Err(error) => wrong.push(format!("{}: {error}", path.display())),
        }
    }
    found
}

fn is_yaml(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension == "yaml" || extension == "yml")
}

fn file(path: &Path) -> Result<File, String> {
    let mut text = String::new();
    let opened = fs::File::open(path).map_err(|error| error.to_string())?;
    let read = opened.take(MOST_BYTES + 1).read_to_string(&mut text);
    if read.map_err(|error| error.to_string())? as u64 > MOST_BYTES {
        return Err(format!("is larger than {MOST_BYTES} bytes"));
    }
    // Told without quoting the file: somebody may have put a token where something else belongs.
    serde_saphyr::from_str(&text).map_err(|error| {
        let place = error.location();
        let place = place.map_or_else(String::new, |place| format!("line {}: ", place.line()));
        format!(
            "{place}is not `callers:` with a list of `name`, `role` (checker, reader, editor, admin) and `token_sha256` or \
             `certificate`"
        )
    })
}

fn add(
    callers: &mut Callers,
    roles: &mut BTreeMap<Arc<str>, Role>,
    entry: Entry,
    place: &str,
    wrong: &mut Vec<String>,
) {
    let Entry {
        name,
        role,
        token_sha256,
        certificate,
    } = entry;
    let before = wrong.len();
    if !is_name(&name) {
        wrong.push(format!(
            "{place}.name: has 1 to {LONGEST_NAME} of the characters a-z A-Z 0-9 . _ : @ / - and is not `anonymous` or `nobody`"
        ));
    }
    let name: Arc<str> = name.into();
    if roles.get(&name).is_some_and(|other| *other != role) {
        wrong.push(format!("{place}.role: `{name}` has another role elsewhere"));
    }
    let credential = match (token_sha256, certificate) {
        (Some(digest), None) => digest_of(&digest).map(Given::Token),
        (None, Some(subject)) => subject_of(subject).map(Given::Certificate),
        _ => Err("has either `token_sha256` or `certificate`".to_owned()),
    };
    let credential = match credential {
        Ok(credential) => credential,
        Err(what) => return wrong.push(format!("{place}: {what}")),
    };
    if wrong.len() > before {
        return;
    }
    roles.insert(Arc::clone(&name), role);
    let is_new = match credential {
        Given::Token(digest) => callers.add_token(digest, name, role),
        Given::Certificate(subject) => callers.add_certificate(subject, name, role),
    };
    if !is_new {
        wrong.push(format!("{place}: its credential stands there twice"));
    }
}

enum Given {
    Token([u8; 32]),
    Certificate(String),
}

/// Whether a caller may be called so. Two names are what logs call those that have none.
pub fn is_name(name: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"._:@/-".contains(&byte);
    let fits = !name.is_empty() && name.len() <= LONGEST_NAME && name.bytes().all(fits);
    fits && !["anonymous", "nobody"].contains(&name)
}

/// The digest of a token, written as `sha256sum` writes it.
fn digest_of(text: &str) -> Result<[u8; 32], String> {
    let mut digest = [0; 32];
    if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err("`token_sha256` is the SHA-256 of the token, in 64 hexadecimal digits".to_owned());
    }
    for (byte, digits) in digest.iter_mut().zip(text.as_bytes().chunks(2)) {
        let digits = std::str::from_utf8(digits).unwrap_or_default();
        *byte = u8::from_str_radix(digits, 16).unwrap_or_default();
    }
    // What an empty variable, or one with nothing but a line's end, would be.
    let nothing = [b"".as_slice(), b"\n"].map(|token| <[u8; 32]>::from(Sha256::digest(token)));
    if nothing.contains(&digest) {
        return Err("`token_sha256` is the digest of nothing".to_owned());
    }
    Ok(digest)
}

fn subject_of(subject: String) -> Result<String, String> {
    if subject.trim().is_empty() || subject.len() > LONGEST_SUBJECT {
        return Err("`certificate` is a URI, a DNS name or a common name of the certificate".to_owned());
    }
    Ok(subject)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    fn read_text(text: &str) -> Result<Callers, InvalidCallers> {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("callers.yaml"), text).unwrap();
        fs::write(folder.path().join("README"), "not read").unwrap();
        read(&[folder.path().to_owned()])
    }

    const DIGEST: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

    #[test]
    fn callers_are_read() {
        let callers = read_text(&format!(
            "callers:\n  - {{name: crm, role: checker, token_sha256: {DIGEST}}}\n  - {{name: ci, role: editor, certificate: ci}}\n"
        ));
        let callers = callers.unwrap();
        assert_eq!(callers.count(), 2);
        let found = callers.identify(
            [b"Bearer test".as_slice()].into_iter(),
            None,
            Timestamp::UNIX_EPOCH,
        );
        assert_eq!(&*found.unwrap().name, "crm");
    }

    #[test]
    fn everything_wrong_is_named_with_its_place() {
        let wrong = read_text(&format!(
            "callers:
  - {{name: 'a b', role: checker, token_sha256: {DIGEST}}}
  - {{name: both, role: checker, token_sha256: {DIGEST}, certificate: x}}
  - {{name: neither, role: checker}}
  - {{name: short, role: checker, token_sha256: abc}}
  - {{name: nothing, role: checker, token_sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855}}
  - {{name: crm, role: checker, token_sha256: {DIGEST}}}
  - {{name: twice, role: checker, token_sha256: {DIGEST}}}
  - {{name: crm, role: admin, certificate: crm}}
  - {{name: anonymous, role: admin, certificate: x}}
"
        ));
        let InvalidCallers(wrong) = wrong.unwrap_err();
        for (index, word) in [
            (0, "name"),
            (1, "either"),
            (2, "either"),
            (3, "64 hexadecimal"),
            (4, "digest of nothing"),
            (6, "twice"),
            (7, "another role"),
            (8, "name"),
        ] {
            let place = format!("callers[{index}]");
            let said = wrong
                .iter()
                .any(|line| line.contains(&place) && line.contains(word));
            assert!(said, "{place} {word}: {wrong:#?}");
        }
        assert_eq!(wrong.len(), 8, "{wrong:#?}");
    }

    #[test]
    fn what_is_no_file_of_callers_is_refused_and_not_quoted() {
        for text in [
            "",
            "callers: {}",
            "caller: []",
            "callers: [{name: x, role: boss, token_sha256: secret-token-1}]",
            "callers: [{name: x, role: admin, token: secret-token-1}]",
            "secret-token-1",
        ] {
            let wrong = read_text(text).unwrap_err().to_string();
            assert!(!wrong.contains("secret-token-1"), "{wrong}");
        }
        assert!(read(&["/nowhere/callers.yaml".into()]).is_err());
    }
}
