//! `ropa serve --load`: manifests that are applied before anything is served.

use std::path::PathBuf;

use super::manifests::{self, Manifest};
use crate::{
    document::{Draft, InvalidDraft},
    register::{self, Apply, Asked, Commit, Others, Registers},
    replica::chain,
};

/// A register to be applied at start.
pub struct Load {
    manifest: Manifest,
    draft: Draft,
}

/// Reads the manifests, and finds every mistake in them.
pub fn read(paths: &[PathBuf]) -> Result<Vec<Load>, String> {
    let mut loads = Vec::new();
    for path in paths {
        for manifest in manifests::registers(path)? {
            let draft = Draft::new(manifest.document.clone()).map_err(|invalid| match invalid {
                InvalidDraft::Mistakes(violations) => manifest.explain(&violations),
                InvalidDraft::Unreadable(error) => error.to_string(),
            })?;
            loads.push(Load { manifest, draft });
        }
    }
    Ok(loads)
}

/// Applies what was read. Whoever asks for registers at start is not served without them.
pub async fn apply_all(registers: &Registers, loads: Vec<Load>) -> Result<(), String> {
    for Load { manifest, draft } in loads {
        let register = draft.register.clone();
        let asked = Asked {
            actor: "serve --load".to_owned(),
            method: "/ropa.v1.RegisterService/ApplyRegister".to_owned(),
            reason: None,
            commit: Commit::Yes,
            request: None,
            deadline: None,
            origin: None,
        };
        let apply = Apply {
            draft,
            others: Others::Keep,
            unchanged_since: None,
        };
        match registers.apply(asked, apply).await {
            Ok(applied) if applied.changes.is_empty() => {
                tracing::info!(%register, "register `{register}` is as its manifests say");
            }
            // What changed has been logged.
            Ok(_) => {}
            Err(register::Error::Mistakes(violations) | register::Error::StillReferenced(violations)) => {
                return Err(manifest.explain(&violations));
            }
            Err(error) => {
                return Err(format!(
                    "register `{register}` cannot be loaded: {}",
                    chain(&error)
                ));
            }
        }
    }
    Ok(())
}
