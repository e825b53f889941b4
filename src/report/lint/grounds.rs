//! Grounds: stated, with the laws they need, and for every class of data that is used (Arts 6, 9, 10, 87).

use super::{Lint, LintCode, completeness::declared, of_activity};
use crate::{
    domain::{
        activity::{Article6, LegalBasis, Purpose},
        listed::Within,
        organisation::Role,
        register::PublicRole,
        statement::{List, PurposeRef},
        term::DataClass,
    },
    law::{dk, grounds},
};

/// What is wrong with the grounds of an activity.
pub fn activity(lint: &mut Lint<'_>, within: Within<'_>) {
    // The grounds of what a processor does are its controllers'.
    if within.activity.role == Role::Processor {
        return;
    }
    let bases = within.legal_bases();
    let declares = |basis: &LegalBasis| basis.stated.declares() && basis.article_6.is_some();
    if !bases.entries.iter().any(declares) && within.none(List::LegalBases).is_none() {
        lint.add(
            LintCode::LegalBasisNotRecorded,
            of_activity(within, "legal_bases"),
            "",
        );
    }
    if bases.entries.iter().any(declares) {
        purposes(lint, within);
    }
    for (place, basis) in bases.iter().filter(|(_, basis)| basis.stated.declares()) {
        let evidence = within.evidence(place, &basis.stated.provenance);
        for (code, detail) in wrong(lint, basis) {
            lint.add(code, evidence.clone(), detail);
        }
    }
    for class in [DataClass::Special, DataClass::Criminal, DataClass::NationalNumber] {
        of_class(lint, within, class);
    }
}

/// Purposes that no ground is for, although others have one.
fn purposes(lint: &mut Lint<'_>, within: Within<'_>) {
    let bases = within.legal_bases();
    let is_grounded = |purpose: &Purpose| {
        let serves = |meant: &PurposeRef| match meant {
            PurposeRef::Id(id) => *id == purpose.id,
            PurposeRef::Code(code) => purpose.codes.contains(code),
        };
        bases.entries.iter().any(|basis| {
            let purposes = &basis.scope.purposes;
            basis.stated.declares()
                && basis.article_6.is_some()
                && (purposes.is_empty() || purposes.iter().any(serves))
        })
    };
    let declared = within
        .activity
        .purposes
        .iter()
        .filter(|purpose| purpose.stated.declares());
    let without = declared.filter(|purpose| !is_grounded(purpose));
    let without: Vec<String> = without.map(|purpose| purpose.id.to_string()).collect();
    if !without.is_empty() {
        let place = of_activity(within, "legal_bases");
        lint.add(LintCode::LegalBasisNotRecorded, place, without.join(", "));
    }
}

fn wrong(lint: &Lint<'_>, basis: &LegalBasis) -> Vec<(LintCode, String)> {
    let controller = &lint.record.register.controller;
    let mut found = Vec::new();
    let by_law = matches!(
        basis.article_6,
        Some(Article6::LegalObligation | Article6::PublicTask)
    );
    let excepted_by_law = basis.article_9.is_some_and(|exception| exception.needs_law());
    if (by_law || excepted_by_law) && basis.laws.is_empty() {
        found.push((LintCode::LawRefMissing, String::new()));
    }
    if basis.article_6 == Some(Article6::LegitimateInterests) {
        if controller.public_role == PublicRole::Authority {
            found.push((LintCode::LegitimateInterestOfAuthority, String::new()));
        }
        if basis.legitimate_interest.is_empty() {
            found.push((LintCode::LegitimateInterestNotStated, String::new()));
        }
    }
    // Section 11(1) is for public authorities, 11(2) for everybody else.
    let miscited = basis.laws.iter().find(|law| {
        let is_act = dk::is_data_protection_act(&law.act) && controller.country.as_str() == "DK";
        let provision = law.provision.replace(' ', "");
        let is = |one: &str, other: &str| provision.contains(one) || provision.contains(other);
        let (is_public, is_private) = (is("11(1)", "11,stk.1"), is("11(2)", "11,stk.2"));
        is_act && is_public && !is_private && controller.public_role != PublicRole::Authority
    });
    if let Some(law) = miscited {
        found.push((LintCode::CprLimbMiscited, law.provision.clone()));
    }
    found
}

/// Data of a class that is used, and no entry states anything for it.
fn of_class(lint: &mut Lint<'_>, within: Within<'_>, class: DataClass) {
    let (code, list) = match class {
        DataClass::Ordinary => return,
        DataClass::Special => (LintCode::Art9ExceptionNotRecorded, List::Article9),
        DataClass::Criminal => (LintCode::Art10GroundNotRecorded, List::Article10),
        DataClass::NationalNumber => (LintCode::NidGroundNotRecorded, List::Article87),
    };
    let terms = &within.record.data;
    let mut used: Vec<String> = declared(within)
        .flat_map(|data_use| {
            let raised = data_use.raised_to;
            let of_class = move |data: &&_| terms.classes(data).union(raised).is(class);
            data_use.data.iter().filter(of_class)
        })
        .map(ToString::to_string)
        .collect();
    used.sort();
    used.dedup();
    let states = |basis: &LegalBasis| match class {
        DataClass::Ordinary => true,
        DataClass::Special => basis.article_9.is_some(),
        DataClass::Criminal => basis.article_10.is_some(),
        DataClass::NationalNumber => basis.article_87.is_some(),
    };
    let bases = within.legal_bases();
    let stated = bases
        .entries
        .iter()
        .any(|basis| basis.stated.declares() && states(basis));
    if used.is_empty() || stated || within.none(list).is_some() {
        return;
    }
    lint.add(code, of_activity(within, "legal_bases"), used.join(", "));
    let controller = &lint.record.register.controller;
    let mut unconfirmed: Vec<&str> = grounds::all()
        .filter(|ground| {
            ground.country == controller.country.as_str() && ground.class == class && !ground.source.confirmed
        })
        .filter(|ground| ground.sectors.is_empty() || ground.sectors.contains(&controller.sector))
        .filter(|ground| ground.roles.is_empty() || ground.roles.contains(&controller.public_role))
        .map(|ground| ground.source.citation)
        .collect();
    unconfirmed.dedup();
    if !unconfirmed.is_empty() {
        let place = of_activity(within, "legal_bases");
        lint.add(LintCode::LawUnconfirmed, place, unconfirmed.join("; "));
    }
}
