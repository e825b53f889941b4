//! What can be erased although a digest of it is in the log for ever: the words of a reason, and documents that say who a
//! person is.
//!
//! In their place stands a salted digest. The salt and the words are in a table of their own, and nowhere else; without
//! the salt nobody can find out the words from the digest by trying.

use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter,
};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use crate::domain::name::ResourceName;

use super::{
    Digest, Error,
    entity::commitment::{ActiveModel, Column, Entity},
    hex::{hex, unhex},
};

pub use super::entity::commitment::Model as Row;

/// A text that can be erased.
pub struct Commitment {
    /// What the log says.
    pub digest: Digest,
    /// What hides the text behind the digest.
    pub salt: [u8; 32],
}

impl Commitment {
    /// Commits to a value.
    pub fn new(salt: [u8; 32], value: &[u8]) -> Self {
        let digest = Sha256::new()
            .chain_update("ropa/c1")
            .chain_update(salt)
            .chain_update(value);
        Self {
            digest: digest.finalize().into(),
            salt,
        }
    }

    /// Commits to a value with a salt that nobody has drawn before.
    pub fn draw(value: &[u8]) -> Result<Self, Error> {
        let mut salt = [0; 32];
        getrandom::fill(&mut salt).map_err(|error| Error::Unavailable {
            doing: "drawing a salt",
            source: error.into(),
        })?;
        Ok(Self::new(salt, value))
    }

    /// As the log and a stand-in write it.
    pub fn text(&self) -> String {
        format!("{PREFIX}{}", hex(&self.digest))
    }
}

const PREFIX: &str = "sha256c:";

/// Stores texts so that they can be erased.
pub async fn put(transaction: &DatabaseTransaction, texts: &[(&Commitment, &[u8])]) -> Result<(), DbErr> {
    if texts.is_empty() {
        return Ok(());
    }
    let rows = texts.iter().map(|(commitment, text)| ActiveModel {
        digest: Set(commitment.digest.to_vec()),
        salt: Set(commitment.salt.to_vec()),
        value: Set(text.to_vec()),
    });
    let insert = Entity::insert_many(rows);
    insert.exec_without_returning(transaction).await.map(|_| ())
}

/// The texts of these digests that are still there.
pub async fn find<C: ConnectionTrait>(db: &C, digests: &[Digest]) -> Result<Vec<Row>, DbErr> {
    if digests.is_empty() {
        return Ok(Vec::new());
    }
    let digests = digests.iter().map(|digest| digest.to_vec());
    Entity::find().filter(Column::Digest.is_in(digests)).all(db).await
}

/// Erases the texts of these digests.
pub async fn erase(transaction: &DatabaseTransaction, digests: &[Digest]) -> Result<(), DbErr> {
    let digests = digests.iter().map(|digest| digest.to_vec());
    let delete = Entity::delete_many().filter(Column::Digest.is_in(digests));
    delete.exec(transaction).await.map(|_| ())
}

/// What is stored, for ever, in the place of a document that can be erased: a document of the same name that says only
/// what it was committed to.
#[derive(Deserialize)]
struct StandIn {
    commitment: String,
}

/// The stand-in of a document.
pub fn stand_in(name: &ResourceName, commitment: &Commitment) -> String {
    // Neither has a character that JSON escapes.
    format!(r#"{{"name":"{name}","commitment":"{}"}}"#, commitment.text())
}

/// What a stand-in commits to; none if it is no stand-in.
pub fn committed(stand_in: &str) -> Option<Digest> {
    let StandIn { commitment } = serde_json::from_str(stand_in).ok()?;
    digest(&commitment)
}

/// The digest that a text of ours names.
pub fn digest(text: &str) -> Option<Digest> {
    unhex(text.strip_prefix(PREFIX)?)
}

/// The text of a row, if it is what its digest says.
pub fn text(row: &Row) -> Option<String> {
    let salt = <[u8; 32]>::try_from(row.salt.as_slice()).ok()?;
    let kept = Commitment::new(salt, &row.value).digest.as_slice() == row.digest;
    kept.then(|| String::from_utf8(row.value.clone()).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commitment_is_what_the_documentation_says() {
        let salt = [3; 32];
        let mut bytes = b"ropa/c1".to_vec();
        bytes.extend(salt);
        bytes.extend(b"because");
        assert_eq!(
            Commitment::new(salt, b"because").digest,
            <Digest>::from(Sha256::digest(&bytes))
        );
    }

    #[test]
    fn a_stand_in_says_what_it_commits_to_and_nothing_else() {
        let name = "registers/koko/contactPersons/dpo".parse().unwrap();
        let commitment = Commitment::new([7; 32], b"{}");
        let stand_in = stand_in(&name, &commitment);
        assert_eq!(committed(&stand_in), Some(commitment.digest));
        assert_eq!(
            stand_in,
            format!(
                r#"{{"name":"registers/koko/contactPersons/dpo","commitment":"{}"}}"#,
                commitment.text()
            )
        );
        assert_eq!(committed(r#"{"name":"x","commitment":"sha256c:00"}"#), None);
        assert_eq!(committed(r#"{"name":"x"}"#), None);
    }
}
