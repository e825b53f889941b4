//! What Arts 13 and 14 add to what a record says.

use super::{Lint, LintCode, completeness::declared, of_activity};
use crate::domain::{
    activity::{Article6, LegalBasis},
    listed::Within,
    organisation::{AssessmentState, Profile, RightKind},
    statement::{List, StatementKind},
};

/// Every right that applies is stated (Arts 13(2)(b)-(d), 14(2)(c)-(e)).
pub fn register(lint: &mut Lint<'_>) {
    let record = lint.record;
    // A record of Art. 30 need not state rights.
    if !lint.claims(Profile::Notice13) && !lint.claims(Profile::Notice14) {
        return;
    }
    let rests_on = |points: &[Article6]| {
        let rests = |basis: &LegalBasis| {
            basis.stated.declares() && basis.article_6.is_some_and(|point| points.contains(&point))
        };
        let within = record
            .activities
            .values()
            .map(|activity| Within { record, activity });
        within
            .into_iter()
            .any(|within| within.legal_bases().entries.iter().any(rests))
    };
    let rights = [
        (RightKind::Access, true),
        (RightKind::Rectification, true),
        (RightKind::Erasure, true),
        (RightKind::Restriction, true),
        (RightKind::Objection, true),
        (
            RightKind::Portability,
            rests_on(&[Article6::Consent, Article6::Contract]),
        ),
        (RightKind::Withdrawal, rests_on(&[Article6::Consent])),
        (RightKind::Complaint, true),
    ];
    for (kind, applies) in rights {
        let is_stated = record
            .register
            .rights
            .iter()
            .any(|right| right.kind == kind && right.stated != StatementKind::Illustrates);
        if applies && !is_stated {
            let provenance = record.register.controller.provenance.clone();
            lint.at_register(
                LintCode::RightNotStated,
                "rights",
                &provenance,
                format!("{kind:?}"),
            );
        }
    }
}

/// Sources, and what is said of automated decisions.
pub fn activity(lint: &mut Lint<'_>, within: Within<'_>) {
    let mut uses = declared(within).peekable();
    // Only who got data from elsewhere has to say from where.
    let asks = lint.claims(Profile::Notice14) && uses.peek().is_some();
    if asks && uses.all(|data_use| data_use.sources.is_empty()) && within.none(List::Sources).is_none() {
        lint.add(LintCode::SourcesNotStated, of_activity(within, "data_uses"), "");
    }
    let list = within.own("automated_decisions", &within.activity.automated_decisions);
    for (place, decision) in list.iter().filter(|(_, decision)| decision.stated.declares()) {
        let evidence = within.evidence(place, &decision.stated.provenance);
        if decision.text.is_empty() {
            lint.add(LintCode::AutomatedLogicNotStated, evidence.clone(), "");
        }
        let assessed = within
            .activity
            .impact_assessment
            .as_ref()
            .is_some_and(|assessment| {
                matches!(
                    assessment.state,
                    AssessmentState::Made | AssessmentState::NotRequired
                )
            });
        if !assessed {
            lint.add(LintCode::ImpactAssessmentNotRecorded, evidence, "");
        }
    }
}
