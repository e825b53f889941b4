//! The statements of small registers.

use ropa::pb::{
    AutomatedDecision, DataUse, Disclosure, Effective, Extension, Extent, LawReference, LegalBasis,
    OperationUse, ProcessorUse, Prohibition, Purpose, RetentionRule, Scope, StatementKind, disclosure,
    extent,
};

use super::{
    pool::{CLASSES, CONDITIONS, EVENTS, NOT_IMPLIED, OPERATIONS, PARTIES, PROCESSORS, PURPOSES, SUBJECTS},
    register::{Maker, texts},
    tape::Tape,
};

/// The purposes that a statement can name.
type Known<'a> = &'a [&'a str];

impl Maker {
    pub fn purpose(&self, tape: &mut Tape<'_>, id: &str, code: &str) -> Purpose {
        Purpose {
            id: id.to_owned(),
            text: "Purpose".to_owned(),
            codes: texts(&[code]),
            includes_narrower: tape.chance(15),
            direct_marketing: id == "news" && tape.chance(80),
            channel_consent: id == "news" && tape.chance(40),
            compatible: if tape.chance(8) {
                texts(&[tape.one(&PURPOSES).1])
            } else {
                Vec::new()
            },
            kind: kind(tape),
            ..Purpose::default()
        }
    }

    pub fn data_use(&self, tape: &mut Tape<'_>, known: Known<'_>) -> DataUse {
        let raised = !self.without.protected_data && tape.chance(5);
        DataUse {
            data: texts(&tape.some_at_least_one(&self.data, 4)),
            subjects: if tape.chance(15) {
                texts(&tape.some(&SUBJECTS, 2))
            } else {
                Vec::new()
            },
            sources: if tape.chance(40) {
                texts(&tape.some(&PARTIES, 2))
            } else {
                Vec::new()
            },
            purposes: purposes(tape, known, 15),
            operations: if tape.chance(15) {
                operations(tape)
            } else {
                Vec::new()
            },
            conditions: conditions(tape, 10),
            raised_to: if raised { tape.one(&CLASSES).into() } else { 0 },
            form: if tape.chance(5) { 3 } else { 0 },
            kind: kind(tape),
            effective: effective(tape),
            ..DataUse::default()
        }
    }

    pub fn operation_use(&self, tape: &mut Tape<'_>, known: Known<'_>) -> OperationUse {
        let mut named = tape.some_at_least_one(&NOT_IMPLIED, 4);
        named.extend(tape.some(&OPERATIONS, 1));
        OperationUse {
            operations: named.into_iter().map(Into::into).collect(),
            scope: self.scope(tape, known),
            kind: kind(tape),
            ..OperationUse::default()
        }
    }

    pub fn basis(&self, tape: &mut Tape<'_>, known: Known<'_>) -> LegalBasis {
        let of = |tape: &mut Tape<'_>, percent, list: &[&str]| {
            if tape.chance(percent) {
                tape.one(list).to_owned()
            } else {
                String::new()
            }
        };
        LegalBasis {
            article_6: of(
                tape,
                95,
                &[
                    "eu-gdpr:A6-1-c",
                    "eu-gdpr:A6-1-b",
                    "eu-gdpr:A6-1-a",
                    "eu-gdpr:A6-1-f",
                    "eu-gdpr:A6-1-e",
                    "eu-gdpr:A6-1-d",
                ],
            ),
            article_9: of(
                tape,
                45,
                &[
                    "eu-gdpr:A9-2-b",
                    "eu-gdpr:A9-2-a",
                    "eu-gdpr:A9-2-f",
                    "eu-gdpr:A9-2-g",
                ],
            ),
            article_10: of(tape, 35, &["ropa:A10-official-authority"]),
            article_87: of(tape, 35, &["ropa:A87-national-law"]),
            laws: if tape.chance(60) { laws() } else { Vec::new() },
            scope: self.scope(tape, known),
            conditions: conditions(tape, 10),
            kind: kind(tape),
            effective: effective(tape),
            ..LegalBasis::default()
        }
    }

    /// It names all data of the activity, unless no scope names data.
    pub fn basis_of_everything(&self) -> LegalBasis {
        LegalBasis {
            article_6: "eu-gdpr:A6-1-c".to_owned(),
            article_9: "eu-gdpr:A9-2-b".to_owned(),
            article_10: "ropa:A10-authorised-by-law".to_owned(),
            article_87: "ropa:A87-national-law".to_owned(),
            laws: laws(),
            scope: (!self.without.scoped_data).then(|| Scope {
                data: texts(&self.data),
                ..Scope::default()
            }),
            ..LegalBasis::default()
        }
    }

    pub fn disclosure(&self, tape: &mut Tape<'_>, known: Known<'_>) -> Disclosure {
        let initiative = tape.one(&[
            disclosure::Initiative::Unspecified,
            disclosure::Initiative::OnRequest,
            disclosure::Initiative::RequiredByLaw,
            disclosure::Initiative::OnSubjectRequest,
        ]);
        let mut made = Disclosure {
            recipients: texts(&tape.some(&PARTIES, 3)),
            scope: self.scope(tape, known),
            initiative: initiative.into(),
            conditions: conditions(tape, 20),
            countries: if tape.chance(20) {
                texts(&["EEA", "US"])
            } else {
                Vec::new()
            },
            form: if tape.chance(8) { 3 } else { 0 },
            kind: kind(tape),
            effective: effective(tape),
            own: tape.chance(12),
            ..Disclosure::default()
        };
        if made.recipients.is_empty() {
            made.conditions = texts(&["consented"]);
        }
        made
    }

    pub fn processor_use(&self, tape: &mut Tape<'_>, known: Known<'_>) -> ProcessorUse {
        ProcessorUse {
            processor: tape.one(&PROCESSORS).0.to_owned(),
            scope: self.scope(tape, known),
            kind: kind(tape),
            effective: effective(tape),
            ..ProcessorUse::default()
        }
    }

    pub fn retention(&self, tape: &mut Tape<'_>, known: Known<'_>) -> RetentionRule {
        let unresolved = tape.chance(10);
        RetentionRule {
            limit: tape.one(&[1, 1, 2, 3]),
            event: tape.one(&EVENTS).to_owned(),
            period: if unresolved {
                String::new()
            } else {
                tape.one(&["P10Y", "P2Y", "P13M", "P30D"]).to_owned()
            },
            margin: if tape.chance(20) {
                "P6M".to_owned()
            } else {
                String::new()
            },
            end_action: tape.one(&[0, 1, 2, 3]),
            certainty: if unresolved { 3 } else { tape.one(&[1, 2]) },
            scope: self.scope(tape, known),
            conditions: conditions(tape, 10),
            laws: if tape.chance(30) { laws() } else { Vec::new() },
            or_events: if tape.chance(15) {
                texts(&tape.some(&EVENTS, 1))
            } else {
                Vec::new()
            },
            extensions: if tape.chance(15) {
                vec![Extension {
                    event: tape.one(&EVENTS).to_owned(),
                    period: if tape.chance(50) {
                        "P3Y".to_owned()
                    } else {
                        String::new()
                    },
                    ..Extension::default()
                }]
            } else {
                Vec::new()
            },
            ..RetentionRule::default()
        }
    }

    pub fn automated_decision(&self, tape: &mut Tape<'_>, known: Known<'_>) -> AutomatedDecision {
        AutomatedDecision {
            outcomes: tape.some_at_least_one(&[1, 2, 3], 2),
            exception: tape.one(&[0, 1, 2, 3]),
            laws: if tape.chance(50) { laws() } else { Vec::new() },
            scope: self.scope(tape, known),
            kind: kind(tape),
            ..AutomatedDecision::default()
        }
    }

    pub fn prohibition(&self, tape: &mut Tape<'_>, known: Known<'_>) -> Prohibition {
        Prohibition {
            text: "Nobody does this.".to_owned(),
            scope: self.scope(tape, known),
            unless: if tape.chance(30) {
                tape.one(&CONDITIONS).to_owned()
            } else {
                String::new()
            },
            effective: effective(tape),
            ..Prohibition::default()
        }
    }

    pub fn scope(&self, tape: &mut Tape<'_>, known: Known<'_>) -> Option<Scope> {
        tape.chance(50).then(|| {
            let names_data = !self.without.scoped_data;
            let classes = if self.without.protected_data {
                &CLASSES[..1]
            } else {
                &CLASSES
            };
            let data_classes = if names_data && tape.chance(30) {
                tape.some(classes, 3)
            } else {
                Vec::new()
            };
            Scope {
                operations: if tape.chance(15) {
                    operations(tape)
                } else {
                    Vec::new()
                },
                data: if names_data && tape.chance(50) {
                    texts(&tape.some(&self.data, 5))
                } else {
                    Vec::new()
                },
                data_classes: data_classes.into_iter().map(Into::into).collect(),
                subjects: if tape.chance(15) {
                    texts(&tape.some(&SUBJECTS, 2))
                } else {
                    Vec::new()
                },
                recipients: if tape.chance(5) {
                    texts(&tape.some(&PARTIES, 2))
                } else {
                    Vec::new()
                },
                purposes: purposes(tape, known, 15),
            }
        })
    }
}

