//! What Art. 30 asks for.

use super::{Lint, LintCode, of_activity};
use crate::{
    domain::{
        activity::DataUse,
        finding::Evidence,
        listed::Within,
        organisation::{Contact, Role},
        party::{ContractState, Processor, TransferTool},
        register::PublicRole,
        retention::RetentionRule,
        statement::{List, Scope},
        term::{FORMER, Term},
        vocabulary::Facet,
    },
    law::eea,
};

/// The controller and how to reach it (Art. 30(1)(a)), and its processors.
pub fn register(lint: &mut Lint<'_>) {
    let record = lint.record;
    let controller = &record.register.controller;
    if !controller.contacts.iter().any(|contact| record.reaches(contact)) {
        let code = LintCode::ControllerContactMissing;
        lint.at_register(code, "controller.contacts", &controller.provenance, "");
    }
    let has_to_have = controller.public_role == PublicRole::Authority;
    let officer = controller.data_protection_officer.as_ref();
    if officer.map_or(has_to_have, |officer| !record.reaches(officer)) {
        let code = LintCode::DpoContactMissing;
        lint.at_register(
            code,
            "controller.data_protection_officer",
            &controller.provenance,
            "",
        );
    }
    let is_outside = !eea::contains(controller.country, lint.today);
    if is_outside && controller.representative.is_none() {
        let code = LintCode::RepresentativeMissing;
        lint.at_register(code, "controller.representative", &controller.provenance, "");
    }
    default_retention(lint);
    for processor in record.processors.values() {
        contract(lint, processor);
    }
    for transfer in record.transfers.values() {
        let at = |field: &str| Evidence {
            place: format!(
                "registers/{}/transfers/{}#{field}",
                record.register.id, transfer.id
            ),
            document: record.document(&transfer.provenance).to_owned(),
            section: transfer.provenance.section.clone(),
        };
        if transfer.countries.is_empty() {
            lint.add(LintCode::TransferCountryMissing, at("countries"), "");
        }
        if transfer.tool == Some(TransferTool::CompellingInterests) && transfer.reference.is_empty() {
            lint.add(LintCode::SafeguardsMissing, at("reference"), "");
        }
    }
}

fn contract(lint: &mut Lint<'_>, processor: &Processor) {
    let record = lint.record;
    let code = match processor.contract.state {
        ContractState::NotStated | ContractState::Missing => LintCode::ProcessorContractNotRecorded,
        ContractState::Concluded if !processor.contract.effective.contains(lint.today) => {
            LintCode::ProcessorContractEnded
        }
        ContractState::Concluded => return,
    };
    let evidence = Evidence {
        place: format!(
            "registers/{}/processors/{}#contract",
            record.register.id, processor.id
        ),
        document: record.document(&processor.provenance).to_owned(),
        section: processor.provenance.section.clone(),
    };
    lint.add(code, evidence, processor.title.clone());
}

/// What an entry of the record has to say (Art. 30(1)(b)-(g); a processor's: Art. 30(2)).
pub fn activity(lint: &mut Lint<'_>, within: Within<'_>) {
    roles(lint, within);
    if within.activity.role != Role::Processor {
        contents(lint, within);
    }
    let says_none = |list| within.none(list).is_some();
    if within.activity.transfers.is_empty() && !says_none(List::Transfers) {
        lint.add(LintCode::TransfersNotStated, of_activity(within, "transfers"), "");
    }
    if within.measures().entries.is_empty() {
        lint.add(LintCode::MeasuresMissing, of_activity(within, "measures"), "");
    }
    let year = jiff::Span::new().years(1);
    let last_year = lint.today.checked_sub(year).unwrap_or(lint.today);
    if within.activity.reviewed_on.is_some_and(|day| day < last_year) {
        lint.add(LintCode::EntryNotReviewed, of_activity(within, "reviewed_on"), "");
    }
    if let Some(assessment) = &within.activity.impact_assessment
        && assessment.review_by.is_some_and(|day| day < lint.today)
    {
        let place = of_activity(within, "impact_assessment.review_by");
        lint.add(LintCode::ImpactAssessmentOverdue, place, "");
    }
}

fn roles(lint: &mut Lint<'_>, within: Within<'_>) {
    let record = within.record;
    let reaches = |contact: &Option<Contact>| contact.as_ref().is_some_and(|contact| record.reaches(contact));
    let joint = &within.activity.joint_controllers;
    if within.activity.role == Role::JointController && joint.is_empty() {
        let place = of_activity(within, "joint_controllers");
        lint.add(LintCode::JointControllerContactMissing, place, "");
    }
    for (index, joint) in within.activity.joint_controllers.iter().enumerate() {
        let place = of_activity(within, &format!("joint_controllers[{index}]"));
        if !reaches(&joint.contact) {
            let code = LintCode::JointControllerContactMissing;
            lint.add(code, place.clone(), joint.legal_name.clone());
        }
        if joint.arrangement.is_empty() {
            lint.add(
                LintCode::JointArrangementNotRecorded,
                place,
                joint.legal_name.clone(),
            );
        }
    }
    for (index, principal) in within.activity.controllers.iter().enumerate() {
        if !reaches(&principal.contact) {
            let place = of_activity(within, &format!("controllers[{index}]"));
            lint.add(
                LintCode::PrincipalContactMissing,
                place,
                principal.legal_name.clone(),
            );
        }
    }
}

