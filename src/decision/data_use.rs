//! Conjunct 3: these data of this person may be used in this way, from this source, by whoever needs them
//! (Art. 5(1)(a), (c), (f)).

use super::{
    case::{Case, Combination},
    outcome::Outcome,
    scope::DataFit,
};
use crate::{
    domain::{
        activity::{DataUse, OperationUse},
        finding::{Finding, FindingCode},
        operation::Operation,
        question::Fact,
        retention::{EndAction, RetentionRule},
        statement::{List, PartyRef},
        term::Term,
    },
    law::sfb_114::{self, HealthSearch},
};

/// Everything about the data use but the ground.
pub fn data_use(case: &Case<'_>, asked: &Combination<'_>) -> Outcome {
    if asked.operation.is_duty() {
        return Outcome::default();
    }
    let data = asked
        .data
        .map(|data| category(case, asked, data))
        .unwrap_or_default();
    Outcome::all([subject(case, asked), data, operation(case, asked), access(case)])
}

/// SUBJECT_CATEGORY_* (Arts 5(1)(c), 30(1)(c)).
fn subject(case: &Case<'_>, asked: &Combination<'_>) -> Outcome {
    let subjects = case.own("subjects", &case.activity.subjects);
    let of_kind = |declares: bool| {
        let entries = subjects
            .entries
            .iter()
            .filter(move |entry| entry.stated.declares() == declares);
        entries.filter(move |entry| declares || entry.stated.denies())
    };
    let in_force: Vec<Term> = of_kind(true)
        .filter(|entry| entry.stated.effective.contains(case.day))
        .map(|entry| entry.subject.clone())
        .collect();
    let changes_on = of_kind(true)
        .filter_map(|entry| entry.stated.effective.next_change(case.day))
        .min();
    let denied = of_kind(false).any(|entry| {
        case.person
            .iter()
            .any(|role| case.record.subjects.overlaps(role, &entry.subject))
    });
    let outcome = if denied {
        Finding::new(FindingCode::SubjectCategoryAbsent)
            .asks("subjects")
            .into()
    } else if case.covers_person(&in_force) || kept_by_rule(case, asked) {
        Outcome::default()
    } else if case.covers_person(
        &of_kind(true)
            .map(|entry| entry.subject.clone())
            .collect::<Vec<_>>(),
    ) {
        Finding::new(FindingCode::SubjectCategoryNotValid)
            .asks("subjects")
            .into()
    } else {
        let codes = [
            FindingCode::SubjectCategoryNotRecorded,
            FindingCode::SubjectCategoryAbsent,
            FindingCode::SubjectCategoryNotDeclared,
        ];
        case.uncovered(List::Subjects, of_kind(true).next().is_none(), codes)
            .asks("subjects")
            .into()
    };
    outcome.until(changes_on)
}

/// DATA_CATEGORY_* (Arts 5(1)(c), 25(2)), and the source of what is collected.
fn category(case: &Case<'_>, asked: &Combination<'_>, data: &Term) -> Outcome {
    let uses = case.own("data_uses", &case.activity.data_uses);
    let terms = &case.record.data;
    let names = |data_use: &DataUse| data_use.data.iter().any(|declared| terms.covers(declared, data));
    let denied = uses.iter().find(|(_, data_use)| {
        data_use.stated.denies() && data_use.data.iter().any(|denied| terms.overlaps(denied, data))
    });
    if let Some((place, data_use)) = denied {
        let evidence = case.evidence(place, &data_use.stated.provenance);
        return Finding::new(FindingCode::DataCategoryAbsent)
            .evidence(evidence)
            .into();
    }
    let alternatives = uses
        .iter()
        .filter(|(_, data_use)| data_use.stated.declares() && names(data_use))
        .map(|(place, data_use)| one_use(case, asked, place, data_use));
    if let Some(best) = Outcome::best(alternatives)
        && (best.is_permitted() || !kept_by_rule(case, asked))
    {
        return best;
    }
    if kept_by_rule(case, asked) {
        return Outcome::default();
    }
    let narrower: Vec<String> = uses
        .entries
        .iter()
        .filter(|data_use| data_use.stated.declares())
        .flat_map(|data_use| &data_use.data)
        .filter(|declared| terms.is_within(declared, data) && *declared != data)
        .map(ToString::to_string)
        .collect();
    let detail = if narrower.is_empty() {
        String::new()
    } else {
        format!("declared is only {}", narrower.join(", "))
    };
    let is_empty = !uses.entries.iter().any(|data_use| data_use.stated.declares());
    let codes = [
        FindingCode::DataCategoryNotRecorded,
        FindingCode::DataCategoryAbsent,
        FindingCode::DataCategoryNotDeclared,
    ];
    case.uncovered(List::Data, is_empty, codes).detail(detail).into()
}

