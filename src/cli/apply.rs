//! `ropa apply`: makes a register be as manifests say.

use std::{path::PathBuf, process::ExitCode};

use tonic::Code;

use super::{
    client::{self, Server},
    manifests,
};
use crate::pb::{
    ApplyRegisterRequest, ApplyRegisterResponse, FieldChange, ResourceChange,
    register_service_client::RegisterServiceClient, resource_change::Action,
};

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Exit codes: 0 applied or nothing to do, 1 refused, 2 would change something (--dry-run), 64 wrong arguments.

Example:
  ropa apply -f examples/registers/koko --dry-run")]
pub struct Args {
    #[command(flatten)]
    server: Server,

    /// Files or folders of YAML or JSON; `-` reads standard input. Together they are one register.
    #[arg(short, long = "file", required = true, value_name = "PATH")]
    files: Vec<PathBuf>,

    /// Only show what would change.
    #[arg(long)]
    dry_run: bool,

    /// Also delete what the register has and the manifests do not.
    #[arg(long)]
    prune: bool,

    /// Why, for the audit log.
    #[arg(long, default_value = "")]
    reason: String,
}

pub async fn apply(args: Args) -> Result<ExitCode, String> {
    let Args {
        server,
        files,
        dry_run,
        prune,
        reason,
    } = args;
    let manifest = manifests::read(&files)?;
    let mut client = RegisterServiceClient::new(server.connect().await?);
    let request = ApplyRegisterRequest {
        document: Some(manifest.document.clone()),
        validate_only: dry_run,
        prune,
        reason,
        ..ApplyRegisterRequest::default()
    };
    let applied = client.apply_register(request).await.map_err(|status| {
        let violations = client::violations(&status);
        match status.code() {
            _ if violations.is_empty() => client::explain(&status),
            Code::InvalidArgument => manifest.explain(&violations),
            _ => format!("{}\n{}", client::headline(&status), manifest.explain(&violations)),
        }
    })?;
    let ApplyRegisterResponse {
        register,
        revision,
        changes,
        token: _,
    } = applied.into_inner();
    for change in &changes {
        print(change);
    }
    match (changes.len(), dry_run) {
        (0, _) => say!("{register}: nothing to change at revision {revision}"),
        (count, true) => say!("{register}: {count} resources would change"),
        (count, false) => say!("{register}: {count} resources changed in revision {revision}"),
    }
    Ok(if dry_run && !changes.is_empty() {
        ExitCode::from(2)
    } else {
        ExitCode::SUCCESS
    })
}

fn print(change: &ResourceChange) {
    let sign = match change.action() {
        Action::Created => '+',
        Action::Updated => '~',
        Action::Deleted => '-',
        Action::Erased => 'x',
        Action::Unspecified => '?',
    };
    say!("{sign} {}", change.name);
    for FieldChange { path, before, after } in &change.fields {
        say!("    {path}");
        if !before.is_empty() {
            say!("      - {}", shortened(before));
        }
        if !after.is_empty() {
            say!("      + {}", shortened(after));
        }
    }
}

/// Long values are cut: the manifest has them.
fn shortened(value: &str) -> String {
    const MOST: usize = 160;
    match value.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", value.get(..end).unwrap_or_default()),
        None => value.to_owned(),
    }
}
