//! Enums of the contract and their meaning inside, both ways.

use crate::{
    domain::{
        activity::{Article22, FormLimit, Initiative, Outcome, Requirement},
        finding::{Plane, Severity, Verdict},
        operation::Operation,
        organisation::{AssessmentState, Profile, RightKind, Role},
        party::TransferTool,
        question::{Channel, Fact, Form, RequestFact},
        retention::{Certainty, EndAction, Limit},
        statement::{List, Says, StatementKind},
        term::DataClass,
    },
    pb,
};

/// An enum of the contract that has a meaning inside.
pub trait Meaning<Inside>: TryFrom<i32> {
    /// Its meaning; `None` for a zero value that stands for nothing.
    fn meaning(self) -> Option<Inside>;
}

macro_rules! meanings {
    ($( $wire:ty => $inside:ty { $( $from:ident => $to:expr ),* $(,)? } )*) => {
        $( impl Meaning<$inside> for $wire {
            fn meaning(self) -> Option<$inside> {
                match self { $( <$wire>::$from => $to, )* }
            }
        } )*
    };
}

meanings! {
    pb::Operation => Operation {
        Unspecified => None,
        Collect => Some(Operation::Collect),
        Record => Some(Operation::Record),
        Structure => Some(Operation::Structure),
        Store => Some(Operation::Store),
        Consult => Some(Operation::Consult),
        Use => Some(Operation::Use),
        Combine => Some(Operation::Combine),
        SelectSearch => Some(Operation::SelectSearch),
        Disclose => Some(Operation::Disclose),
        Publish => Some(Operation::Publish),
        Transfer => Some(Operation::Transfer),
        Profile => Some(Operation::Profile),
        Score => Some(Operation::Score),
        DecideAutomated => Some(Operation::DecideAutomated),
        Archive => Some(Operation::Archive),
        Anonymise => Some(Operation::Anonymise),
        Restrict => Some(Operation::Restrict),
        Erase => Some(Operation::Erase),
        RestoreBackup => Some(Operation::RestoreBackup),
    }
    pb::StatementKind => StatementKind {
        Unspecified => Some(StatementKind::Declares),
        Declares => Some(StatementKind::Declares),
        Illustrates => Some(StatementKind::Illustrates),
        Denies => Some(StatementKind::Denies),
    }
    pb::DataClass => DataClass {
        Unspecified => None,
        Ordinary => Some(DataClass::Ordinary),
        Special => Some(DataClass::Special),
        Criminal => Some(DataClass::Criminal),
        NationalNumber => Some(DataClass::NationalNumber),
    }
    pb::extent::List => List {
        Unspecified => None,
        Purposes => Some(List::Purposes),
        Subjects => Some(List::Subjects),
        Data => Some(List::Data),
        Operations => Some(List::Operations),
        Sources => Some(List::Sources),
        LegalBases => Some(List::LegalBases),
        Article9 => Some(List::Article9),
        Article10 => Some(List::Article10),
        Article87 => Some(List::Article87),
        Recipients => Some(List::Recipients),
        Processors => Some(List::Processors),
        Transfers => Some(List::Transfers),
        AutomatedDecisions => Some(List::AutomatedDecisions),
    }
    pb::extent::Says => Says {
        Unspecified => None,
        None => Some(Says::None),
        Examples => Some(Says::Examples),
    }
    pb::disclosure::Initiative => Initiative {
        Unspecified => Some(Initiative::NotStated),
        OnRequest => Some(Initiative::OnRequest),
        RequiredByLaw => Some(Initiative::RequiredByLaw),
        OnSubjectRequest => Some(Initiative::OnSubjectRequest),
    }
    pb::processing_activity::Role => Role {
        Unspecified => Some(Role::Controller),
        Controller => Some(Role::Controller),
        JointController => Some(Role::JointController),
        Processor => Some(Role::Processor),
    }
    pb::impact_assessment::State => AssessmentState {
        Unspecified => Some(AssessmentState::NotStated),
        Made => Some(AssessmentState::Made),
        Missing => Some(AssessmentState::Missing),
        NotRequired => Some(AssessmentState::NotRequired),
    }
    pb::data_use::Requirement => Requirement {
        Unspecified => Some(Requirement::NotStated),
        Required => Some(Requirement::Required),
        Voluntary => Some(Requirement::Voluntary),
    }
    pb::Profile => Profile {
        Unspecified => None,
        Record301 => Some(Profile::Record301),
        Record302 => Some(Profile::Record302),
        Notice13 => Some(Profile::Notice13),
        Notice14 => Some(Profile::Notice14),
    }
    pb::right::Kind => RightKind {
        Unspecified => None,
        Information => Some(RightKind::Information),
        Access => Some(RightKind::Access),
        Rectification => Some(RightKind::Rectification),
        Erasure => Some(RightKind::Erasure),
        Restriction => Some(RightKind::Restriction),
        Portability => Some(RightKind::Portability),
        Objection => Some(RightKind::Objection),
        Withdrawal => Some(RightKind::Withdrawal),
        Complaint => Some(RightKind::Complaint),
        HumanReview => Some(RightKind::HumanReview),
    }
    pb::Channel => Channel {
        Unspecified => None,
        Email => Some(Channel::Email),
        Telephone => Some(Channel::Telephone),
        TextMessage => Some(Channel::TextMessage),
        Post => Some(Channel::Post),
        InApp => Some(Channel::InApp),
    }
    pb::DataForm => Form {
        Unspecified => Some(Form::Identifying),
        Identifying => Some(Form::Identifying),
        Pseudonymised => Some(Form::Pseudonymised),
        Anonymised => Some(Form::Anonymised),
    }
    pb::DataForm => FormLimit {
        Unspecified => Some(FormLimit::Any),
        Identifying => Some(FormLimit::Any),
        Pseudonymised => Some(FormLimit::Pseudonymised),
        Anonymised => Some(FormLimit::Anonymised),
    }
    pb::retention_rule::Limit => Limit {
        Unspecified => Some(Limit::Maximum),
        Maximum => Some(Limit::Maximum),
        Minimum => Some(Limit::Minimum),
        Exact => Some(Limit::Exact),
    }
    pb::retention_rule::EndAction => EndAction {
        Unspecified => Some(EndAction::NotStated),
        Erasure => Some(EndAction::Erasure),
        Anonymisation => Some(EndAction::Anonymisation),
        Archiving => Some(EndAction::Archiving),
        Restricting => Some(EndAction::Restricting),
        Review => Some(EndAction::Review),
    }
    pb::retention_rule::Certainty => Certainty {
        Unspecified => Some(Certainty::Stated),
        Stated => Some(Certainty::Stated),
        Interpreted => Some(Certainty::Interpreted),
        Unresolved => Some(Certainty::Unresolved),
    }
    pb::DecisionOutcome => Outcome {
        Unspecified => None,
        Favourable => Some(Outcome::Favourable),
        Adverse => Some(Outcome::Adverse),
        Mixed => Some(Outcome::Mixed),
    }
    pb::automated_decision::Exception => Option<Article22> {
        Unspecified => Some(None),
        Contract => Some(Some(Article22::Contract)),
        Law => Some(Some(Article22::Law)),
        Consent => Some(Some(Article22::Consent)),
    }
    pb::TransferTool => Option<TransferTool> {
        Unspecified => Some(None),
        Adequacy => Some(Some(TransferTool::Adequacy)),
        PublicInstrument => Some(Some(TransferTool::PublicInstrument)),
        BindingCorporateRules => Some(Some(TransferTool::BindingCorporateRules)),
        StandardClauses => Some(Some(TransferTool::StandardClauses)),
        AuthorityClauses => Some(Some(TransferTool::AuthorityClauses)),
        CodeOfConduct => Some(Some(TransferTool::CodeOfConduct)),
        Certification => Some(Some(TransferTool::Certification)),
        AdHocClauses => Some(Some(TransferTool::AdHocClauses)),
        AdministrativeArrangement => Some(Some(TransferTool::AdministrativeArrangement)),
        ExplicitConsent => Some(Some(TransferTool::ExplicitConsent)),
        ContractNecessity => Some(Some(TransferTool::ContractNecessity)),
        PublicInterest => Some(Some(TransferTool::PublicInterest)),
        LegalClaims => Some(Some(TransferTool::LegalClaims)),
        VitalInterests => Some(Some(TransferTool::VitalInterests)),
        PublicRegister => Some(Some(TransferTool::PublicRegister)),
        CompellingInterests => Some(Some(TransferTool::CompellingInterests)),
        NoTool => Some(Some(TransferTool::None)),
    }
    pb::Answer => Fact {
        Unspecified => Some(Fact::Unsaid),
        Yes => Some(Fact::Yes),
        No => Some(Fact::No),
        Unknown => Some(Fact::Unknown),
    }
    pb::RightsRequest => RequestFact {
        Unspecified => Some(RequestFact::Unsaid),
        None => Some(RequestFact::None),
        Open => Some(RequestFact::Open),
        Granted => Some(RequestFact::Granted),
        Refused => Some(RequestFact::Refused),
        Unclear => Some(RequestFact::Unknown),
    }
}

