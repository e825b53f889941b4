//! A processing activity (Art. 30(1)(b)-(g)) and its statements.

use jiff::civil::Date;

use super::{
    name::{Id, ResourceName, Revision},
    operation::Operation,
    organisation::{ImpactAssessment, JointController, Principal, Role},
    party::Country,
    retention::RetentionRule,
    statement::{
        Effective, Entry, Extent, LawReference, Measure, PartyRef, Provenance, PurposeRef, Scope, Stated,
    },
    term::{Classes, Term},
    vocabulary::Code,
};

/// One entry of the record: purposes that share their data.
#[derive(Clone, Debug)]
pub struct Activity {
    /// Its name.
    pub name: ResourceName,
    /// The revision in which it was last changed.
    pub revision: Revision,
    /// What it is called.
    pub title: String,
    /// What it is.
    pub description: String,
    /// What the organisation is in it.
    pub role: Role,
    /// With whom it is controller.
    pub joint_controllers: Vec<JointController>,
    /// On whose behalf it processes.
    pub controllers: Vec<Principal>,
    /// Whether it is carried out.
    pub state: ActivityState,
    /// When it is carried out.
    pub effective: Effective,
    /// Why.
    pub purposes: Vec<Purpose>,
    /// Whose data.
    pub subjects: Vec<SubjectUse>,
    /// Which data.
    pub data_uses: Vec<DataUse>,
    /// What is done with it beyond the implied.
    pub operations: Vec<OperationUse>,
    /// On which grounds.
    pub legal_bases: Vec<LegalBasis>,
    /// To whom it is disclosed.
    pub disclosures: Vec<Disclosure>,
    /// Who processes it on the controller's behalf.
    pub processors: Vec<ProcessorUse>,
    /// Which transfers of the register it uses.
    pub transfers: Vec<Id>,
    /// How long it is kept.
    pub retention: Vec<RetentionRule>,
    /// What is decided by automated means.
    pub automated_decisions: Vec<AutomatedDecision>,
    /// What nobody may do.
    pub prohibitions: Vec<Prohibition>,
    /// From what a person may opt out.
    pub opt_outs: Vec<OptOut>,
    /// Who may see the data.
    pub access: Option<Access>,
    /// How it is protected.
    pub measures: Vec<Measure>,
    /// Systems it runs on.
    pub systems: Vec<String>,
    /// The impact assessment.
    pub impact_assessment: Option<ImpactAssessment>,
    /// Unit that answers for it.
    pub owner: String,
    /// Day of the last review of the entry.
    pub reviewed_on: Option<Date>,
    /// What is said of whole lists.
    pub extents: Vec<Extent>,
    /// Where it is stated.
    pub provenance: Provenance,
}

/// Whether an activity is carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActivityState {
    /// It is.
    Active,
    /// Not yet.
    Draft,
    /// No longer.
    Retired,
}

/// A purpose (Art. 5(1)(b)).
#[derive(Clone, Debug)]
pub struct Purpose {
    /// Id within the activity.
    pub id: Id,
    /// In own words.
    pub text: String,
    /// Its codes.
    pub codes: Vec<Code>,
    /// Whether narrower codes are meant too.
    pub includes_narrower: bool,
    /// Whether it is direct marketing (Art. 21(2)).
    pub direct_marketing: bool,
    /// Whether sending hangs on a consent for the channel, beside the ground.
    pub channel_consent: bool,
    /// Purposes assessed as compatible with it (Art. 6(4)).
    pub compatible: Vec<Code>,
    /// Kind and source.
    pub stated: Stated,
}

/// A category of data subjects.
#[derive(Clone, Debug)]
pub struct SubjectUse {
    /// Which.
    pub subject: Term,
    /// Kind and source.
    pub stated: Stated,
}

/// Data that the activity uses.
#[derive(Clone, Debug)]
pub struct DataUse {
    /// Which.
    pub data: Vec<Term>,
    /// In own words.
    pub text: String,
    /// Whether the person has to provide it.
    pub requirement: Requirement,
    /// Whose; empty: every subject of the activity.
    pub subjects: Vec<Term>,
    /// From where; empty: not stated.
    pub sources: Vec<PartyRef>,
    /// Whether the sources are examples.
    pub sources_are_examples: bool,
    /// For which purposes; empty: all.
    pub purposes: Vec<PurposeRef>,
    /// Which operations it is limited to; empty: not limited.
    pub operations: Vec<Operation>,
    /// All must hold.
    pub conditions: Vec<Id>,
    /// What the data is here beyond what its codes say.
    pub raised_to: Classes,
    /// In which form.
    pub form: FormLimit,
    /// Kind and source.
    pub stated: Stated,
}

