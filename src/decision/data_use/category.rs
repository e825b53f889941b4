//! Which data (Arts 5(1)(c), 25(2)).

use super::{
    super::{
        case::{Case, Combination},
        outcome::Outcome,
    },
    kept, source,
};
use crate::domain::{
    activity::DataUse,
    finding::{Finding, FindingCode},
    operation::Operation,
    statement::List,
    term::Term,
};

/// DATA_CATEGORY_*, and the source of what is collected. What a rule of retention keeps needs no other use.
pub fn category(case: &Case<'_>, asked: &Combination<'_>, data: &Term) -> Outcome {
    let uses = case.lists().own("data_uses", &case.activity.data_uses);
    let matches = |data_use: &DataUse| {
        let terms = &case.record.data;
        let (words, sources) = (&data_use.operations, &data_use.sources);
        // One that names sources says where the data is not taken from.
        let source = || {
            let asked = case.source.as_ref();
            asked.is_some_and(|asked| sources.iter().any(|source| case.overlaps_party(asked, source)))
        };
        (sources.is_empty() || source())
            && data_use.data.iter().any(|denied| terms.shares(denied, data))
            && case.names_purpose(&data_use.purposes)
            && case.overlaps_person(&data_use.subjects)
            && (words.is_empty() || case.forbids(words, asked))
    };
    let denial = case.denial(
        &uses,
        FindingCode::DataCategoryAbsent,
        |data_use| &data_use.stated,
        matches,
    );
    denial.or_else(|| {
        let by_use = by_use(case, asked, data);
        let ended = |finding: &Finding| finding.code == FindingCode::DataCategoryNotValid;
        // What a use is limited to no rule of retention widens; one that has only ended no longer limits.
        let limits = !by_use.findings.iter().all(ended)
            && case.activity.data_uses.iter().any(|data_use| {
                let subjects = &data_use.subjects;
                lists(case, asked, data_use) && (subjects.is_empty() || case.covers_person(subjects))
            });
        let kept = kept::of_former(case, asked)
            || kept::for_purpose(case, asked)
            || !limits && kept::by_rule(case, asked);
        if by_use.is_permitted() || !kept {
            by_use
        } else {
            Outcome::default().until(by_use.changes_on)
        }
    })
}

/// The best of the uses that cover the data.
pub fn by_use(case: &Case<'_>, asked: &Combination<'_>, data: &Term) -> Outcome {
    let uses = case.lists().own("data_uses", &case.activity.data_uses);
    let alternatives = uses
        .iter()
        .filter(|(_, data_use)| lists(case, asked, data_use))
        .map(|(place, data_use)| one(case, asked, place, data_use));
    case.best(alternatives).unwrap_or_else(|| not_covered(case, data))
}

/// Whether a use declares the data.
fn lists(case: &Case<'_>, asked: &Combination<'_>, data_use: &DataUse) -> bool {
    let covers = |declared: &Term| case.covers_data(declared, asked);
    data_use.stated.declares() && data_use.data.iter().any(covers)
}

fn not_covered(case: &Case<'_>, data: &Term) -> Outcome {
    let declared = || {
        let uses = case
            .activity
            .data_uses
            .iter()
            .filter(|data_use| data_use.stated.declares());
        uses.flat_map(|data_use| &data_use.data)
    };
    let narrower: Vec<String> = declared()
        .filter(|declared| case.record.data.is_within(declared, data) && *declared != data)
        .map(ToString::to_string)
        .collect();
    let detail = if narrower.is_empty() {
        String::new()
    } else {
        format!("declared is only {}", narrower.join(", "))
    };
    let codes = [
        FindingCode::DataCategoryNotRecorded,
        FindingCode::DataCategoryAbsent,
        FindingCode::DataCategoryNotDeclared,
    ];
    case.uncovered(List::Data, declared().next().is_none(), codes)
        .detail(detail)
        .into()
}

fn one(case: &Case<'_>, asked: &Combination<'_>, place: String, data_use: &DataUse) -> Outcome {
    let effective = data_use.stated.effective;
    let evidence = || case.evidence(place.clone(), &data_use.stated.provenance);
    // What is implied holds wherever the use does, also where a text lists operations; collecting, where it lists
    // sources. To the person goes what is the person's (Art. 15).
    let implied = case.is_implied(asked)
        && (asked.operation != Operation::Collect || !data_use.sources.is_empty())
        || asked.operation == Operation::Disclose && case.counterparty.is_subject();
    let words = &data_use.operations;
    let operation = implied || words.is_empty() || words.iter().any(|word| word.covers(asked.operation));
    let within_scope = operation
        && case.counts(&data_use.purposes)
        && case.form_is_covered(asked, data_use.form)
        && (data_use.subjects.is_empty() || case.covers_person(&data_use.subjects));
    let mut outcome = Outcome::default().until(effective.next_change(case.day));
    if !effective.contains(case.day) {
        outcome = outcome.with(Finding::new(FindingCode::DataCategoryNotValid).evidence(evidence()));
    }
    if !within_scope {
        outcome = outcome.with(Finding::new(FindingCode::DataCategoryScopeExceeded).evidence(evidence()));
    }
    let conditions = case.conditions(asked, &data_use.conditions);
    let source = if asked.operation == Operation::Collect {
        source::source(case, data_use)
    } else {
        Outcome::default()
    };
    outcome.and(conditions).and(source)
}