/// The meaning of a number on the wire: a number outside the contract, and a zero that stands for nothing, have none.
pub fn meaning<Wire: Meaning<Inside>, Inside>(number: i32) -> Option<Inside> {
    Wire::try_from(number).ok().and_then(Wire::meaning)
}

impl From<Verdict> for pb::Verdict {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Permitted => Self::Permitted,
            Verdict::Conditional => Self::Conditional,
            Verdict::Undetermined => Self::Undetermined,
            Verdict::Denied => Self::Denied,
        }
    }
}

impl From<Severity> for pb::Severity {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Denial => Self::Denial,
            Severity::MissingFact => Self::MissingFact,
            Severity::Condition => Self::Condition,
            Severity::Warning => Self::Warning,
            Severity::Duty => Self::Duty,
        }
    }
}

impl From<Plane> for pb::Plane {
    fn from(plane: Plane) -> Self {
        match plane {
            Plane::Lawfulness => Self::Lawfulness,
            Plane::Accountability => Self::Accountability,
            Plane::Policy => Self::Policy,
        }
    }
}

impl From<Operation> for pb::Operation {
    fn from(operation: Operation) -> Self {
        match operation {
            Operation::Collect => Self::Collect,
            Operation::Record => Self::Record,
            Operation::Structure => Self::Structure,
            Operation::Store => Self::Store,
            Operation::Consult => Self::Consult,
            Operation::Use => Self::Use,
            Operation::Combine => Self::Combine,
            Operation::SelectSearch => Self::SelectSearch,
            Operation::Disclose => Self::Disclose,
            Operation::Publish => Self::Publish,
            Operation::Transfer => Self::Transfer,
            Operation::Profile => Self::Profile,
            Operation::Score => Self::Score,
            Operation::DecideAutomated => Self::DecideAutomated,
            Operation::Archive => Self::Archive,
            Operation::Anonymise => Self::Anonymise,
            Operation::Restrict => Self::Restrict,
            Operation::Erase => Self::Erase,
            Operation::RestoreBackup => Self::RestoreBackup,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_survive_the_wire() {
        for operation in Operation::ALL {
            let number = pb::Operation::from(operation) as i32;
            assert_eq!(meaning::<pb::Operation, Operation>(number), Some(operation));
        }
    }

    #[test]
    fn numbers_outside_the_contract_mean_nothing() {
        assert_eq!(meaning::<pb::Operation, Operation>(0), None);
        assert_eq!(meaning::<pb::Operation, Operation>(77), None);
        assert_eq!(meaning::<pb::Answer, Fact>(-1), None);
    }
}
