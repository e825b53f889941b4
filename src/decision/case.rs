//! One question put to one activity: what the conjuncts look at.

use jiff::civil::Date;

use super::{
    consent::{Need, consent, refusal},
    outcome::Outcome,
    retention,
};
use crate::{
    domain::{
        activity::{Activity, Purpose},
        finding::{Evidence, Finding, FindingCode, Severity},
        listed::Within,
        name::Id,
        operation::Operation,
        party::Country,
        question::{Fact, Facts, Question},
        register::{ConditionKind, Record},
        retention::EndAction,
        statement::{PartyRef, Provenance},
        term::{Classes, FORMER, Term},
        vocabulary::{self, Code, Facet},
    },
    law::{LawCondition, Source, sfb_114},
};

/// One question put to one activity, with everything in it resolved.
#[derive(Clone, Debug)]
pub struct Case<'a> {
    pub record: &'a Record,
    pub activity: &'a Activity,
    pub question: &'a Question,
    /// The day of the processing in the register's time zone.
    pub day: Date,
    /// The purpose asked; `None`: unsaid.
    pub purpose: Option<AskedPurpose<'a>>,
    /// The roles of the person.
    pub person: Vec<Term>,
    /// Who is on the other side.
    pub counterparty: Counterparty,
    /// Where the data is collected from; `None`: unsaid.
    pub source: Option<Party>,
}

/// The purpose asked.
#[derive(Clone, Copy, Debug)]
pub struct AskedPurpose<'a> {
    /// The purpose of the activity that it is, where it declares it; or denies it and it was asked by its id.
    pub own: Option<&'a Purpose>,
    /// The code by which it was asked; `None`: by id.
    pub code: Option<Code>,
}

/// One combination asked: an operation on data of one category about the person.
#[derive(Clone, Debug)]
pub struct Combination<'a> {
    pub operation: Operation,
    /// The operation as it was asked: handing data to a processor is decided as USE, but forbidden as disclosure.
    pub as_asked: Operation,
    /// `None` only for ERASE and RESTRICT of everything.
    pub data: Option<&'a Term>,
    /// What the law makes of the data, raised by the record where it does.
    pub classes: Classes,
}

/// Who is on the other side.
#[derive(Clone, Debug)]
pub enum Counterparty {
    None,
    Recipient(Party),
    Processor(Party),
}

/// A recipient, processor or source.
#[derive(Clone, Debug)]
pub struct Party {
    /// Its id, where it is one of the register's.
    pub id: Option<Id>,
    /// What it is.
    pub kinds: Vec<Code>,
    /// Where it is recorded to be.
    pub countries: Vec<Country>,
}

impl Party {
    /// Whether a declaration of `declared` covers it.
    pub fn is_covered_by(&self, declared: &PartyRef) -> bool {
        match declared {
            PartyRef::Named(id) => self.id.as_ref() == Some(id),
            PartyRef::Kind(code) => self.kinds.iter().any(|kind| code.covers(*kind)),
        }
    }

    /// Whether it is of this kind or a narrower one.
    pub fn is(&self, kind: &str) -> bool {
        let within =
            |own: &Code| vocabulary::lookup(Facet::Party, kind).is_some_and(|kind| own.is_within(kind));
        self.kinds.iter().any(within)
    }
}

impl Counterparty {
    /// The party, recipient or processor.
    pub fn party(&self) -> Option<&Party> {
        match self {
            Self::None => None,
            Self::Recipient(party) | Self::Processor(party) => Some(party),
        }
    }

    /// Whether the data goes to the data subject.
    pub fn is_subject(&self) -> bool {
        matches!(self, Self::Recipient(party) if party.is("ropa:DataSubjectSelf"))
    }
}

