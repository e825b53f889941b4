//! What the client commands share: the connection, and errors with everything that the server says.

use std::time::Duration;

use tonic::{Status, transport::Channel};
use tonic_types::StatusExt as _;

use crate::document::{Violation, Violations};

/// Where the service is.
#[derive(Debug, clap::Args)]
pub struct Server {
    /// Address of the service.
    #[arg(
        long,
        env = "ROPA_SERVER",
        default_value = "http://127.0.0.1:50051",
        value_name = "URL"
    )]
    server: String,
}

impl Server {
    /// Connects.
    pub async fn connect(&self) -> Result<Channel, String> {
        let endpoint =
            Channel::from_shared(self.server.clone()).map_err(|error| format!("{}: {error}", self.server))?;
        let endpoint = endpoint.connect_timeout(CONNECT).timeout(CALL);
        let channel = endpoint.connect().await;
        channel.map_err(|error| format!("{}: {}", self.server, crate::replica::chain(&error)))
    }
}

/// How long connecting may take.
const CONNECT: Duration = Duration::from_secs(5);
/// How long a call may take.
const CALL: Duration = Duration::from_secs(30);

/// Every violation that a status names.
pub fn violations(status: &Status) -> Violations {
    let details = status.get_error_details();
    let named = details
        .bad_request()
        .map(|bad| bad.field_violations.as_slice())
        .unwrap_or_default();
    named
        .iter()
        .map(|violation| Violation {
            path: violation.field.clone(),
            message: violation.description.clone(),
        })
        .collect()
}

/// A status for people, in one line.
pub fn headline(status: &Status) -> String {
    format!("{:?}: {}", status.code(), status.message())
}

/// A status for people.
pub fn explain(status: &Status) -> String {
    let mut text = headline(status);
    for violation in violations(status) {
        text.push_str(&format!("\n  {violation}"));
    }
    text
}
