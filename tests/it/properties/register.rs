//! Small registers, well-formed by construction.

use ropa::pb::{
    Condition, Controller, DataCategory, DataSubjectCategory, DataUse, Defaults, FindingCode, OptOut, Policy,
    ProcessingActivity, ProcessingContract, Processor, Prohibition, Recipient, Register, RegisterDocument,
    SubjectUse, Transfer, TransferTool, condition, policy,
};

use super::{
    pool::{
        CONDITIONS, ORDINARY, OWN_ORDINARY, OWN_PROTECTED, PROCESSORS, PROTECTED, PURPOSES, RECIPIENTS,
        SUBJECTS,
    },
    statement::{effective, extents, kind},
    tape::Tape,
};

/// What is left out of registers where a property is about what they do not have.
#[derive(Clone, Copy, Default)]
pub struct Without {
    /// Special, criminal and national-number data, wherever data is named.
    pub protected_data: bool,
    /// Data in scopes, so that every grant is unscoped.
    pub scoped_data: bool,
    /// Defaults that stand in where an activity says nothing, and a policy that lets gaps pass.
    pub defaults: bool,
}

pub const REGISTER: &str = "registers/it";

fn named(collection: &str, id: &str) -> String {
    format!("{REGISTER}/{collection}/{id}")
}

pub fn texts(list: &[&str]) -> Vec<String> {
    list.iter().map(|text| (*text).to_owned()).collect()
}

/// A register with up to three activities.
pub fn document(tape: &mut Tape<'_>, without: Without) -> RegisterDocument {
    let maker = Maker {
        without,
        data: if without.protected_data {
            ORDINARY.iter().chain(&OWN_ORDINARY).copied().collect()
        } else {
            everything()
        },
    };
    let count = tape.below(3) + 1;
    RegisterDocument {
        register: Some(maker.register(tape)),
        activities: (0..count).map(|index| maker.activity(tape, index)).collect(),
        data_categories: maker.data_categories(tape),
        data_subject_categories: vec![DataSubjectCategory {
            name: named("dataSubjectCategories", "honorary-member"),
            title: "Honorary member".to_owned(),
            broader: texts(&["dpv:Member"]),
            ..DataSubjectCategory::default()
        }],
        processors: PROCESSORS
            .iter()
            .map(|(id, kind)| maker.processor(tape, id, kind))
            .collect(),
        recipients: RECIPIENTS
            .iter()
            .map(|(id, kind)| maker.recipient(tape, id, kind))
            .collect(),
        transfers: vec![maker.transfer(tape)],
        contact_persons: Vec::new(),
    }
}

/// All data; what is protected twice, so that it is named as often.
fn everything() -> Vec<&'static str> {
    let all = ORDINARY.iter().chain(&OWN_ORDINARY).chain(&PROTECTED);
    all.chain(&OWN_PROTECTED).chain(&PROTECTED).copied().collect()
}

/// Makes the parts of one register.
pub struct Maker {
    pub without: Without,
    /// The data that statements name.
    pub data: Vec<&'static str>,
}

impl Maker {
    fn register(&self, tape: &mut Tape<'_>) -> Register {
        let defaults = Defaults {
            legal_bases: tape.many(1, |tape| self.basis(tape, &[])),
            processors: tape.many(1, |tape| self.processor_use(tape, &[])),
            retention: tape.many(1, |tape| self.retention(tape, &[])),
            ..Defaults::default()
        };
        let (country, sector, role) = tape.one(&[("DE", 4, 3), ("FI", 1, 2), ("SE", 2, 1), ("FI", 3, 3)]);
        let kinds = [
            condition::Kind::Fact,
            condition::Kind::LegalRight,
            condition::Kind::ExplicitConsent,
        ];
        Register {
            name: REGISTER.to_owned(),
            title: "Register".to_owned(),
            controller: Some(Controller {
                legal_name: "Controller".to_owned(),
                country: country.to_owned(),
                time_zone: tape.one(&["Europe/Helsinki", "UTC"]).to_owned(),
                sector,
                public_role: role,
                ..Controller::default()
            }),
            policy: Some(self.policy(tape)),
            conditions: CONDITIONS
                .iter()
                .zip(kinds)
                .map(|(id, kind)| Condition {
                    id: (*id).to_owned(),
                    text: "It is so.".to_owned(),
                    kind: kind.into(),
                    ..Condition::default()
                })
                .collect(),
            defaults: (!self.without.defaults && tape.chance(40)).then_some(defaults),
            prohibitions: if tape.chance(5) {
                vec![self.prohibition(tape, &[])]
            } else {
                Vec::new()
            },
            ..Register::default()
        }
    }

    fn policy(&self, tape: &mut Tape<'_>) -> Policy {
        let gap = if !self.without.defaults && tape.chance(30) {
            policy::Gap::Warn
        } else {
            policy::Gap::Deny
        };
        let raised = [
            FindingCode::LiaNotRecorded,
            FindingCode::LegalBasisLawRefNotRecorded,
            FindingCode::RetentionNotRecorded,
            FindingCode::ProcessorContractNotRecorded,
            FindingCode::AuthorityInquiry,
            FindingCode::TiaNotRecorded,
        ];
        let denying = if tape.chance(40) {
            tape.some(&raised, 2)
        } else {
            Vec::new()
        };
        Policy {
            legal_basis_not_recorded: gap.into(),
            denying: denying.into_iter().map(Into::into).collect(),
            reason: "It was taken from a notice.".to_owned(),
        }
    }

    /// An activity whose statements are mostly about the same few data.
    fn activity(&self, tape: &mut Tape<'_>, index: usize) -> ProcessingActivity {
        let data = if tape.chance(15) {
            self.data.clone()
        } else {
            tape.some_at_least_one(&self.data, 5)
        };
        Maker {
            data,
            without: self.without,
        }
        .activity_with_its_data(tape, index)
    }

