//! `ropa healthcheck`: asks a server whether it serves, for those who watch over it without a gRPC client.

use std::process::ExitCode;

use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};

use super::client::{self, Server};

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Exit codes: 0 serving, 3 not serving, 1 no answer, 64 wrong arguments.")]
pub struct Args {
    #[command(flatten)]
    server: Server,

    /// What is asked about: `readiness`, `liveness`, or a service such as `ropa.v1.DecisionService`.
    #[arg(long, default_value = "readiness")]
    service: String,
}

/// Asks, and tells by the exit code.
pub async fn healthcheck(args: Args) -> Result<ExitCode, String> {
    let mut client = HealthClient::new(args.server.connect().await?);
    let request = HealthCheckRequest {
        service: args.service,
    };
    let answer = client.check(request).await;
    let status = answer
        .map_err(|status| client::explain(&status))?
        .into_inner()
        .status();
    say!("{}", status.as_str_name());
    Ok(match status {
        ServingStatus::Serving => ExitCode::SUCCESS,
        _ => ExitCode::from(3),
    })
}
