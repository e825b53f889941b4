//! A register.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use super::{
    At,
    activity::{access, operation_use, processors, prohibitions, purpose},
    legal_basis::legal_bases,
    retention::retention,
    statement::{contact, country, extents, laws, measures, optional_contact, provenance},
};
use crate::{
    document,
    domain::{
        finding::{FindingCode, Plane, Severity},
        name::{Id, ResourceKind, Revision},
        organisation::{Document, Profile, Right, RightKind},
        party::Country,
        register::{
            Condition, ConditionKind, Controller, Defaults, Gap, Policy, PublicRole, Register, Sector,
        },
        statement::StatementKind,
    },
    pb,
};

pub fn register(at: &mut At<'_>, message: pb::Register, revision: Revision) -> Option<Register> {
    let pb::Register {
        name,
        revision: _,
        etag: _,
        update_time: _,
        title,
        controller: whose,
        documents,
        profiles,
        policy: wants,
        conditions: facts,
        defaults: inherited,
        prohibitions: forbidden,
        rights: exercise,
    } = message;
    let name = at.field("name", |at| {
        document::name(ResourceKind::Register, &name)
            .map_err(|wrong| at.wrong(wrong))
            .ok()
    });
    let record = [pb::Profile::Record301 as i32, pb::Profile::Record302 as i32];
    let claims = if profiles.iter().any(|profile| record.contains(profile)) {
        Claims::Record
    } else {
        Claims::Less
    };
    let controller = at.field("controller", |at| match whose {
        Some(message) => controller(at, message),
        None => {
            at.wrong("is required");
            controller(&mut At::new("", &mut Vec::new()), pb::Controller::default())
        }
    });
    let register = Register {
        revision,
        title: at.required_text("title", 200, title),
        documents: source_documents(at, documents),
        profiles: at.choices::<pb::Profile, Profile>("profiles", profiles),
        rights: rights(at, exercise),
        policy: at.field("policy", |at| policy(at, wants.unwrap_or_default(), claims)),
        conditions: conditions(at, facts),
        defaults: at.field("defaults", |at| defaults(at, inherited.unwrap_or_default())),
        prohibitions: prohibitions(at, forbidden),
        controller,
        id: name?.id().clone(),
    };
    Some(register)
}

/// What a register claims to be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Claims {
    /// A record under Art. 30.
    Record,
    /// Less, such as a notice.
    Less,
}

/// What cannot be read has been said and is stood in for, so that the rest of the record can be looked at too: a record
/// with mistakes is none.
fn controller(at: &mut At<'_>, message: pb::Controller) -> Controller {
    let pb::Controller {
        legal_name,
        contacts,
        data_protection_officer,
        representative,
        supervisory_authority,
        registration_number,
        country: law,
        time_zone,
        sector,
        public_role,
        provenance: from,
    } = message;
    let country = at.field("country", |at| country(at, &law));
    let time_zone = at.field("time_zone", |at| {
        let zone = TimeZone::get(&time_zone).ok();
        if time_zone.is_empty() {
            at.wrong("is required, e.g. `Europe/Helsinki`");
        } else if zone.is_none() {
            at.wrong(format_args!(
                "`{time_zone}` is not a time zone of the IANA database, e.g. `Europe/Helsinki`"
            ));
        }
        zone
    });
    let sector = match pb::Sector::try_from(sector) {
        Ok(pb::Sector::Unspecified) => Some(Sector::NotStated),
        Ok(pb::Sector::UnemploymentFund) => Some(Sector::UnemploymentFund),
        Ok(pb::Sector::SocialInsurance) => Some(Sector::SocialInsurance),
        Ok(pb::Sector::Insurance) => Some(Sector::Insurance),
        Ok(pb::Sector::OtherSector) => Some(Sector::Other),
        Err(_) => unknown(at, "sector"),
    };
    let public_role = match pb::PublicRole::try_from(public_role) {
        Ok(pb::PublicRole::Unspecified) => Some(PublicRole::NotStated),
        Ok(pb::PublicRole::Authority) => Some(PublicRole::Authority),
        Ok(pb::PublicRole::PrivateWithPublicTask) => Some(PublicRole::PrivateWithPublicTask),
        Ok(pb::PublicRole::Private) => Some(PublicRole::Private),
        Err(_) => unknown(at, "public_role"),
    };
    Controller {
        legal_name: at.required_text("legal_name", 200, legal_name),
        contacts: at.each("contacts", 20, contacts, |at, message| Some(contact(at, message))),
        data_protection_officer: optional_contact(at, "data_protection_officer", data_protection_officer),
        representative: optional_contact(at, "representative", representative),
        supervisory_authority: optional_contact(at, "supervisory_authority", supervisory_authority),
        registration_number: at.text("registration_number", 63, registration_number),
        provenance: provenance(at, from),
        country: country.unwrap_or(Country::NONE),
        time_zone: time_zone.unwrap_or(TimeZone::UTC),
        sector: sector.unwrap_or(Sector::NotStated),
        public_role: public_role.unwrap_or(PublicRole::NotStated),
    }
}

