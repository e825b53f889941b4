//! Statements of one record that cannot both be so, and statements about what is not there.

use super::{Lint, LintCode, completeness::declared};
use crate::{
    domain::{
        activity::{DataUse, LegalBasis, Place},
        finding::Evidence,
        listed::Within,
        party::Country,
        retention::RetentionRule,
        statement::{List, Provenance, Scope},
        term::Term,
    },
    law::eea,
};

/// What an activity says against itself.
pub fn activity(lint: &mut Lint<'_>, within: Within<'_>) {
    none_beside_list(lint, within);
    denied_and_declared(lint, within);
    periods(lint, within);
    undeclared(lint, within);
}

/// NONE_BESIDE_LIST: "none" is said of a list that has entries.
fn none_beside_list(lint: &mut Lint<'_>, within: Within<'_>) {
    let activity = within.activity;
    let bases = within.legal_bases();
    let processors = within.processors();
    let basis = |states: fn(&LegalBasis) -> bool| {
        let mut entries = bases.entries.iter();
        entries.any(|basis| basis.stated.declares() && states(basis))
    };
    let declared = [
        (
            List::Purposes,
            activity.purposes.iter().any(|entry| entry.stated.declares()),
        ),
        (
            List::Subjects,
            activity.subjects.iter().any(|entry| entry.stated.declares()),
        ),
        (
            List::Data,
            activity.data_uses.iter().any(|entry| entry.stated.declares()),
        ),
        (
            List::Operations,
            activity.operations.iter().any(|entry| entry.stated.declares()),
        ),
        (List::LegalBases, basis(|basis| basis.article_6.is_some())),
        (List::Article9, basis(|basis| basis.article_9.is_some())),
        (List::Article10, basis(|basis| basis.article_10.is_some())),
        (List::Article87, basis(|basis| basis.article_87.is_some())),
        (
            List::Recipients,
            activity.disclosures.iter().any(|entry| entry.stated.declares()),
        ),
        (
            List::Processors,
            processors.entries.iter().any(|entry| entry.stated.declares()),
        ),
        (
            List::Sources,
            declared(within).any(|entry| !entry.sources.is_empty()),
        ),
        (
            List::Transfers,
            !activity.transfers.is_empty() || leaves_the_eea(lint, within),
        ),
        (
            List::AutomatedDecisions,
            activity
                .automated_decisions
                .iter()
                .any(|entry| entry.stated.declares()),
        ),
    ];
    for (list, has_entries) in declared {
        if let Some(said) = within.none(list).filter(|_| has_entries) {
            let detail = format!("{list:?}, said in {}", said.place);
            let evidence = Evidence {
                place: within.activity.name.to_string(),
                ..said
            };
            lint.add(LintCode::NoneBesideList, evidence, detail);
        }
    }
}

/// Whether a disclosure or processor of the activity is in a third country.
fn leaves_the_eea(lint: &Lint<'_>, within: Within<'_>) -> bool {
    let is_third = |country: &Country| !eea::contains(*country, lint.today);
    let disclosures = within.activity.disclosures.iter();
    let mut places = disclosures
        .filter(|entry| entry.stated.declares())
        .flat_map(|entry| &entry.places);
    let discloses = places.any(|place| matches!(place, Place::Country(country) if is_third(country)));
    let processors = within.processors();
    let processors = processors.entries.iter();
    let mut processors = processors
        .filter(|entry| entry.stated.declares())
        .filter_map(|entry| within.record.processors.get(&entry.processor));
    discloses || processors.any(|processor| processor.countries.iter().any(is_third))
}

/// DENIED_AND_DECLARED: the very term is used and said not to be used, and nothing tells the two apart.
fn denied_and_declared(lint: &mut Lint<'_>, within: Within<'_>) {
    let uses = within.own("data_uses", &within.activity.data_uses);
    let is_unlimited = |denied: &DataUse| {
        denied.stated.denies()
            && denied.subjects.is_empty()
            && denied.sources.is_empty()
            && denied.purposes.is_empty()
            && denied.operations.is_empty()
    };
    for (place, denied) in uses.iter().filter(|(_, data_use)| is_unlimited(data_use)) {
        let both: Vec<String> = declared(within)
            .flat_map(|data_use| &data_use.data)
            .filter(|data| denied.data.contains(data))
            .map(ToString::to_string)
            .collect();
        if !both.is_empty() {
            let evidence = within.evidence(place, &denied.stated.provenance);
            lint.add(LintCode::DeniedAndDeclared, evidence, both.join(", "));
        }
    }
}

/// RETENTION_CONFLICT: two longest periods from the same event for the same scope, and neither takes the other's place.
fn periods(lint: &mut Lint<'_>, within: Within<'_>) {
    let rules = within.own("retention", &within.activity.retention);
    let all: Vec<(String, &RetentionRule)> = rules
        .iter()
        .filter(|(_, rule)| rule.limit.is_maximum() && rule.period.is_some() && rule.conditions.is_empty())
        .collect();
    for (index, (place, rule)) in all.iter().enumerate() {
        let overrides = |one: &RetentionRule, other: &RetentionRule| {
            other.id.as_ref().is_some_and(|id| one.overrides.contains(id))
        };
        let conflict = all.iter().take(index).find(|(_, earlier)| {
            earlier.scope == rule.scope
                && earlier.event == rule.event
                && earlier.period != rule.period
                && !overrides(earlier, rule)
                && !overrides(rule, earlier)
        });
        if let Some((other, _)) = conflict {
            let evidence = within.evidence(place.clone(), &rule.provenance);
            lint.add(LintCode::RetentionConflict, evidence, format!("beside {other}"));
        }
    }
}

/// SCOPE_NAMES_UNDECLARED: a ground, disclosure or processor for data that no use declares.
fn undeclared(lint: &mut Lint<'_>, within: Within<'_>) {
    let activity = within.activity;
    let terms = &within.record.data;
    let is_declared = |data: &Term| {
        let mut uses = declared(within).flat_map(|data_use| &data_use.data);
        uses.any(|used| terms.overlaps(used, data))
    };
    let mut scopes: Vec<(String, &Scope, &Provenance)> = Vec::new();
    let bases = within.own("legal_bases", &activity.legal_bases);
    scopes.extend(
        bases
            .iter()
            .map(|(place, entry)| (place, &entry.scope, &entry.stated.provenance)),
    );
    let disclosures = within.own("disclosures", &activity.disclosures);
    scopes.extend(
        disclosures
            .iter()
            .map(|(place, entry)| (place, &entry.scope, &entry.stated.provenance)),
    );
    let processors = within.own("processors", &activity.processors);
    scopes.extend(
        processors
            .iter()
            .map(|(place, entry)| (place, &entry.scope, &entry.stated.provenance)),
    );
    for (place, scope, provenance) in scopes {
        let missing: Vec<String> = scope
            .data
            .iter()
            .filter(|data| !is_declared(data))
            .map(ToString::to_string)
            .collect();
        if !missing.is_empty() {
            let evidence = within.evidence(place, provenance);
            lint.add(LintCode::ScopeNamesUndeclared, evidence, missing.join(", "));
        }
    }
}
