//! The handlers of `ReportService`.

use tonic::{Request, Response, Status};

use super::{
    administration::Administration,
    answer::reference,
    error, observed,
    resource::{number, timestamp},
};
use crate::{
    clock,
    document::Violations,
    domain::name::{RegisterId, Revision},
    pb::{self, report_service_server::ReportService},
    register::{AsOf, Registers},
    report::{
        export::{self, Format, Language, Of},
        lint::{self, LintFinding, Severity},
    },
};

/// `ReportService`, on the control runtime like all of administration.
#[derive(Clone, Debug)]
pub struct Reports(Administration);

impl Reports {
    /// The service over what administration works on.
    pub const fn new(administration: Administration) -> Self {
        Self(administration)
    }
}

#[tonic::async_trait]
impl ReportService for Reports {
    async fn lint(&self, request: Request<pb::LintRequest>) -> Result<Response<pb::LintResponse>, Status> {
        let pb::LintRequest {
            register,
            at_revision,
        } = request.into_inner();
        let mut violations = Violations::new();
        let of = subject(&register, at_revision, &mut violations);
        let (id, at) = of.ok_or_else(|| error::invalid(violations))?;
        let work = move |registers: Registers| async move {
            let recorded = registers.record(id, at).await.map_err(error::from_register)?;
            let zone = recorded.record.register.controller.time_zone.clone();
            let today = clock::now().to_zoned_datetime(zone).date();
            let findings = lint::lint(&recorded.record, today);
            Ok(pb::LintResponse {
                register: format!("registers/{}", recorded.record.register.id),
                revision: number(recorded.revision),
                findings: findings.into_iter().map(to_finding).collect(),
            })
        };
        self.0.run(work).await.map(Response::new)
    }

    async fn list_observed_processing(
        &self,
        request: Request<pb::ListObservedProcessingRequest>,
    ) -> Result<Response<pb::ListObservedProcessingResponse>, Status> {
        observed::list(&self.0, request.into_inner()).await
    }

    async fn export(
        &self,
        request: Request<pb::ExportRequest>,
    ) -> Result<Response<pb::ExportResponse>, Status> {
        let pb::ExportRequest {
            register,
            record: which,
            format,
            language,
            at_revision,
        } = request.into_inner();
        let mut violations = Violations::new();
        let of = subject(&register, at_revision, &mut violations);
        let which = match pb::export_request::Record::try_from(which) {
            Ok(pb::export_request::Record::ProcessorRecord) => Some(Of::Processor),
            Ok(_) => Some(Of::Controller),
            Err(_) => unknown("record", &mut violations),
        };
        let format = match pb::export_request::Format::try_from(format) {
            Ok(pb::export_request::Format::Unspecified | pb::export_request::Format::Html) => {
                Some(Format::Html)
            }
            Ok(pb::export_request::Format::Csv) => Some(Format::Csv),
            Ok(pb::export_request::Format::Json) => Some(Format::Json),
            Err(_) => unknown("format", &mut violations),
        };
        let spoken = Language::parse(&language);
        if !language.is_empty() && spoken.is_none() {
            violations.push(error::wrong("language", "is not one of `da`, `en`, `fi`, `sv`"));
        }
        let (Some((id, at)), Some(which), Some(format), true) = (of, which, format, violations.is_empty())
        else {
            return Err(error::invalid(violations));
        };
        let work = move |registers: Registers| async move {
            let recorded = registers.record(id, at).await.map_err(error::from_register)?;
            let made = export::Made {
                revision: recorded.revision,
                time: recorded.time,
            };
            let language = spoken.unwrap_or_else(|| Language::of(&recorded.record));
            let exported = export::export(&recorded.record, made, which, format, language);
            Ok(pb::ExportResponse {
                content: exported.content.into_bytes(),
                media_type: exported.media_type.to_owned(),
                file_name: exported.file_name,
                revision: number(recorded.revision),
                revision_time: Some(timestamp(recorded.time)),
            })
        };
        self.0.run(work).await.map(Response::new)
    }
}

/// The register that is meant, and as of when.
fn subject(register: &str, at_revision: i64, violations: &mut Violations) -> Option<(RegisterId, AsOf)> {
    let id = register.strip_prefix("registers/").unwrap_or(register).parse();
    if let Err(invalid) = &id {
        violations.push(error::wrong(
            "register",
            format!("is not the name of a register: {invalid}"),
        ));
    }
    let at = match u64::try_from(at_revision) {
        Ok(0) => Some(AsOf::Now),
        Ok(number) => Some(AsOf::Revision(Revision::new(number))),
        Err(_) => {
            violations.push(error::wrong("at_revision", "is negative"));
            None
        }
    };
    Some((id.ok()?, at?))
}

fn unknown<T>(field: &str, violations: &mut Violations) -> Option<T> {
    violations.push(error::wrong(field, "has a value that this server does not know"));
    None
}

fn to_finding(finding: LintFinding) -> pb::LintFinding {
    let rule = finding.code.rule();
    let level = match finding.severity {
        Severity::Error => pb::lint_finding::Level::Error,
        Severity::Warning => pb::lint_finding::Level::Warning,
        Severity::Note => pb::lint_finding::Level::Note,
    };
    pb::LintFinding {
        code: finding.code.number(),
        level: level.into(),
        article: rule.article.to_owned(),
        place: reference(finding.evidence),
        message: rule.message.to_owned(),
        detail: finding.detail,
        remedy: rule.remedy.to_owned(),
    }
}
