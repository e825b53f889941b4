//! `ropa history` and `ropa diff`: what was changed, when, by whom and why.

use std::process::ExitCode;

use jiff::Timestamp;

use super::{
    apply::{print, resources, sign},
    client::{self, Server},
};
use crate::pb::{
    CompareRevisionsRequest, GetRevisionRequest, ListRevisionsRequest, ListVersionsRequest, Revision,
    Version, history_service_client::HistoryServiceClient,
};

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  ropa history                                     the latest revisions
  ropa history koko                                those of a register
  ropa history registers/koko/activities/chat      the versions of a resource, field by field
  ropa history 17                                  one revision, field by field")]
pub struct HistoryArgs {
    #[command(flatten)]
    server: Server,

    /// A register, the name of a resource, or the number of a revision; left out, everything.
    #[arg(default_value = "", hide_default_value = true)]
    what: String,

    /// How many at most, the latest first.
    #[arg(short = 'n', long, default_value_t = 20, value_parser = clap::value_parser!(i32).range(1..=1000))]
    limit: i32,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Exit codes: 0 nothing differs, 2 something does, 1 refused, 64 wrong arguments.

Example:
  ropa diff koko 17 23")]
pub struct DiffArgs {
    #[command(flatten)]
    server: Server,

    /// The register.
    register: String,

    /// The earlier revision; 0: before there was anything.
    from: i64,

    /// The later revision; left out, as it is.
    #[arg(default_value_t = 0, hide_default_value = true)]
    to: i64,
}

/// What is asked of the history.
enum What {
    Revision(i64),
    Resource(String),
    Register(String),
    Everything,
}

impl What {
    fn of(text: &str) -> Self {
        if text.is_empty() {
            Self::Everything
        } else if let Ok(number) = text.parse() {
            Self::Revision(number)
        } else if text.matches('/').count() > 1 {
            Self::Resource(text.to_owned())
        } else {
            let id = text.strip_prefix("registers/").unwrap_or(text);
            Self::Register(format!("registers/{id}"))
        }
    }
}

pub async fn history(args: HistoryArgs) -> Result<ExitCode, String> {
    let HistoryArgs { server, what, limit } = args;
    let mut client = HistoryServiceClient::new(server.connect().await?).max_decoding_message_size(MOST_BYTES);
    match What::of(&what) {
        What::Revision(revision) => {
            let told = client.get_revision(GetRevisionRequest { revision }).await;
            let told = told.map_err(|status| client::explain(&status))?.into_inner();
            headline(&told);
            told.changes.iter().for_each(print);
        }
        What::Resource(name) => {
            let request = ListVersionsRequest {
                name,
                page_size: limit,
                page_token: String::new(),
            };
            let told = client.list_versions(request).await;
            let told = told.map_err(|status| client::explain(&status))?.into_inner();
            told.versions.iter().for_each(version);
        }
        what @ (What::Register(_) | What::Everything) => {
            let parent = match what {
                What::Register(parent) => parent,
                _ => String::new(),
            };
            let request = ListRevisionsRequest {
                parent,
                page_size: limit,
                ..ListRevisionsRequest::default()
            };
            let told = client.list_revisions(request).await;
            let told = told.map_err(|status| client::explain(&status))?.into_inner();
            for revision in &told.revisions {
                headline(revision);
                named(revision);
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

pub async fn diff(args: DiffArgs) -> Result<ExitCode, String> {
    let DiffArgs {
        server,
        register,
        from,
        to,
    } = args;
    let mut client = HistoryServiceClient::new(server.connect().await?).max_decoding_message_size(MOST_BYTES);
    let id = register.strip_prefix("registers/").unwrap_or(&register);
    let request = CompareRevisionsRequest {
        parent: format!("registers/{id}"),
        from_revision: from,
        to_revision: to,
    };
    let told = client.compare_revisions(request).await;
    let told = told.map_err(|status| client::explain(&status))?.into_inner();
    told.changes.iter().for_each(print);
    let count = told.changes.len();
    let differ = if count == 1 { "differs" } else { "differ" };
    say!(
        "{} {differ} between revisions {from} and {}",
        resources(count),
        told.revision
    );
    Ok(if told.changes.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(2)
    })
}

/// No answer is larger.
const MOST_BYTES: usize = 64 * 1024 * 1024;

fn headline(revision: &Revision) {
    say!(
        "{:>6}  {}  {}  {}  by {}{}",
        revision.revision,
        time(revision.time.as_ref()),
        revision.r#type,
        revision.register,
        revision.actor,
        because(&revision.reason)
    );
}

/// What a revision changed, by name: a few of many.
fn named(revision: &Revision) {
    const FEW: usize = 5;
    let changes = &revision.changes;
    for change in changes
        .iter()
        .take(FEW)
        .filter(|change| change.name != revision.register)
    {
        say!("          {} {}", sign(change), change.name);
    }
    let count = usize::try_from(revision.change_count).unwrap_or_default();
    if count > FEW {
        say!("          and {} more", count - FEW);
    }
}

fn version(version: &Version) {
    say!(
        "{:>6}  {}  by {}{}",
        version.revision,
        time(version.time.as_ref()),
        version.actor,
        because(&version.reason)
    );
    version.change.iter().for_each(print);
}

fn because(reason: &str) -> String {
    if reason.is_empty() {
        String::new()
    } else {
        format!(": {reason}")
    }
}

fn time(time: Option<&prost_types::Timestamp>) -> String {
    let read = time.and_then(|time| Timestamp::new(time.seconds, time.nanos).ok());
    read.map(|time| format!("{time:.0}")).unwrap_or_default()
}