fn one_use(case: &Case<'_>, asked: &Combination<'_>, place: String, data_use: &DataUse) -> Outcome {
    let effective = data_use.stated.effective;
    let evidence = || case.evidence(place.clone(), &data_use.stated.provenance);
    let within_scope = case.counts(&data_use.purposes)
        && (data_use.subjects.is_empty() || case.covers_person(&data_use.subjects))
        && (data_use.operations.is_empty()
            || data_use
                .operations
                .iter()
                .any(|word| word.covers(asked.operation))
            || asked.operation.is_implied() && asked.operation != Operation::Collect);
    let mut outcome = Outcome::default();
    if !effective.contains(case.day) {
        outcome = outcome.with(Finding::new(FindingCode::DataCategoryNotValid).evidence(evidence()));
    }
    if !within_scope {
        outcome = outcome.with(Finding::new(FindingCode::DataCategoryScopeExceeded).evidence(evidence()));
    }
    let conditions = Outcome::all(data_use.conditions.iter().map(|id| case.condition(id)));
    let source = if asked.operation == Operation::Collect {
        source(case, data_use)
    } else {
        Outcome::default()
    };
    outcome
        .and(conditions)
        .and(source)
        .until(effective.next_change(case.day))
}

/// SOURCE_* (Arts 5(1)(a), 14(2)(f)): COLLECT from where the record says.
fn source(case: &Case<'_>, data_use: &DataUse) -> Outcome {
    let is_self = |source: &PartyRef| {
        matches!(source, PartyRef::Kind(code) if code.as_str() == "ropa:DataSubjectSelf")
            || matches!(source, PartyRef::Named(id) if case.record.recipients.get(id)
            .is_some_and(|party| party.kinds.iter().any(|kind| kind.as_str() == "ropa:DataSubjectSelf")))
    };
    let listed = &data_use.sources;
    let Some(asked) = &case.source else {
        // Unsaid: from the subject, where that is listed or nothing is.
        return if listed.is_empty() || listed.iter().any(is_self) {
            FindingCode::FromSubjectOnly.into()
        } else {
            Finding::new(FindingCode::SourceNotSaid).asks("source").into()
        };
    };
    let from_subject = asked.is("ropa:DataSubjectSelf");
    if listed.iter().any(|declared| asked.is_covered_by(declared)) || listed.is_empty() && from_subject {
        return if from_subject {
            Outcome::default()
        } else {
            FindingCode::NotifySubject14.into()
        };
    }
    let codes = [
        FindingCode::SourceNotRecorded,
        FindingCode::SourceAbsent,
        FindingCode::SourceNotDeclared,
    ];
    let finding = if data_use.sources_are_examples {
        Finding::new(FindingCode::SourceNotRecorded)
    } else {
        case.uncovered(List::Sources, listed.is_empty(), codes)
    };
    finding.asks("source").into()
}

/// OPERATION_* (Arts 5(1)(b), 4(4)): what is not implied has to be declared. Disclosures, transfers and automated
/// decisions are declared in lists of their own, which other conjuncts read.
fn operation(case: &Case<'_>, asked: &Combination<'_>) -> Outcome {
    let operation = asked.operation;
    let lists = case.operations();
    let matching = |denies: bool| {
        lists
            .iter()
            .flat_map(super::case::Listed::iter)
            .find(move |(_, entry)| {
                entry.operations.contains(&operation)
                    && case.counts(&entry.scope.purposes)
                    && if denies {
                        entry.stated.denies() && case.overlaps(&entry.scope, asked)
                    } else {
                        entry.stated.declares()
                            && case.data_fit(&entry.scope, asked) != DataFit::Missed
                            && case.scope_covers_rest(&entry.scope, asked)
                    }
            })
    };
    if let Some((place, entry)) = matching(true) {
        let evidence = case.evidence(place, &entry.stated.provenance);
        return Finding::new(FindingCode::OperationAbsent)
            .asks("operations")
            .evidence(evidence)
            .into();
    }
    let has_to_be_declared = match operation {
        Operation::Publish | Operation::Profile | Operation::Score => true,
        Operation::Archive => !retires_to_archive(case),
        Operation::SelectSearch => !asked.classes.is_ordinary(),
        Operation::Combine => !combines_declared(case, asked),
        _ => false,
    };
    let search = if operation == Operation::SelectSearch {
        search_limits(case, asked)
    } else {
        None
    };
    if !has_to_be_declared || matching(false).is_some() {
        return search.unwrap_or_default();
    }
    // A law that regulates the search stands in for its declaration.
    if let Some(search) = search {
        return search;
    }
    // A list of nothing but implied operations says nothing of those that have to be declared.
    let lists_any = |entry: &OperationUse| entry.operations.iter().any(|operation| !operation.is_implied());
    let is_empty = !case
        .activity
        .operations
        .iter()
        .any(|entry| entry.stated.declares() && lists_any(entry));
    let codes = [
        FindingCode::OperationNotRecorded,
        FindingCode::OperationAbsent,
        FindingCode::OperationNotDeclared,
    ];
    case.uncovered(List::Operations, is_empty, codes)
        .asks("operations")
        .into()
}

