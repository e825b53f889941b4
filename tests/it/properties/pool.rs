//! What registers and questions are made of.

use ropa::pb::{DataClass, Operation};

pub const ORDINARY: [&str; 16] = [
    "pd:EmailAddress",
    "pd:Name",
    "pd:Contact",
    "pd:TelephoneNumber",
    "pd:PhysicalAddress",
    "pd:City",
    "pd:Identifying",
    "pd:OfficialID",
    "pd:GroupMembership",
    "pd:Financial",
    "pd:Income",
    "pd:BankAccount",
    "ropa:BenefitPayment",
    "ropa:CaseFile",
    // Above everything social, and too broad to cover anything.
    "pd:Social",
    "dpv:PersonalData",
];

pub const PROTECTED: [&str; 7] = [
    "pd:MedicalHealth",
    "pd:Health",
    "pd:Prescription",
    "pd:TradeUnionMembership",
    "pd:CriminalOffence",
    "pd:Criminal",
    "ropa:NationalIdentificationNumber",
];

/// The register's own data categories that are ordinary, and those that are not.
pub const OWN_ORDINARY: [&str; 2] = ["first-name", "case-note"];
pub const OWN_PROTECTED: [&str; 2] = ["diagnosis", "benefit-type"];

pub const CLASSES: [DataClass; 4] = [
    DataClass::Ordinary,
    DataClass::Special,
    DataClass::Criminal,
    DataClass::NationalNumber,
];

/// Two of them are exact, the last is the register's own.
pub const SUBJECTS: [&str; 8] = [
    "dpv:Member",
    "dpv:Customer",
    "ropa:FormerMember",
    "dpv:Visitor",
    "ropa:FamilyMember",
    "dpv:Child",
    "ropa:DependentChild",
    "honorary-member",
];

/// Ids of purposes with their codes. The last but one is above the second.
pub const PURPOSES: [(&str, &str); 6] = [
    ("benefits", "ropa:BenefitAdministration"),
    ("advice", "ropa:CustomerAdvice"),
    ("reports", "ropa:StatutoryReporting"),
    ("cases", "ropa:CaseHandling"),
    ("care", "dpv:CustomerCare"),
    ("news", "dpv:DirectMarketing"),
];

pub const RECIPIENTS: [(&str, &str); 4] = [
    ("tax", "ropa:TaxAuthority"),
    ("bank", "ropa:Bank"),
    ("union", "ropa:TradeUnion"),
    ("self", "ropa:DataSubjectSelf"),
];

pub const PROCESSORS: [(&str, &str); 2] = [
    ("chat", "ropa:ChatServiceProvider"),
    ("cloud", "ropa:HostingProvider"),
];

/// What a statement or question names as the other side.
pub const PARTIES: [&str; 8] = [
    "tax",
    "bank",
    "union",
    "ropa:TaxAuthority",
    "dpv:Authority",
    "chat",
    "self",
    "ropa:DataSubjectSelf",
];

/// A plain fact, a right of the recipient, an explicit consent.
pub const CONDITIONS: [&str; 3] = ["applied", "legal-right", "consented"];

pub const EVENTS: [&str; 4] = [
    "ropa:DataCollected",
    "ropa:EndOfMembership",
    "ropa:CaseClosed",
    "ropa:Death",
];

/// What has to be declared, whatever the data.
pub const NOT_IMPLIED: [Operation; 7] = [
    Operation::Disclose,
    Operation::Publish,
    Operation::Transfer,
    Operation::Profile,
    Operation::Score,
    Operation::DecideAutomated,
    Operation::Archive,
];

/// Every operation; those that everyday questions are about more often.
pub const OPERATIONS: [Operation; 26] = [
    Operation::Use,
    Operation::Use,
    Operation::Use,
    Operation::Store,
    Operation::Consult,
    Operation::Collect,
    Operation::Collect,
    Operation::Disclose,
    Operation::Disclose,
    Operation::Disclose,
    Operation::Disclose,
    Operation::Erase,
    Operation::Record,
    Operation::Structure,
    Operation::Combine,
    Operation::SelectSearch,
    Operation::SelectSearch,
    Operation::Publish,
    Operation::Transfer,
    Operation::Profile,
    Operation::Score,
    Operation::DecideAutomated,
    Operation::Archive,
    Operation::Anonymise,
    Operation::Restrict,
    Operation::RestoreBackup,
];
