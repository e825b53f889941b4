//! How the scope of a statement meets a combination: covering for grants, overlapping for what restricts.

use super::{
    case::{AskedPurpose, Case, Combination, Party},
    place,
};
use crate::domain::{
    activity::{Activity, FormLimit, Purpose},
    operation::Operation,
    question::Form,
    statement::{PartyRef, PurposeRef, Scope},
    term::{Classes, Term},
    vocabulary::{Code, Facet},
};

/// How the data of a grant's scope meets the data asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataFit {
    /// The scope names data or a class that covers it.
    Named,
    /// The scope names no data at all: it covers ordinary data only.
    Unscoped,
    /// The scope names other data.
    Missed,
}

impl Case<'_> {
    /// Whether a statement that names these purposes counts for the question: where it names some, one of them has
    /// to be the purpose asked.
    pub fn counts(&self, purposes: &[PurposeRef]) -> bool {
        purposes.is_empty() || purposes.iter().any(|purpose| self.is_asked(purpose))
    }

    /// Whether the purpose asked is this one: its id, or the code that was asked. Asked by id, any of its codes.
    fn is_asked(&self, purpose: &PurposeRef) -> bool {
        let Some(asked) = &self.purpose else { return false };
        match (purpose, asked.code) {
            (PurposeRef::Id(id), _) => asked.own.is_some_and(|own| own.id == *id),
            (PurposeRef::Code(code), Some(asked)) => *code == asked,
            (PurposeRef::Code(code), None) => asked.own.is_some_and(|own| own.codes.contains(code)),
        }
    }

    /// Whether a period or an opt-out that names these purposes reaches the one asked: also by a code that is above
    /// the code asked or one of its purpose's codes.
    pub fn reaches_purpose(&self, purposes: &[PurposeRef]) -> bool {
        let within = |named: &Code| match self.purpose {
            Some(AskedPurpose { code: Some(code), .. }) => code.is_within(*named),
            Some(AskedPurpose { own, code: None }) => {
                let mut codes = own.iter().flat_map(|own| &own.codes);
                codes.any(|code| code.is_within(*named))
            }
            None => false,
        };
        self.counts(purposes)
            || purposes
                .iter()
                .any(|purpose| matches!(purpose, PurposeRef::Code(code) if within(code)))
    }

    /// Whether something that forbids and names these purposes counts: it spares only a question that is known to ask
    /// for others. A purpose without codes may be any.
    pub fn names_purpose(&self, purposes: &[PurposeRef]) -> bool {
        if purposes.is_empty() || self.purpose.is_none() || self.reaches_purpose(purposes) {
            return true;
        }
        let meant = self.purposes_meant();
        let named_by_code = || {
            purposes
                .iter()
                .any(|purpose| matches!(purpose, PurposeRef::Code(_)))
        };
        if meant.iter().any(Vec::is_empty) && named_by_code() {
            return true;
        }
        let overlaps = |forbidden: &Code| meant.iter().flatten().any(|asked| asked.overlaps(*forbidden));
        purposes.iter().any(|forbidden| match forbidden {
            PurposeRef::Code(code) => overlaps(code),
            PurposeRef::Id(id) => {
                let of = |activity: &Activity| -> Vec<Code> {
                    let named = |purpose: &&Purpose| purpose.id == *id;
                    activity
                        .purposes
                        .iter()
                        .filter(named)
                        .flat_map(|purpose| purpose.codes.clone())
                        .collect()
                };
                self.record
                    .activities
                    .values()
                    .flat_map(of)
                    .any(|code| overlaps(&code))
            }
        })
    }

    /// How the data of the scope meets the data asked.
    pub fn data_fit(&self, scope: &Scope, asked: &Combination<'_>) -> DataFit {
        if !scope.names_data() {
            return DataFit::Unscoped;
        }
        let named = scope
            .data_classes
            .iter()
            .fold(Classes::default(), |all, class| all.union((*class).into()));
        let by_class =
            scope.data_classes.iter().any(|class| asked.classes.is(*class)) && named.contains(asked.classes);
        let by_term = || {
            scope
                .data
                .iter()
                .any(|declared| self.covers_data(declared, asked))
        };
        if asked.data.is_some() && (by_class || by_term()) {
            DataFit::Named
        } else {
            DataFit::Missed
        }
    }

    /// Whether a declared term covers the data asked, with what the record makes of both: where a use raises the data
    /// asked, a term covers it only if it is that very term or raised as well.
    pub fn covers_data(&self, declared: &Term, asked: &Combination<'_>) -> bool {
        asked.data.is_some_and(|data| {
            declared == data
                || self.record.data.covers(declared, data) && self.raised(declared).contains(asked.classes)
        })
    }

    /// What the law and the activity's own uses make of a term.
    fn raised(&self, term: &Term) -> Classes {
        let terms = &self.record.data;
        let uses = self.activity.data_uses.iter().filter(|data_use| {
            data_use.stated.declares() && data_use.data.iter().any(|above| terms.is_within(term, above))
        });
        uses.fold(terms.classes(term), |classes, data_use| {
            classes.union(data_use.raised_to)
        })
    }

    /// Whether a declared ground names the data and covers the operation. A disclosure or automated decision without
    /// data of its own reaches protected data only then.
    pub fn a_ground_names(&self, asked: &Combination<'_>) -> bool {
        self.lists().legal_bases().entries.iter().any(|basis| {
            basis.stated.declares()
                && self.counts(&basis.scope.purposes)
                && self.data_fit(&basis.scope, asked) == DataFit::Named
                && self.scope_covers_rest(&basis.scope, asked)
        })
    }

    /// Whether the scope's operations, subjects and recipients cover what is asked.
    pub fn scope_covers_rest(&self, scope: &Scope, asked: &Combination<'_>) -> bool {
        let recipient = |party: &Party| {
            scope
                .recipients
                .iter()
                .any(|declared| party.is_covered_by(declared))
        };
        (scope.operations.is_empty() || scope.operations.iter().any(|word| word.covers(asked.operation)))
            && (scope.subjects.is_empty() || self.covers_person(&scope.subjects))
            && (scope.recipients.is_empty() || self.counterparty.party().is_some_and(recipient))
    }

    /// Whether a scope covers everything but purposes: what lengthens or lifts has to, although it stands in a rule
    /// that restricts.
    pub fn scope_covers(&self, scope: &Scope, asked: &Combination<'_>) -> bool {
        self.data_fit(scope, asked) != DataFit::Missed && self.scope_covers_rest(scope, asked)
    }

    /// Whether the data is in the form that it has to have. What identifies persons is neither anonymous nor
    /// pseudonymous, whatever the question says.
    pub fn form_is_covered(&self, asked: &Combination<'_>, form: FormLimit) -> bool {
        match (form, self.facts().form) {
            (FormLimit::Any, _) => true,
            (FormLimit::Anonymised, Form::Anonymised)
            | (FormLimit::Pseudonymised, Form::Anonymised | Form::Pseudonymised) => !self.identifies(asked),
            (FormLimit::Anonymised | FormLimit::Pseudonymised, _) => false,
        }
    }

    /// Whether the data identifies persons by itself.
    pub fn identifies(&self, asked: &Combination<'_>) -> bool {
        // The vocabulary has contact details, accounts, addresses of devices and recordings elsewhere.
        const IDENTIFYING: [&str; 5] = [
            "pd:Identifying",
            "pd:Contact",
            "pd:FinancialAccount",
            "pd:IPAddress",
            "pd:VoiceCommunicationRecording",
        ];
        asked.data.is_some_and(|data| {
            let mut terms = IDENTIFYING
                .iter()
                .filter_map(|code| Term::parse(Facet::Data, code).ok());
            terms.any(|identifying| self.record.data.is_within(data, &identifying))
        })
    }

    /// Whether a scope covers data and person.
    pub fn scope_covers_matter(&self, scope: &Scope, asked: &Combination<'_>) -> bool {
        self.data_fit(scope, asked) != DataFit::Missed
            && (scope.subjects.is_empty() || self.covers_person(&scope.subjects))
    }

    /// Whether the declared categories cover the person: one declared role is enough, but a role that is marked exact
    /// (a child, a vulnerable person) has to be covered itself.
    pub fn covers_person(&self, declared: &[Term]) -> bool {
        let terms = &self.record.subjects;
        let covered = |role: &Term| declared.iter().any(|category| terms.covers(category, role));
        self.person.iter().any(covered)
            && self
                .person
                .iter()
                .filter(|role| terms.is_exact(role))
                .all(covered)
    }

    /// Whether any role of the person has anything in common with these categories; empty lists do not limit.
    pub fn overlaps_person(&self, forbidden: &[Term]) -> bool {
        let terms = &self.record.subjects;
        forbidden.is_empty()
            || self.person.is_empty()
            || self
                .person
                .iter()
                .any(|role| forbidden.iter().any(|category| terms.overlaps(category, role)))
    }

    /// Whether a party has anything in common with one that is named, by id or kind.
    pub fn overlaps_party(&self, party: &Party, forbidden: &PartyRef) -> bool {
        let any = |kinds: &[Code]| {
            kinds
                .iter()
                .any(|kind| party.kinds.iter().any(|own| own.overlaps(*kind)))
        };
        match forbidden {
            PartyRef::Kind(code) => any(&[*code]),
            PartyRef::Named(id) if party.id.is_some() => party.id.as_ref() == Some(id),
            // Asked is a kind: the named one may be meant.
            PartyRef::Named(id) => {
                self.record
                    .recipients
                    .get(id)
                    .is_some_and(|named| any(&named.kinds))
                    || self
                        .record
                        .processors
                        .get(id)
                        .is_some_and(|named| any(&named.kinds))
            }
        }
    }

    /// Whether a scope that restricts has anything in common with what is asked. Purposes are left to the caller.
    pub fn overlaps(&self, scope: &Scope, asked: &Combination<'_>) -> bool {
        self.overlaps_rest(scope, asked) && self.overlaps_matter(scope, asked)
    }

    /// Whether operations and recipients of a scope that restricts have anything in common with what is asked.
    pub fn overlaps_rest(&self, scope: &Scope, asked: &Combination<'_>) -> bool {
        let recipients = match self.counterparty.party() {
            Some(party) => scope
                .recipients
                .iter()
                .any(|forbidden| self.overlaps_party(party, forbidden)),
            // Published or transferred to nobody in particular it reaches everybody.
            None => matches!(asked.operation, Operation::Publish | Operation::Transfer),
        };
        (scope.operations.is_empty() || self.forbids(&scope.operations, asked))
            && (scope.recipients.is_empty() || recipients)
    }

    /// Whether data and person of a scope that restricts have anything in common with what is asked.
    pub fn overlaps_matter(&self, scope: &Scope, asked: &Combination<'_>) -> bool {
        let terms = &self.record.data;
        let data = |asked_data: &Term| {
            scope
                .data
                .iter()
                .any(|forbidden| terms.shares(forbidden, asked_data))
                || scope
                    .data_classes
                    .iter()
                    .any(|class| asked.classes.is(*class) || terms.may_include(asked_data, *class))
        };
        (!scope.names_data() || asked.data.is_none_or(data)) && self.overlaps_person(&scope.subjects)
    }

    /// Whether words that forbid have anything in common with what is asked. What goes to a third country is a
    /// transfer, whatever it was asked as.
    pub fn forbids(&self, words: &[Operation], asked: &Combination<'_>) -> bool {
        words.iter().any(|word| {
            word.overlaps(asked.operation)
                || word.overlaps(asked.as_asked)
                || *word == Operation::Transfer && place::goes_abroad(self, asked)
        })
    }
}