fn contents(lint: &mut Lint<'_>, within: Within<'_>) {
    let activity = within.activity;
    if !activity.purposes.iter().any(|purpose| purpose.stated.declares()) {
        lint.add(LintCode::PurposeMissing, of_activity(within, "purposes"), "");
    }
    if !activity.subjects.iter().any(|subject| subject.stated.declares()) {
        lint.add(LintCode::SubjectsMissing, of_activity(within, "subjects"), "");
    }
    if declared(within).next().is_none() {
        lint.add(LintCode::DataMissing, of_activity(within, "data_uses"), "");
    }
    let discloses = activity.disclosures.iter().any(|entry| entry.stated.declares());
    let processors = within.processors();
    let has_processors = processors.entries.iter().any(|entry| entry.stated.declares());
    let says_something = |list| within.none(list).is_some();
    if !discloses && !has_processors && !says_something(List::Recipients) {
        lint.add(
            LintCode::RecipientsNotStated,
            of_activity(within, "disclosures"),
            "",
        );
    }
    retention(lint, within);
}

/// The data uses that declare something.
pub fn declared<'a>(within: Within<'a>) -> impl Iterator<Item = &'a DataUse> {
    let uses = within.activity.data_uses.iter();
    uses.filter(|data_use| data_use.stated.declares())
}

fn retention(lint: &mut Lint<'_>, within: Within<'_>) {
    let [own, default] = within.retention();
    // How long at most is what Art. 30(1)(f) asks for.
    let rules = own.entries.iter().chain(default.entries);
    let rules: Vec<&RetentionRule> = rules.filter(|rule| rule.limit.is_maximum()).collect();
    let subjects = within.activity.subjects.iter();
    let declared_subjects: Vec<&Term> = subjects
        .filter(|entry| entry.stated.declares())
        .map(|entry| &entry.subject)
        .collect();
    let mut missing = Vec::new();
    for data_use in declared(within) {
        let whose: Vec<&Term> = if data_use.subjects.is_empty() {
            declared_subjects.clone()
        } else {
            data_use.subjects.iter().collect()
        };
        let is_kept = |data: &Term, subject: Option<&Term>| {
            let keeps = |rule: &&RetentionRule| {
                covers_data(within, &rule.scope, data, data_use)
                    && subject.is_none_or(|subject| covers_subject(within, &rule.scope, subject))
            };
            rules.iter().any(keeps)
        };
        let unkept = data_use
            .data
            .iter()
            .filter(|data| !is_kept(data, None) || whose.iter().any(|subject| !is_kept(data, Some(subject))));
        missing.extend(unkept.map(ToString::to_string));
    }
    missing.sort();
    missing.dedup();
    if !missing.is_empty() {
        let place = of_activity(within, "retention");
        lint.add(LintCode::RetentionMissing, place, missing.join(", "));
    }
    for (place, rule) in own.iter().filter(|(_, rule)| rule.period.is_none()) {
        let evidence = within.evidence(place, &rule.provenance);
        lint.add(LintCode::RetentionUnresolved, evidence, rule.text.clone());
    }
}

/// What the register leaves open for all activities is told once, where it stands.
fn default_retention(lint: &mut Lint<'_>) {
    let defaults = &lint.record.register.defaults.retention;
    for (index, rule) in defaults.iter().enumerate() {
        if rule.period.is_none() {
            let key = rule
                .id
                .as_ref()
                .map_or_else(|| index.to_string(), ToString::to_string);
            let field = format!("defaults.retention[{key}]");
            let code = LintCode::RetentionUnresolved;
            lint.at_register(code, &field, &rule.provenance, rule.text.clone());
        }
    }
}

fn covers_data(within: Within<'_>, scope: &Scope, data: &Term, data_use: &DataUse) -> bool {
    let terms = &within.record.data;
    let classes = terms.classes(data).union(data_use.raised_to);
    !scope.names_data()
        || scope.data.iter().any(|kept| terms.is_within(data, kept))
        || scope.data_classes.iter().any(|class| classes.is(*class))
}

/// What is kept of a member is kept of the former member.
fn covers_subject(within: Within<'_>, scope: &Scope, subject: &Term) -> bool {
    let terms = &within.record.subjects;
    let was = FORMER.iter().find(|(former, _)| subject.is(former));
    let was = was.and_then(|(_, current)| Term::parse(Facet::Subject, current).ok());
    scope.subjects.is_empty()
        || scope.subjects.iter().any(|kept| {
            terms.is_within(subject, kept) || was.as_ref().is_some_and(|was| terms.is_within(was, kept))
        })
}