fn purposes(tape: &mut Tape<'_>, known: Known<'_>, percent: usize) -> Vec<String> {
    if known.is_empty() || !tape.chance(percent) {
        return Vec::new();
    }
    texts(&tape.some(known, 2))
}

fn conditions(tape: &mut Tape<'_>, percent: usize) -> Vec<String> {
    if tape.chance(percent) {
        texts(&tape.some(&CONDITIONS, 2))
    } else {
        Vec::new()
    }
}

fn operations(tape: &mut Tape<'_>) -> Vec<i32> {
    let operations = tape.some_at_least_one(&OPERATIONS, 5);
    operations.into_iter().map(Into::into).collect()
}

fn laws() -> Vec<LawReference> {
    vec![LawReference {
        act: "Act".to_owned(),
        provision: String::new(),
    }]
}

/// Mostly a declaration.
pub fn kind(tape: &mut Tape<'_>) -> i32 {
    let kind = match tape.below(100) {
        98.. => StatementKind::Denies,
        96..98 => StatementKind::Illustrates,
        _ => StatementKind::Unspecified,
    };
    kind.into()
}

/// Mostly always; else around the times that are asked about.
pub fn effective(tape: &mut Tape<'_>) -> Option<Effective> {
    let (from, until) = match tape.below(100) {
        98.. => ("", "2026-01-01"),
        96..98 => ("2026-06-01", ""),
        90..96 => ("2024-01-01", "2027-01-01"),
        _ => return None,
    };
    Some(Effective {
        from: from.to_owned(),
        until: until.to_owned(),
    })
}

/// What is said of whole lists, each list at most once.
pub fn extents(tape: &mut Tape<'_>) -> Vec<Extent> {
    if !tape.chance(12) {
        return Vec::new();
    }
    let lists: Vec<i32> = (1..=13).collect();
    let lists = tape.some(&lists, 3);
    lists
        .into_iter()
        .map(|list| Extent {
            list,
            says: if tape.chance(50) {
                extent::Says::None
            } else {
                extent::Says::Examples
            }
            .into(),
            ..Extent::default()
        })
        .collect()
}
