//! What the organisation is in the activity: a processor acts on instructions, joint controllers by arrangement (Arts 26,
//! 28, 29).

use super::{
    case::{Case, Combination},
    outcome::Outcome,
};
use crate::domain::{
    finding::{Finding, FindingCode},
    organisation::Role,
    party::ContractState,
};

/// INSTRUCTION_UNCHECKED, PROCESSOR_CONTRACT_*, JOINT_ARRANGEMENT_NOT_RECORDED.
pub fn role(case: &Case<'_>, asked: &Combination<'_>) -> Outcome {
    let activity = case.activity;
    match activity.role {
        Role::Controller => Outcome::default(),
        Role::JointController => {
            let missing = |list: &[_]| list.is_empty();
            let stated = activity
                .joint_controllers
                .iter()
                .all(|joint| !joint.arrangement.is_empty());
            if missing(&activity.joint_controllers) || !stated {
                FindingCode::JointArrangementNotRecorded.into()
            } else {
                Outcome::default()
            }
        }
        // The ground is the controller's; what the processor may do is what it was told (Art. 29).
        Role::Processor => Outcome::all(activity.controllers.iter().enumerate().map(|(index, principal)| {
            let place = format!("{}#controllers[{index}].contract", activity.name);
            let evidence = case.evidence(place, &principal.contract.provenance);
            let found = |code: FindingCode| Outcome::from(Finding::new(code).evidence(evidence));
            match principal.contract.state {
                ContractState::NotStated => found(FindingCode::ProcessorContractNotRecorded),
                ContractState::Missing => found(FindingCode::ProcessorContractAbsent),
                ContractState::Concluded if !principal.contract.effective.contains(case.day) => {
                    found(FindingCode::ProcessorContractNotValid)
                }
                ContractState::Concluded => Outcome::default(),
            }
            .until(principal.contract.effective.next_change(case.day))
        }))
        .and(if case.is_duty(asked) {
            Outcome::default()
        } else {
            case.attest(Finding::new(FindingCode::InstructionUnchecked))
        }),
    }
}