/// Whether the person has to provide data (Art. 13(2)(e)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Requirement {
    /// Not stated.
    NotStated,
    /// It has to be provided.
    Required,
    /// It is up to the person.
    Voluntary,
}

/// Operations that have to be declared, or are said not to be done.
#[derive(Clone, Debug)]
pub struct OperationUse {
    /// Which.
    pub operations: Vec<Operation>,
    /// In own words.
    pub text: String,
    /// What it is limited to.
    pub scope: Scope,
    /// Kind and source.
    pub stated: Stated,
}

/// A ground as a whole.
#[derive(Clone, Debug)]
pub struct LegalBasis {
    /// The Art. 6(1) point; `None`: not stated.
    pub article_6: Option<Article6>,
    /// The Art. 9(2) exception.
    pub article_9: Option<Article9>,
    /// Whether it states a ground under Art. 10.
    pub article_10: Option<Code>,
    /// Whether it states a ground for the national number (Art. 87).
    pub article_87: Option<Code>,
    /// The laws it rests on.
    pub laws: Vec<LawReference>,
    /// The interest pursued (Art. 6(1)(f)).
    pub legitimate_interest: String,
    /// In own words.
    pub text: String,
    /// What it is limited to.
    pub scope: Scope,
    /// All must hold.
    pub conditions: Vec<Id>,
    /// Kind and source.
    pub stated: Stated,
}

/// The points of Art. 6(1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Article6 {
    /// (a) Consent.
    Consent,
    /// (b) Contract.
    Contract,
    /// (c) Legal obligation.
    LegalObligation,
    /// (d) Vital interests.
    VitalInterests,
    /// (e) Public interest or official authority.
    PublicTask,
    /// (f) Legitimate interests.
    LegitimateInterests,
}

/// The exceptions of Art. 9(2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Article9 {
    /// (a) Explicit consent.
    ExplicitConsent,
    /// (b) Employment, social security and social protection law.
    SocialProtection,
    /// (c) Vital interests.
    VitalInterests,
    /// (d) Members of a non-profit body.
    NonProfitBody,
    /// (e) Manifestly made public.
    MadePublic,
    /// (f) Legal claims.
    LegalClaims,
    /// (g) Substantial public interest.
    SubstantialPublicInterest,
    /// (h) Health and social care.
    HealthCare,
    /// (i) Public health.
    PublicHealth,
    /// (j) Archiving, research, statistics.
    Research,
}

impl Article6 {
    /// Its letter.
    pub const fn letter(self) -> char {
        match self {
            Self::Consent => 'a',
            Self::Contract => 'b',
            Self::LegalObligation => 'c',
            Self::VitalInterests => 'd',
            Self::PublicTask => 'e',
            Self::LegitimateInterests => 'f',
        }
    }
}

impl Article9 {
    /// Its letter.
    pub const fn letter(self) -> char {
        match self {
            Self::ExplicitConsent => 'a',
            Self::SocialProtection => 'b',
            Self::VitalInterests => 'c',
            Self::NonProfitBody => 'd',
            Self::MadePublic => 'e',
            Self::LegalClaims => 'f',
            Self::SubstantialPublicInterest => 'g',
            Self::HealthCare => 'h',
            Self::PublicHealth => 'i',
            Self::Research => 'j',
        }
    }

    /// Whether it needs Union or Member State law.
    pub const fn needs_law(self) -> bool {
        matches!(
            self,
            Self::SocialProtection
                | Self::SubstantialPublicInterest
                | Self::HealthCare
                | Self::PublicHealth
                | Self::Research
        )
    }
}

