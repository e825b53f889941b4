//! `ropa whoami` and `ropa token`: what one is to a server, and tokens for callers.

use std::{fs, io::Write as _, path::PathBuf, process::ExitCode};

use sha2::{Digest as _, Sha256};

use super::client::{self, Server};
use crate::{
    access::{Role, is_name},
    pb::{CallerRole, Credential, GetCallerRequest, access_service_client::AccessServiceClient},
};

#[derive(Debug, clap::Args)]
pub struct WhoamiArgs {
    #[command(flatten)]
    server: Server,
}

/// Tells what the caller is to the server.
pub async fn whoami(args: WhoamiArgs) -> Result<ExitCode, String> {
    let mut client = AccessServiceClient::new(args.server.connect().await?);
    let caller = client.get_caller(GetCallerRequest {}).await;
    let caller = caller.map_err(|status| client::explain(&status))?.into_inner();
    let role = match caller.role() {
        CallerRole::Checker => "checker",
        CallerRole::Reader => "reader",
        CallerRole::Editor => "editor",
        CallerRole::Admin => "admin",
        CallerRole::Unspecified => "of a role that this program does not know",
    };
    let told = match caller.credential() {
        Credential::BearerToken => "by its token",
        Credential::ClientCertificate => "by its certificate",
        Credential::NoCredential => "without a credential: the server asks nobody",
        Credential::Unspecified => "in a way that this program does not know",
    };
    say!("{}, {role}, told {told}", caller.name);
    for method in caller.methods {
        say!("  {method}");
    }
    Ok(ExitCode::SUCCESS)
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
The token is for the caller and stands nowhere else; the server's file of callers has its digest:

  echo \"callers:\" > callers.yaml
  ropa token crm --role checker --output crm.token >> callers.yaml")]
pub struct TokenArgs {
    /// What the audit log is to call the caller: a pseudonym, because the log cannot forget it.
    name: String,

    /// What it may do.
    #[arg(long, value_enum)]
    role: Role,

    /// The file that the token is written to, for its owner alone to read.
    #[arg(long, value_name = "FILE")]
    output: PathBuf,
}

/// Draws a token, writes it into a file and prints the caller's entry.
pub fn token(args: &TokenArgs) -> Result<ExitCode, String> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let TokenArgs { name, role, output } = args;
    if !is_name(name) {
        return Err(format!(
            "`{name}` is no name of a caller: 1 to 64 of the characters a-z A-Z 0-9 . _ : @ / -"
        ));
    }
    let mut random = [0; 32];
    getrandom::fill(&mut random).map_err(|error| format!("no token can be drawn: {error}"))?;
    let mut token = String::from("ropa_");
    for byte in random {
        token.push_str(&format!("{byte:02x}"));
    }
    let shown = |error: std::io::Error| format!("--output: {}: {error}", output.display());
    let file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(output);
    file.map_err(shown)?.write_all(token.as_bytes()).map_err(shown)?;
    let digest: String = Sha256::digest(&token)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    say!("  - {{name: \"{name}\", role: {role}, token_sha256: {digest}}}");
    Ok(ExitCode::SUCCESS)
}
