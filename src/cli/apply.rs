//! `ropa apply`: makes a register be as manifests say.

use std::{path::PathBuf, process::ExitCode, time::Duration};

use tonic::{Code, Status};
use uuid::Uuid;

use super::{
    client::{self, Connection, Server},
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

    /// Files or folders of YAML or JSON; `-` reads standard input. Together they are one register; a folder of folders is
    /// several, applied one after the other.
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

    /// A UUID: the same request run again has one effect. Left out, one is drawn for this run.
    #[arg(long, value_name = "UUID")]
    request_id: Option<Uuid>,
}

pub async fn apply(args: Args) -> Result<ExitCode, String> {
    let Args {
        server,
        files,
        dry_run,
        prune,
        reason,
        request_id,
    } = args;
    let manifests = match files.as_slice() {
        [path] => manifests::registers(path)?,
        several => vec![manifests::read(several)?],
    };
    let is_one = manifests.len() == 1;
    if request_id.is_some() && !is_one {
        return Err("--request-id: is for one register, and these are several".to_owned());
    }
    let client = RegisterServiceClient::new(server.connect().await?);
    let mut differs = false;
    for manifest in manifests {
        let request = ApplyRegisterRequest {
            document: Some(manifest.document.clone()),
            validate_only: dry_run,
            prune,
            reason: reason.clone(),
            // Sent again after an unknown outcome it has one effect.
            request_id: request_id.unwrap_or_else(Uuid::now_v7).to_string(),
            unchanged_since: 0,
        };
        let applied = send(&client, request).await.map_err(|status| {
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
        } = applied;
        changes.iter().for_each(print);
        match (changes.len(), dry_run) {
            (0, _) => say!("{register}: nothing to change at revision {revision}"),
            (count, true) => say!("{register}: {} would change", resources(count)),
            (count, false) => say!("{register}: {} changed in revision {revision}", resources(count)),
        }
        differs |= !changes.is_empty();
    }
    Ok(if dry_run && differs {
        ExitCode::from(2)
    } else {
        ExitCode::SUCCESS
    })
}

/// How long to wait before trying again.
const PAUSES: [Duration; 4] = [
    Duration::from_millis(200),
    Duration::from_secs(1),
    Duration::from_secs(3),
    Duration::from_secs(5),
];

/// Sends a request, and again while nobody can tell whether it was carried out, or it was not for a reason that passes.
async fn send(
    client: &RegisterServiceClient<Connection>,
    request: ApplyRegisterRequest,
) -> Result<ApplyRegisterResponse, Status> {
    let mut pauses = PAUSES.into_iter();
    loop {
        let sent = client.clone().apply_register(request.clone()).await;
        let status = match sent {
            Ok(applied) => return Ok(applied.into_inner()),
            Err(status) => status,
        };
        let passes = matches!(
            status.code(),
            // A connection that broke is the last two.
            Code::Unavailable
                | Code::DeadlineExceeded
                | Code::ResourceExhausted
                | Code::Aborted
                | Code::Unknown
                | Code::Cancelled
        );
        let Some(pause) = pauses.next().filter(|_| passes) else {
            return Err(status);
        };
        eprintln!("ropa: {}; trying again", client::headline(&status));
        tokio::time::sleep(pause).await;
    }
}

/// What happened to a resource, in one character.
pub fn sign(change: &ResourceChange) -> char {
    match change.action() {
        Action::Created => '+',
        Action::Updated => '~',
        Action::Deleted => '-',
        Action::Erased => 'x',
        Action::Unspecified => '?',
    }
}

/// How many resources, in words.
pub fn resources(count: usize) -> String {
    match count {
        1 => "1 resource".to_owned(),
        count => format!("{count} resources"),
    }
}

/// A change as a person reads it.
pub fn print(change: &ResourceChange) {
    say!("{} {}", sign(change), change.name);
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
