//! The command line: `ropa serve`, `migrate`, `apply`, `check`, `lint`, `export`, `history`, `diff`, `whoami`,
//! `token`, `healthcheck`, `codes`.

/// Prints a line. Whoever stops reading (`ropa lint … | head`) has read enough.
macro_rules! say {
    ($($text:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stdout(), $($text)*);
    }};
}

mod access;
mod apply;
mod check;
mod client;
mod codes;
mod exposure;
mod healthcheck;
mod history;
mod load;
mod manifests;
mod registers;
mod report;
mod serve;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::telemetry::{self, LogFormat};

/// A register of processing activities (GDPR Art. 30) that answers: may we process this?
#[derive(Debug, Parser)]
#[command(name = "ropa", version, max_term_width = 100)]
struct Args {
    /// How log lines look.
    #[arg(
        long,
        global = true,
        env = "ROPA_LOG_FORMAT",
        value_enum,
        default_value = "text"
    )]
    log_format: LogFormat,

    /// What is logged: a level, or directives such as `ropa=debug,info`.
    #[arg(long, global = true, env = "ROPA_LOG", default_value = "info")]
    log: String,

    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs the service.
    Serve(serve::Args),
    /// Brings the schema of the database up to date; several at once wait for each other.
    Migrate(serve::Database),
    /// Makes a register be as manifests say, and shows what changes.
    Apply(apply::Args),
    /// Asks a question: may this be done?
    Check(check::Args),
    /// Tells what a record lacks, and where it contradicts itself.
    Lint(report::LintArgs),
    /// Writes the record of processing activities (Art. 30(4)), or the register as manifests.
    Export(report::ExportArgs),
    /// Tells what was changed, when, by whom and why.
    History(history::HistoryArgs),
    /// Tells what differs in a register between two revisions.
    Diff(history::DiffArgs),
    /// Tells who one is to a server, and what one may do there.
    Whoami(access::WhoamiArgs),
    /// Draws a token for a caller, and prints its entry for the file of callers.
    Token(access::TokenArgs),
    /// Asks a server whether it serves.
    Healthcheck(healthcheck::Args),
    /// Finds the codes that records and questions are written in.
    Codes(codes::Args),
}

/// The arguments are wrong (EX_USAGE): clap's own 2 would be taken for "differs".
const USAGE: u8 = 64;

/// Runs the command line and answers the exit code.
pub fn run() -> ExitCode {
    let Args {
        log_format,
        log,
        command,
    } = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            // Printing help, or what is wrong with the arguments, can only fail where nobody listens.
            let _ = error.print();
            return if error.use_stderr() {
                ExitCode::from(USAGE)
            } else {
                ExitCode::SUCCESS
            };
        }
    };
    if let Err(message) = telemetry::init(log_format, &log) {
        eprintln!("ropa: {message}");
        return ExitCode::from(USAGE);
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("ropa: the runtime cannot start: {error}");
            return ExitCode::FAILURE;
        }
    };
    let result = runtime.block_on(async {
        match command {
            Command::Serve(args) => serve::serve(args).await,
            Command::Migrate(database) => serve::migrate(database).await,
            Command::Apply(args) => Box::pin(apply::apply(args)).await,
            Command::Check(args) => check::check(args).await,
            Command::Lint(args) => report::lint(args).await,
            Command::Export(args) => report::export(args).await,
            Command::History(args) => history::history(args).await,
            Command::Diff(args) => history::diff(args).await,
            Command::Whoami(args) => access::whoami(args).await,
            Command::Token(args) => access::token(&args),
            Command::Healthcheck(args) => healthcheck::healthcheck(args).await,
            Command::Codes(args) => Ok(codes::codes(&args)),
        }
    });
    // What still runs was given its time to end.
    runtime.shutdown_timeout(std::time::Duration::from_millis(200));
    result.unwrap_or_else(|message| {
        eprintln!("ropa: {message}");
        ExitCode::FAILURE
    })
}

/// The document of a register, merged from files and folders as `ropa apply` merges them.
pub fn manifest(paths: &[std::path::PathBuf]) -> Result<crate::pb::RegisterDocument, String> {
    manifests::read(paths).map(|manifest| manifest.document)
}
