//! With whom the organisation processes, and what it has assessed.

use super::{
    At,
    party::{contract, id_of},
    statement::{optional_contact, provenance},
};
use crate::{
    domain::{
        name::{Id, ResourceKind},
        organisation::{AssessmentState, ContactPerson, ImpactAssessment, JointController, Principal},
    },
    pb,
};

pub fn contact_person(at: &mut At<'_>, message: pb::ContactPerson) -> Option<(Id, ContactPerson)> {
    let pb::ContactPerson {
        name,
        revision: _,
        etag: _,
        update_time: _,
        full_name,
        address,
        phone,
        email,
        commitment,
    } = message;
    let id = id_of(at, ResourceKind::ContactPerson, &name);
    let person = ContactPerson {
        full_name: at.text("full_name", 200, full_name),
        address: at.text("address", 300, address),
        phone: at.text("phone", 300, phone),
        email: at.text("email", 300, email),
        is_erased: !commitment.is_empty(),
    };
    Some((id?, person))
}

pub fn joint_controllers(at: &mut At<'_>, list: Vec<pb::JointController>) -> Vec<JointController> {
    at.each("joint_controllers", 50, list, |at, message| {
        let pb::JointController {
            legal_name,
            contact,
            arrangement,
            text,
            provenance: from,
        } = message;
        Some(JointController {
            legal_name: at.required_text("legal_name", 200, legal_name),
            contact: optional_contact(at, "contact", contact),
            arrangement: at.text("arrangement", 300, arrangement),
            text: at.text("text", 2000, text),
            provenance: provenance(at, from),
        })
    })
}

pub fn principals(at: &mut At<'_>, list: Vec<pb::Principal>) -> Vec<Principal> {
    at.each("controllers", 500, list, |at, message| {
        let pb::Principal {
            legal_name,
            contact,
            representative,
            data_protection_officer,
            contract: agreement,
            provenance: from,
        } = message;
        let contract = at.field("contract", |at| contract(at, agreement.unwrap_or_default()));
        Some(Principal {
            legal_name: at.required_text("legal_name", 200, legal_name),
            contact: optional_contact(at, "contact", contact),
            representative: optional_contact(at, "representative", representative),
            data_protection_officer: optional_contact(at, "data_protection_officer", data_protection_officer),
            provenance: provenance(at, from),
            contract: contract?,
        })
    })
}

pub fn impact_assessment(at: &mut At<'_>, message: Option<pb::ImpactAssessment>) -> Option<ImpactAssessment> {
    let pb::ImpactAssessment {
        state,
        reference,
        review_by,
        provenance: from,
    } = message?;
    at.field("impact_assessment", |at| {
        let state = at.choice::<pb::impact_assessment::State, AssessmentState>("state", state);
        Some(ImpactAssessment {
            reference: at.text("reference", 300, reference),
            review_by: at.date("review_by", &review_by),
            provenance: provenance(at, from),
            state: state?,
        })
    })
}
