//! The parts that statements share.

use super::At;
use crate::{
    domain::{
        activity::Place,
        name::Id,
        operation::Operation,
        organisation::Contact,
        party::Country,
        statement::{
            Effective, Extent, LawReference, List, Measure, PartyRef, Provenance, PurposeRef, Says, Scope,
            Stated, StatementKind,
        },
        term::{Classes, DataClass},
        vocabulary::Facet,
    },
    pb,
};

pub fn provenance(at: &mut At<'_>, message: Option<pb::Provenance>) -> Provenance {
    at.field("provenance", |at| {
        let pb::Provenance {
            document,
            section,
            note,
        } = message.unwrap_or_default();
        Provenance {
            document: at.text("document", 63, document),
            section: at.text("section", 200, section),
            note: at.text("note", 2000, note),
        }
    })
}

pub fn effective(at: &mut At<'_>, message: Option<pb::Effective>) -> Effective {
    at.field("effective", |at| {
        let pb::Effective { from, until } = message.unwrap_or_default();
        let (from, until) = (at.date("from", &from), at.date("until", &until));
        if from.zip(until).is_some_and(|(from, until)| until <= from) {
            at.field("until", |at| at.wrong("is not after `from`"));
        }
        Effective { from, until }
    })
}

/// What every statement carries.
pub fn stated(
    at: &mut At<'_>,
    kind: i32,
    effective_message: Option<pb::Effective>,
    provenance_message: Option<pb::Provenance>,
) -> Stated {
    Stated {
        kind: at
            .choice::<pb::StatementKind, StatementKind>("kind", kind)
            .unwrap_or_default(),
        effective: effective(at, effective_message),
        provenance: provenance(at, provenance_message),
    }
}

pub fn scope(at: &mut At<'_>, message: Option<pb::Scope>) -> Scope {
    at.field("scope", |at| {
        let pb::Scope {
            operations,
            data,
            data_classes,
            subjects,
            recipients,
            purposes,
        } = message.unwrap_or_default();
        Scope {
            operations: at.choices::<pb::Operation, Operation>("operations", operations),
            data: at.each("data", 200, data, |at, text| at.term(Facet::Data, &text)),
            data_classes: at.choices::<pb::DataClass, DataClass>("data_classes", data_classes),
            subjects: at.each("subjects", 50, subjects, |at, text| {
                at.term(Facet::Subject, &text)
            }),
            recipients: parties(at, "recipients", recipients),
            purposes: purpose_refs(at, "purposes", purposes),
        }
    })
}

pub fn parties(at: &mut At<'_>, field: &str, list: Vec<String>) -> Vec<PartyRef> {
    at.each(field, 100, list, |at, text| party(at, &text))
}

pub fn party(at: &mut At<'_>, text: &str) -> Option<PartyRef> {
    if text.contains(':') {
        at.code(Facet::Party, text).map(PartyRef::Kind)
    } else {
        at.id(text).map(PartyRef::Named)
    }
}

pub fn purpose_refs(at: &mut At<'_>, field: &str, list: Vec<String>) -> Vec<PurposeRef> {
    at.each(field, 100, list, |at, text| {
        if text.contains(':') {
            at.code(Facet::Purpose, &text).map(PurposeRef::Code)
        } else {
            at.id(&text).map(PurposeRef::Id)
        }
    })
}

pub fn ids(at: &mut At<'_>, field: &str, list: Vec<String>) -> Vec<Id> {
    at.each(field, 100, list, |at, text| at.id(&text))
}

pub fn countries(at: &mut At<'_>, list: Vec<String>) -> Vec<Country> {
    at.each("countries", 250, list, |at, text| country(at, &text))
}

pub fn places(at: &mut At<'_>, list: Vec<String>) -> Vec<Place> {
    at.each("countries", 250, list, |at, text| match text.as_str() {
        "EEA" => Some(Place::Eea),
        code => country(at, code).map(Place::Country),
    })
}

pub fn country(at: &mut At<'_>, text: &str) -> Option<Country> {
    let country = Country::parse(text);
    if country.is_none() {
        at.wrong(format_args!(
            "`{text}` is not the code of a country (ISO 3166-1, e.g. `DE`){}",
            match text {
                "EU" | "EEA" => "; left out, it is within the EEA",
                "UK" => "; nearest: `GB`",
                _ => "",
            }
        ));
    }
    country
}

pub fn laws(at: &mut At<'_>, list: Vec<pb::LawReference>) -> Vec<LawReference> {
    at.each("laws", 50, list, |at, pb::LawReference { act, provision }| {
        Some(LawReference {
            act: at.required_text("act", 300, act),
            provision: at.text("provision", 200, provision),
        })
    })
}

/// A class that something is raised to; unset and ORDINARY raise nothing.
pub fn raised_to(at: &mut At<'_>, number: i32) -> Classes {
    if number == 0 {
        return Classes::default();
    }
    let class = at.choice::<pb::DataClass, DataClass>("raised_to", number);
    class.map_or_else(Classes::default, Classes::from)
}

pub fn extents(at: &mut At<'_>, list: Vec<pb::Extent>) -> Vec<Extent> {
    at.each("extents", 50, list, |at, message| {
        let pb::Extent {
            list,
            says,
            provenance: from,
        } = message;
        let (list, says) = (
            at.choice::<pb::extent::List, List>("list", list),
            at.choice::<pb::extent::Says, Says>("says", says),
        );
        Some(Extent {
            provenance: provenance(at, from),
            list: list?,
            says: says?,
        })
    })
}

pub fn measures(at: &mut At<'_>, list: Vec<pb::Measure>) -> Vec<Measure> {
    at.each("measures", 200, list, |at, message| {
        let pb::Measure {
            codes,
            text,
            scope: limits,
            provenance: from,
        } = message;
        Some(Measure {
            codes: at.each("codes", 50, codes, |at, code| at.code(Facet::Measure, &code)),
            text: at.text("text", 2000, text),
            scope: scope(at, limits),
            provenance: provenance(at, from),
        })
    })
}

pub fn contact(at: &mut At<'_>, message: pb::Contact) -> Contact {
    let pb::Contact {
        function,
        address,
        phone,
        email,
        web,
        provenance: from,
        person,
    } = message;
    Contact {
        person: at.optional_id("person", &person),
        function: at.text("function", 300, function),
        address: at.text("address", 300, address),
        phone: at.text("phone", 300, phone),
        email: at.text("email", 300, email),
        web: at.text("web", 300, web),
        provenance: provenance(at, from),
    }
}

/// A contact, where one is given.
pub fn optional_contact(at: &mut At<'_>, field: &str, message: Option<pb::Contact>) -> Option<Contact> {
    message.map(|message| at.field(field, |at| contact(at, message)))
}