fn unknown<T>(at: &mut At<'_>, field: &str) -> Option<T> {
    at.field(field, |at| {
        at.wrong("has a value that the contract does not know")
    });
    None
}

fn source_documents(at: &mut At<'_>, list: Vec<pb::Document>) -> Vec<Document> {
    at.each("documents", 50, list, |at, message| {
        let pb::Document {
            id,
            title,
            version,
            date,
            language,
        } = message;
        let id = at.field("id", |at| at.id(&id));
        Some(Document {
            title: at.required_text("title", 300, title),
            version: at.text("version", 63, version),
            date: at.date("date", &date),
            language: at.text("language", 35, language),
            id: id?.to_string(),
        })
    })
}

fn policy(at: &mut At<'_>, message: pb::Policy, claims: Claims) -> Policy {
    let pb::Policy {
        legal_basis_not_recorded,
        denying,
        reason,
    } = message;
    if legal_basis_not_recorded == pb::policy::Gap::Warn as i32 {
        if reason.trim().is_empty() {
            at.field("reason", |at| {
                at.wrong("is required where a gap in the record does not deny")
            });
        }
        // A record under Art. 30 has no such gap; a published notice, which is less, may.
        if claims == Claims::Record {
            let wrong = "has to be DENY in a register that claims to be a record of Art. 30";
            at.field("legal_basis_not_recorded", |at| at.wrong(wrong));
        }
    }
    let reason = at.text("reason", 2000, reason);
    let gap = match pb::policy::Gap::try_from(legal_basis_not_recorded) {
        Ok(pb::policy::Gap::Unspecified | pb::policy::Gap::Deny) => Gap::Deny,
        Ok(pb::policy::Gap::Warn) => Gap::Warn,
        Err(_) => unknown(at, "legal_basis_not_recorded").unwrap_or(Gap::Deny),
    };
    let denying = at.each("denying", 200, denying, |at, number| {
        let code = FindingCode::from_number(number);
        let raisable = code.filter(|code| {
            code.rule().plane == Plane::Accountability && code.rule().severity == Severity::Warning
        });
        if raisable.is_none() {
            at.wrong("only accountability findings that warn can be made to deny");
        }
        raisable
    });
    Policy {
        legal_basis_not_recorded: gap,
        denying,
        reason,
    }
}

fn conditions(at: &mut At<'_>, list: Vec<pb::Condition>) -> BTreeMap<Id, Condition> {
    let mut conditions = BTreeMap::new();
    at.each("conditions", 200, list, |at, message| {
        let pb::Condition {
            id,
            text,
            kind,
            provenance: from,
        } = message;
        let kind = match pb::condition::Kind::try_from(kind) {
            Ok(pb::condition::Kind::Unspecified | pb::condition::Kind::Fact) => ConditionKind::Fact,
            Ok(pb::condition::Kind::LegalRight) => ConditionKind::LegalRight,
            Ok(pb::condition::Kind::ExplicitConsent) => ConditionKind::ExplicitConsent,
            Err(_) => unknown(at, "kind").unwrap_or(ConditionKind::Fact),
        };
        let condition = Condition {
            text: at.required_text("text", 500, text),
            provenance: provenance(at, from),
            kind,
        };
        let id = at.field("id", |at| at.id(&id))?;
        if conditions.insert(id.clone(), condition).is_some() {
            at.field("id", |at| at.wrong(format_args!("`{id}` is used twice")));
        }
        Some(())
    });
    conditions
}

fn defaults(at: &mut At<'_>, message: pb::Defaults) -> Defaults {
    let pb::Defaults {
        purposes,
        legal_bases: bases,
        processors: processor_uses,
        retention: rules,
        measures: protection,
        access: who,
        extents: lists,
        operations,
    } = message;
    let only_denied = |at: &mut At<'_>, kind: StatementKind| {
        if kind != StatementKind::Denies {
            at.field("kind", |at| {
                at.wrong("has to be DENIES: what is done is said in an activity")
            });
        }
    };
    Defaults {
        purposes: at.each("purposes", 100, purposes, |at, message| {
            let purpose = purpose(at, message)?;
            only_denied(at, purpose.stated.kind);
            Some(purpose)
        }),
        legal_bases: legal_bases(at, bases),
        processors: processors(at, processor_uses),
        retention: retention(at, rules),
        measures: measures(at, protection),
        access: access(at, who),
        extents: extents(at, lists),
        operations: at.each("operations", 50, operations, |at, message| {
            let operation = operation_use(at, message)?;
            only_denied(at, operation.stated.kind);
            Some(operation)
        }),
    }
}

fn rights(at: &mut At<'_>, list: Vec<pb::Right>) -> Vec<Right> {
    at.each("rights", 50, list, |at, message| {
        let pb::Right {
            right,
            text,
            kind,
            laws: limits,
            provenance: from,
        } = message;
        let right = at.choice::<pb::right::Kind, RightKind>("right", right);
        let stated = at.choice::<pb::StatementKind, StatementKind>("kind", kind);
        Some(Right {
            text: at.text("text", 2000, text),
            laws: laws(at, limits),
            provenance: provenance(at, from),
            stated: stated?,
            kind: right?,
        })
    })
}