impl<'a> Case<'a> {
    /// The facts of the case.
    pub const fn facts(&self) -> &'a Facts {
        &self.question.facts
    }

    /// The lists that hold for the activity.
    pub const fn lists(&self) -> Within<'a> {
        Within {
            record: self.record,
            activity: self.activity,
        }
    }

    /// A place in the record with its source.
    pub fn evidence(&self, place: String, provenance: &Provenance) -> Evidence {
        self.lists().evidence(place, provenance)
    }

    /// The best of alternatives, with what the register's policy makes of gaps in each.
    pub fn best(&self, alternatives: impl IntoIterator<Item = Outcome>) -> Option<Outcome> {
        Outcome::best(alternatives.into_iter().map(|outcome| self.raise(outcome)))
    }

    /// What the register's policy makes of gaps that only warn.
    pub fn raise(&self, mut outcome: Outcome) -> Outcome {
        for finding in &mut outcome.findings {
            if finding.severity == Severity::Warning
                && self.record.register.policy.denying.contains(&finding.code)
            {
                finding.severity = Severity::Denial;
            }
        }
        outcome
    }

    /// Whether the operation is the controller's duty: erasing, restricting, and what a rule says is done at the end.
    pub fn is_duty(&self, asked: &Combination<'_>) -> bool {
        let ends = |action: EndAction| retention::ends_in(self, asked, action);
        match asked.operation {
            Operation::Anonymise => ends(EndAction::Anonymisation),
            Operation::Archive => ends(EndAction::Archiving),
            operation => operation.is_duty(),
        }
    }

    /// Whether the operation holds wherever the data use does: selecting and combining only for ordinary data, unless
    /// a law regulates the search.
    pub fn is_implied(&self, asked: &Combination<'_>) -> bool {
        match asked.operation {
            Operation::Combine => asked.classes.is_ordinary(),
            Operation::SelectSearch => asked.classes.is_ordinary() || self.law_regulates_search(asked),
            operation => operation.is_implied(),
        }
    }

    /// Whether a national law says for which purposes persons may be selected by these data.
    pub fn law_regulates_search(&self, asked: &Combination<'_>) -> bool {
        asked.operation == Operation::SelectSearch
            && asked.classes.special
            && sfb_114::applies(&self.record.register.controller, self.day)
    }

    /// A finding that warns; or open until the caller attests its code.
    pub fn attest(&self, finding: Finding) -> Outcome {
        if self.facts().attested.contains(&finding.code) {
            let code = finding.code.rule().code;
            Finding::new(FindingCode::KeepEvidence)
                .detail(format!("attested: {code}"))
                .into()
        } else {
            finding.into()
        }
    }

    /// What rests on law data that nobody has confirmed says so.
    pub fn law(&self, source: Source) -> Outcome {
        if source.confirmed {
            Outcome::default()
        } else {
            Finding::new(FindingCode::LawUnconfirmed)
                .detail(source.citation)
                .into()
        }
    }

    /// The conditions of a grant. One of explicit consent is answered by a consent too, where any is said; a consent
    /// that was refused or withdrawn outweighs the fact.
    pub fn conditions(&self, asked: &Combination<'_>, ids: &[Id]) -> Outcome {
        let one = |id: &Id| match self.facts().condition(id.as_str()) {
            _ if !self.is_consent(id) || self.facts().consents.is_empty() => self.condition(id),
            Fact::No => self.condition(id),
            Fact::Yes => refusal(self, asked),
            Fact::Unsaid | Fact::Unknown => consent(self, asked, Need::Explicit),
        };
        Outcome::all(ids.iter().map(one))
    }

    /// The conditions of a grant in which a consent of the person says who is meant: the fact alone is not enough.
    pub fn consented_conditions(&self, asked: &Combination<'_>, ids: &[Id]) -> Outcome {
        let one = |id: &Id| {
            let refused = self.facts().condition(id.as_str()) == Fact::No;
            if refused || !self.is_consent(id) {
                self.condition(id)
            } else {
                consent(self, asked, Need::Explicit)
            }
        };
        Outcome::all(ids.iter().map(one))
    }

    fn is_consent(&self, id: &Id) -> bool {
        let condition = self.record.register.conditions.get(id);
        condition.is_some_and(|condition| condition.kind == ConditionKind::ExplicitConsent)
    }

    /// A condition, as far as facts alone answer it.
    pub fn condition(&self, id: &Id) -> Outcome {
        let condition = self.record.register.conditions.get(id);
        let text = condition.map_or("", |condition| condition.text.as_str());
        let mut fact = self.facts().condition(id.as_str());
        let by_law = condition.is_some_and(|condition| condition.kind == ConditionKind::LegalRight);
        if fact == Fact::Unsaid && by_law && self.facts().legal_reference.is_some() {
            fact = Fact::Yes;
        }
        let asks = if by_law {
            "legal_reference".to_owned()
        } else {
            format!("conditions[\"{id}\"]")
        };
        condition_outcome(fact, asks, format!("{id}: {text}"))
    }

    /// A condition of law.
    pub fn law_condition(&self, condition: LawCondition) -> Outcome {
        let fact = self.facts().condition(condition.id);
        let asks = format!("conditions[\"{}\"]", condition.id);
        condition_outcome(fact, asks, format!("{}: {}", condition.id, condition.text))
    }

    /// The case as it was while the relation lasted; `None` where the person has no former role.
    pub fn while_current(&self) -> Option<Self> {
        let mut current = self.clone();
        let mut changed = false;
        for role in &mut current.person {
            let former = FORMER.iter().find(|(former, _)| role.is(former));
            let was = former.and_then(|(_, current)| Term::parse(Facet::Subject, current).ok());
            if let Some(term) = was {
                *role = term;
                changed = true;
            }
        }
        changed.then_some(current)
    }

    /// Whether a role of the person is this code or narrower.
    pub fn person_is(&self, code: &str) -> bool {
        let Ok(ancestor) = Term::parse(Facet::Subject, code) else {
            return false;
        };
        self.person
            .iter()
            .any(|role| self.record.subjects.is_within(role, &ancestor))
    }
}

/// A condition of a grant: said it holds, denied it fails, else it is asked for.
pub fn condition_outcome(fact: Fact, asks: String, detail: String) -> Outcome {
    let code = match fact {
        Fact::Yes => return Outcome::default(),
        Fact::No => FindingCode::ConditionNotMet,
        Fact::Unknown | Fact::Unsaid => FindingCode::ConditionUnknown,
    };
    Finding::new(code).detail(detail).asks(asks).into()
}