/// SE_114_12_SEARCH_BAN: selecting persons by sensitive data under the Swedish Social Insurance Code.
fn search_limits(case: &Case<'_>, asked: &Combination<'_>) -> Option<Outcome> {
    let controller = &case.record.register.controller;
    if !asked.classes.special || !sfb_114::applies(controller, case.day) {
        return None;
    }
    let health = Term::parse(crate::domain::vocabulary::Facet::Data, sfb_114::HEALTH).ok()?;
    let is_health = asked
        .data
        .is_some_and(|data| case.record.data.is_within(data, &health));
    let banned = || Outcome::from(FindingCode::Se11412SearchBan);
    let limit = if is_health {
        sfb_114::health_search(&case.purposes_meant())
    } else {
        HealthSearch::Forbidden
    };
    let outcome = match limit {
        HealthSearch::Permitted => Outcome::default(),
        HealthSearch::Forbidden => banned(),
        HealthSearch::IfItConcernsABenefit => match case.facts().condition(sfb_114::CONCERNS_BENEFIT.id) {
            Fact::No => banned(),
            _ => case.law_condition(sfb_114::CONCERNS_BENEFIT),
        },
    };
    Some(outcome.and(case.law(sfb_114::SEARCHES)))
}

/// Whether a rule of retention sends the data to an archive.
fn retires_to_archive(case: &Case<'_>) -> bool {
    case.retention()
        .entries
        .iter()
        .any(|rule| rule.end_action == EndAction::Archiving)
}

/// COMBINE within the activity's ordinary data is implied; with a source it does not declare it is not.
fn combines_declared(case: &Case<'_>, asked: &Combination<'_>) -> bool {
    let from_declared = |source: &super::case::Party| {
        source.is("ropa:OwnRecords")
            || case
                .activity
                .data_uses
                .iter()
                .filter(|data_use| data_use.stated.declares())
                .any(|data_use| {
                    data_use
                        .sources
                        .iter()
                        .any(|declared| source.is_covered_by(declared))
                })
    };
    asked.classes.is_ordinary() && case.source.as_ref().is_none_or(from_declared)
}

/// A rule of retention declares the data and persons it names for what is implied by keeping them; after the end of a
/// relation that includes the former member or customer.
fn kept_by_rule(case: &Case<'_>, asked: &Combination<'_>) -> bool {
    let of_activity: Vec<Term> = case
        .activity
        .subjects
        .iter()
        .filter(|entry| entry.stated.declares())
        .map(|entry| entry.subject.clone())
        .collect();
    let declared = |data: &Term| {
        let uses = case
            .activity
            .data_uses
            .iter()
            .filter(|data_use| data_use.stated.declares());
        uses.flat_map(|data_use| &data_use.data)
            .any(|declared| case.record.data.covers(declared, data))
    };
    let keeps = |rule: &RetentionRule| {
        // A rule that names no persons keeps the data of those that the activity names.
        let persons = if rule.scope.subjects.is_empty() {
            &of_activity
        } else {
            &rule.scope.subjects
        };
        let named = case.data_fit(&rule.scope, asked) == DataFit::Named;
        let of_current = !rule.scope.names_data() && asked.data.is_some_and(declared);
        case.counts(&rule.scope.purposes)
            && (named && !rule.scope.subjects.is_empty() && case.covers_person(persons)
                || (named || of_current) && covers_former(case, persons))
    };
    asked.operation.is_implied()
        && !matches!(asked.operation, Operation::Collect | Operation::Record)
        && case.retention().entries.iter().any(keeps)
}

fn covers_former(case: &Case<'_>, declared: &[Term]) -> bool {
    const FORMER: [(&str, &str); 3] = [
        ("ropa:FormerMember", "dpv:Member"),
        ("ropa:FormerCustomer", "dpv:Customer"),
        ("ropa:FormerEmployee", "dpv:Employee"),
    ];
    !case.person.iter().any(|role| case.record.subjects.is_exact(role))
        && FORMER.iter().any(|(former, current)| {
            case.person_is(former) && declared.iter().any(|category| category.is(current))
        })
}

/// ACCESS_NOT_NEED_TO_KNOW (Arts 5(1)(f), 29, 32(4)).
fn access(case: &Case<'_>) -> Outcome {
    let Some(access) = case.access() else {
        return Outcome::default();
    };
    let evidence = || {
        let place = format!("registers/{}#access", case.record.register.id);
        case.evidence(place, &access.provenance)
    };
    let log = Outcome::from(FindingCode::LogAccess);
    if !access.need_to_know {
        return if access.logged { log } else { Outcome::default() };
    }
    match case.facts().need_to_know {
        Fact::Yes if access.logged => log,
        Fact::Yes => Outcome::default(),
        Fact::No => Finding::new(FindingCode::AccessNotNeedToKnow)
            .asks("need_to_know")
            .evidence(evidence())
            .into(),
        Fact::Unknown => Finding::new(FindingCode::ConditionUnknown)
            .detail("the person who acts needs the data for the task")
            .asks("need_to_know")
            .evidence(evidence())
            .into(),
        Fact::Unsaid => log,
    }
}