    fn activity_with_its_data(&self, tape: &mut Tape<'_>, index: usize) -> ProcessingActivity {
        let purposes = tape.some_at_least_one(&PURPOSES, 3);
        let known: Vec<&'static str> = purposes.iter().flat_map(|(id, code)| [*id, *code]).collect();
        let known = known.as_slice();
        let purposes = purposes
            .into_iter()
            .map(|(id, code)| self.purpose(tape, id, code))
            .collect();
        let mut subjects = tape.some(&SUBJECTS, 3);
        subjects.push("dpv:Member");
        subjects.dedup();
        let subjects = subjects
            .into_iter()
            .map(|subject| SubjectUse {
                subject: subject.to_owned(),
                kind: kind(tape),
                effective: effective(tape),
                ..SubjectUse::default()
            })
            .collect();
        // Most activities rest on something that covers what they do, so that not everything is refused.
        let mut legal_bases = tape.many(2, |tape| self.basis(tape, known));
        if !tape.chance(30) {
            legal_bases.push(self.basis_of_everything());
        }
        let mut data_uses = tape.many(3, |tape| self.data_use(tape, known));
        if data_uses.is_empty() || !tape.chance(50) {
            data_uses.push(DataUse {
                data: texts(&self.data),
                ..DataUse::default()
            });
        }
        let mut retention = tape.many(2, |tape| self.retention(tape, known));
        for (index, rule) in retention.iter_mut().enumerate() {
            rule.id = format!("rule-{index}");
        }
        if retention.len() == 2 && tape.chance(30) {
            retention[1].overrides = vec!["rule-0".to_owned()];
        }
        ProcessingActivity {
            name: named("activities", &format!("activity-{index}")),
            title: "Activity".to_owned(),
            state: if tape.chance(4) { 3 } else { 0 },
            effective: effective(tape),
            purposes,
            subjects,
            data_uses,
            operations: tape.many(2, |tape| self.operation_use(tape, known)),
            legal_bases,
            disclosures: tape.many(3, |tape| self.disclosure(tape, known)),
            processors: tape.many(2, |tape| self.processor_use(tape, known)),
            transfers: if tape.chance(60) {
                texts(&["abroad"])
            } else {
                Vec::new()
            },
            retention,
            automated_decisions: tape.many(1, |tape| self.automated_decision(tape, known)),
            prohibitions: if tape.chance(8) {
                vec![self.prohibition(tape, known)]
            } else {
                Vec::new()
            },
            opt_outs: if tape.chance(40) {
                vec![OptOut {
                    scope: self.scope(tape, known),
                    ..OptOut::default()
                }]
            } else {
                Vec::new()
            },
            extents: extents(tape),
            ..ProcessingActivity::default()
        }
    }

    fn data_categories(&self, tape: &mut Tape<'_>) -> Vec<DataCategory> {
        let category = |id: &str, broader: &[&str]| DataCategory {
            name: named("dataCategories", id),
            title: "Category".to_owned(),
            broader: texts(broader),
            ..DataCategory::default()
        };
        let case_note = DataCategory {
            exact: tape.chance(10),
            ..category("case-note", &tape.some_at_least_one(&ORDINARY, 2))
        };
        let benefit_type = DataCategory {
            raised_to: 2,
            ..category("benefit-type", &["ropa:BenefitPayment"])
        };
        vec![
            category("first-name", &["pd:Name"]),
            case_note,
            category("diagnosis", &["pd:MedicalHealth"]),
            benefit_type,
        ]
    }

    fn processor(&self, tape: &mut Tape<'_>, id: &str, kind: &str) -> Processor {
        Processor {
            name: named("processors", id),
            title: "Processor".to_owned(),
            kinds: texts(&[kind]),
            countries: countries(tape),
            contract: tape.chance(80).then(|| ProcessingContract {
                state: if tape.chance(10) { 2 } else { 1 },
                effective: effective(tape),
                ..ProcessingContract::default()
            }),
            ..Processor::default()
        }
    }

    fn recipient(&self, tape: &mut Tape<'_>, id: &str, kind: &str) -> Recipient {
        Recipient {
            name: named("recipients", id),
            title: "Recipient".to_owned(),
            kinds: texts(&[kind]),
            countries: countries(tape),
            ..Recipient::default()
        }
    }

    fn transfer(&self, tape: &mut Tape<'_>) -> Transfer {
        let tools = [
            TransferTool::StandardClauses,
            TransferTool::Adequacy,
            TransferTool::Unspecified,
            TransferTool::ExplicitConsent,
        ];
        Transfer {
            name: named("transfers", "abroad"),
            title: "Transfer".to_owned(),
            countries: if tape.chance(60) {
                texts(&["US", "GB"])
            } else {
                Vec::new()
            },
            importers: if tape.chance(30) {
                texts(&["union", "cloud"])
            } else {
                Vec::new()
            },
            tool: tape.one(&tools).into(),
            scope: self.scope(tape, &[]),
            effective: effective(tape),
            ..Transfer::default()
        }
    }
}

fn countries(tape: &mut Tape<'_>) -> Vec<String> {
    if tape.chance(30) {
        texts(&[tape.one(&["FI", "US", "GB"])])
    } else {
        Vec::new()
    }
}

/// A prohibition for an activity with these purposes, or for the register.
pub fn prohibition(tape: &mut Tape<'_>, known: &[&str]) -> Prohibition {
    let maker = Maker {
        without: Without::default(),
        data: everything(),
    };
    maker.prohibition(tape, known)
}
