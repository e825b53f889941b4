//! The contract at the door: messages to domain types and back, errors to statuses, one handler file per service.

mod access;
mod administration;
mod answer;
mod call;
pub mod codec;
mod commit;
mod consistency;
pub mod context;
mod decision;
pub mod error;
mod history;
mod observed;
mod page;
mod question;
mod register;
mod report;
mod resource;

use tonic::service::Routes;

pub use administration::Administration;
pub use decision::Decisions;
pub use observed::names;

use crate::pb::{
    self, access_service_server::AccessServiceServer, decision_service_server::DecisionServiceServer,
    history_service_server::HistoryServiceServer, register_service_server::RegisterServiceServer,
    report_service_server::ReportServiceServer,
};

/// How large messages may be, in bytes.
#[derive(Clone, Debug)]
pub struct Sizes {
    /// A question.
    pub question: usize,
    /// Several questions.
    pub batch: usize,
    /// A register document.
    pub document: usize,
    /// An answer.
    pub answer: usize,
    /// A report.
    pub report: usize,
}

impl Default for Sizes {
    fn default() -> Self {
        Self {
            question: 16 * 1024,
            batch: 1024 * 1024,
            document: 4 * 1024 * 1024,
            answer: 8 * 1024 * 1024,
            report: 64 * 1024 * 1024,
        }
    }
}

/// Whether clients can ask for the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reflection {
    /// They can.
    On,
    /// They cannot.
    Off,
}

/// The services, with reflection of everything they and health have.
pub fn routes(
    decisions: Decisions,
    administration: Administration,
    sizes: &Sizes,
    reflection: Reflection,
) -> Result<Routes, tonic_reflection::server::Error> {
    let routes = Routes::default()
        .add_service(AccessServiceServer::new(access::Access).max_decoding_message_size(sizes.question))
        .add_service(
            DecisionServiceServer::new(decisions)
                .max_decoding_message_size(sizes.batch)
                .max_encoding_message_size(sizes.answer),
        )
        .add_service(
            RegisterServiceServer::new(administration.clone())
                .max_decoding_message_size(sizes.document)
                .max_encoding_message_size(sizes.answer),
        )
        .add_service(
            HistoryServiceServer::new(history::History::new(administration.clone()))
                .max_decoding_message_size(sizes.question)
                .max_encoding_message_size(sizes.report),
        )
        .add_service(
            ReportServiceServer::new(report::Reports::new(administration))
                .max_decoding_message_size(sizes.question)
                .max_encoding_message_size(sizes.report),
        );
    if reflection == Reflection::Off {
        return Ok(routes);
    }
    let describe = || {
        tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(pb::DESCRIPTORS)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
            // What errors carry, so that clients can show it.
            .register_encoded_file_descriptor_set(tonic_types::pb::FILE_DESCRIPTOR_SET)
    };
    Ok(routes
        .add_service(describe().build_v1()?)
        .add_service(describe().build_v1alpha()?))
}