/// A disclosure (Art. 30(1)(d)).
#[derive(Clone, Debug)]
pub struct Disclosure {
    /// To whom.
    pub recipients: Vec<PartyRef>,
    /// Which data, whose, for which purposes.
    pub scope: Scope,
    /// Only when the recipient asks.
    pub initiative: Initiative,
    /// All must hold.
    pub conditions: Vec<Id>,
    /// Where the recipient may be; empty: within the EEA.
    pub places: Vec<Place>,
    /// In anonymous form only.
    pub form: FormLimit,
    /// Whether it is only the person's own.
    pub counterparty: Relation,
    /// The laws it rests on.
    pub laws: Vec<LawReference>,
    /// In own words.
    pub text: String,
    /// Kind and source.
    pub stated: Stated,
}

/// Whose a recipient is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// Anybody of the kind.
    Any,
    /// The person's own: "your employer", "your bank".
    Own,
}

/// On whose initiative data is disclosed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Initiative {
    /// Not stated.
    NotStated,
    /// Only when the recipient asks.
    OnRequest,
    /// Because a law requires it.
    RequiredByLaw,
    /// Only when the person asks.
    OnSubjectRequest,
}

/// Where a recipient may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Anywhere in the European Economic Area.
    Eea,
    /// In one country.
    Country(Country),
}

/// The form that data has to have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormLimit {
    /// Any.
    Any,
    /// Pseudonymised or anonymous only.
    Pseudonymised,
    /// Anonymous only.
    Anonymised,
}

/// A processor at work for the activity.
#[derive(Clone, Debug)]
pub struct ProcessorUse {
    /// Which.
    pub processor: Id,
    /// Which data, operations, purposes.
    pub scope: Scope,
    /// In own words.
    pub text: String,
    /// Kind and source.
    pub stated: Stated,
}

/// What is decided solely by automated means (Art. 22).
#[derive(Clone, Debug)]
pub struct AutomatedDecision {
    /// The outcomes that are automated.
    pub outcomes: Vec<Outcome>,
    /// The exception that allows it; `None`: not stated.
    pub exception: Option<Article22>,
    /// The laws it rests on.
    pub laws: Vec<LawReference>,
    /// Which data, whose, for which purposes.
    pub scope: Scope,
    /// Whether safeguards are recorded.
    pub safeguards: Vec<Code>,
    /// Logic, significance and consequences, in own words.
    pub text: String,
    /// Kind and source.
    pub stated: Stated,
}

/// The outcome of an automated decision for the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// Only what the person asked for.
    Favourable,
    /// A refusal or disadvantage.
    Adverse,
    /// Either.
    Mixed,
}

/// The exceptions of Art. 22(2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Article22 {
    /// (a) Contract.
    Contract,
    /// (b) Law.
    Law,
    /// (c) Explicit consent.
    Consent,
}

/// What nobody may do.
#[derive(Clone, Debug)]
pub struct Prohibition {
    /// Id within the activity or register.
    pub id: Option<Id>,
    /// In own words.
    pub text: String,
    /// What is forbidden; empty: everything.
    pub scope: Scope,
    /// Lifts it once said.
    pub unless: Option<Id>,
    /// The laws it rests on.
    pub laws: Vec<LawReference>,
    /// When it holds.
    pub effective: Effective,
    /// Where it is stated.
    pub provenance: Provenance,
}

/// A standing right to opt out.
#[derive(Clone, Debug)]
pub struct OptOut {
    /// From what; empty: the activity.
    pub scope: Scope,
    /// How, in own words.
    pub text: String,
    /// Where it is stated.
    pub provenance: Provenance,
}

/// Who may see the data.
#[derive(Clone, Debug)]
pub struct Access {
    /// Only who needs it for the task.
    pub need_to_know: bool,
    /// Whether access is logged.
    pub logged: bool,
    /// In own words.
    pub text: String,
    /// Where it is stated.
    pub provenance: Provenance,
}

impl Entry for Purpose {
    fn id(&self) -> Option<&Id> {
        Some(&self.id)
    }
}

impl Entry for Prohibition {
    fn id(&self) -> Option<&Id> {
        self.id.as_ref()
    }
}

impl Entry for SubjectUse {}
impl Entry for DataUse {}
impl Entry for OperationUse {}
impl Entry for LegalBasis {}
impl Entry for Disclosure {}
impl Entry for ProcessorUse {}
impl Entry for AutomatedDecision {}
impl Entry for OptOut {}
