//! With whom the organisation processes, and what it has assessed.

use super::{
    At,
    party::contract,
    statement::{optional_contact, provenance},
};
use crate::{
    domain::organisation::{AssessmentState, ImpactAssessment, JointController, Principal},
    pb,
};

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
