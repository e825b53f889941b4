//! `ropa lint` and `ropa export`.

use std::{io::Write as _, path::PathBuf, process::ExitCode};

use clap::ValueEnum;

use super::{
    client::{self, Server},
    registers::{self, Existing},
};
use crate::pb::{
    ExportRequest, LintFinding, LintRequest, export_request, lint_finding::Level,
    report_service_client::ReportServiceClient,
};

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Exit codes: 0 nothing as bad as --fail-on, 1 refused, 3 something is, 64 wrong arguments.

Example:
  ropa lint koko --fail-on error")]
pub struct LintArgs {
    #[command(flatten)]
    server: Server,

    /// The register.
    register: String,

    /// As of this revision; left out, the current one.
    #[arg(long, default_value_t = 0, hide_default_value = true)]
    at_revision: i64,

    /// From which level on the exit code tells.
    #[arg(long, value_enum, default_value_t = FailOn::Error)]
    fail_on: FailOn,
}

/// From which level on `ropa lint` fails.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum FailOn {
    Error,
    Warning,
    Note,
    Never,
}

pub async fn lint(args: LintArgs) -> Result<ExitCode, String> {
    let LintArgs {
        server,
        register,
        at_revision,
        fail_on,
    } = args;
    let mut client = ReportServiceClient::new(server.connect().await?);
    let request = LintRequest {
        register,
        at_revision,
    };
    let answer = client.lint(request).await;
    let answer = answer.map_err(|status| client::explain(&status))?.into_inner();
    for finding in &answer.findings {
        print(finding);
    }
    let count = |level: Level| {
        answer
            .findings
            .iter()
            .filter(|finding| finding.level() == level)
            .count()
    };
    let (errors, warnings, notes) = (count(Level::Error), count(Level::Warning), count(Level::Note));
    say!(
        "{} at revision {}: {errors} errors, {warnings} warnings, {notes} notes",
        answer.register,
        answer.revision
    );
    let fails = match fail_on {
        FailOn::Error => errors,
        FailOn::Warning => errors + warnings,
        FailOn::Note => errors + warnings + notes,
        FailOn::Never => 0,
    };
    Ok(if fails > 0 {
        ExitCode::from(3)
    } else {
        ExitCode::SUCCESS
    })
}

fn print(finding: &LintFinding) {
    let (code, level) = (finding.code().as_str_name(), finding.level().as_str_name());
    say!("{level:<7} {code} ({})", finding.article);
    say!("        in {}", finding.place);
    if finding.detail.is_empty() {
        say!("        {}", finding.message);
    } else {
        say!("        {}: {}", finding.message, finding.detail);
    }
    say!("        > {}", finding.remedy);
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  ropa export koko --format html --language sv --output record.html
  ropa export koko --format yaml --output registers/koko")]
pub struct ExportArgs {
    #[command(flatten)]
    server: Server,

    /// The register.
    register: String,

    /// In which form.
    #[arg(long, value_enum, default_value_t = Format::Html)]
    format: Format,

    /// The processor's record (Art. 30(2)) instead of the controller's (Art. 30(1)).
    #[arg(long)]
    processor: bool,

    /// Language of the headings: da, en, fi or sv; left out, that of the document or country of the record.
    #[arg(long, default_value = "")]
    language: String,

    /// As of this revision; left out, the current one.
    #[arg(long, default_value_t = 0, hide_default_value = true)]
    at_revision: i64,

    /// Where to write it: a file, of manifests a folder; left out, standard output.
    #[arg(short, long, value_name = "PATH")]
    output: Option<PathBuf>,

    /// Take the place of the manifests in the folder.
    #[arg(long, requires = "output")]
    overwrite: bool,
}

/// The form of an export.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    Html,
    Csv,
    Json,
    /// The register itself, as `ropa apply` takes it: one file, or a folder with --output.
    Yaml,
}

pub async fn export(args: ExportArgs) -> Result<ExitCode, String> {
    let ExportArgs {
        server,
        register,
        format,
        processor,
        language,
        at_revision,
        output,
        overwrite,
    } = args;
    let existing = if overwrite {
        Existing::Replace
    } else {
        Existing::Refuse
    };
    let format = match format {
        Format::Html => export_request::Format::Html,
        Format::Csv => export_request::Format::Csv,
        Format::Json => export_request::Format::Json,
        Format::Yaml => return manifests(server, &register, at_revision, output, existing).await,
    };
    let record = if processor {
        export_request::Record::ProcessorRecord
    } else {
        export_request::Record::ControllerRecord
    };
    let request = ExportRequest {
        register,
        record: record.into(),
        format: format.into(),
        language,
        at_revision,
    };
    let mut client = ReportServiceClient::new(server.connect().await?).max_decoding_message_size(MOST_BYTES);
    let answer = client.export(request).await;
    let answer = answer.map_err(|status| client::explain(&status))?.into_inner();
    match output {
        Some(file) => {
            std::fs::write(&file, &answer.content).map_err(|error| format!("{}: {error}", file.display()))?;
        }
        None => {
            let written = std::io::stdout().write_all(&answer.content);
            written.map_err(|error| format!("standard output: {error}"))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Writes the register as manifests.
async fn manifests(
    server: Server,
    register: &str,
    at_revision: i64,
    output: Option<PathBuf>,
    existing: Existing,
) -> Result<ExitCode, String> {
    let (document, revision) = registers::read(server.connect().await?, register, at_revision).await?;
    match output {
        Some(folder) => {
            let written = registers::folder(document, &folder, existing)?;
            say!("{}: {written} files, as of revision {revision}", folder.display());
        }
        None => {
            let text = registers::manifest(&document)?;
            let written = std::io::stdout().write_all(text.as_bytes());
            written.map_err(|error| format!("standard output: {error}"))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// No export is larger.
const MOST_BYTES: usize = 64 * 1024 * 1024;
