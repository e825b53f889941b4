//! The catalogue of the linter: every code with its number on the wire, severity, article, and the profiles in which it is
//! an error.

use super::Severity;
use crate::domain::organisation::Profile;

macro_rules! catalogue {
    ($( $(#[$group:meta])* $number:literal $variant:ident $code:literal $severity:ident [$($profile:ident)*] $article:literal
        $message:literal $remedy:literal; )*) => {
        /// The stable code of a lint finding.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum LintCode {
            $( #[doc = $message] $variant = $number, )*
        }

        impl LintCode {
            /// Every code.
            pub const ALL: &'static [LintCode] = &[ $( LintCode::$variant, )* ];

            /// Its number on the wire.
            pub const fn number(self) -> i32 {
                self as i32
            }

            /// The rule behind the code.
            pub const fn rule(self) -> Rule {
                match self {
                    $( LintCode::$variant => Rule {
                        code: $code,
                        severity: Severity::$severity,
                        profiles: &[ $( Profile::$profile, )* ],
                        article: $article,
                        message: $message,
                        remedy: $remedy,
                    }, )*
                }
            }
        }
    };
}

/// What the catalogue says of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The code as it is written.
    pub code: &'static str,
    /// How bad it is where no profile that needs it is claimed.
    pub severity: Severity,
    /// Profiles that are not complete with it.
    pub profiles: &'static [Profile],
    /// The provision it rests on.
    pub article: &'static str,
    /// The sentence for people.
    pub message: &'static str,
    /// What to do.
    pub remedy: &'static str,
}

catalogue! {
    // === Art. 30(1)(a), 30(2)(a)
    1 ControllerContactMissing "CONTROLLER_CONTACT_MISSING" Note [Record301 Record302 Notice13 Notice14] "GDPR Art. 30(1)(a)"
        "there is no way to reach the controller" "Give an address, mailbox or telephone number.";
    2 DpoContactMissing "DPO_CONTACT_MISSING" Note [Record301 Record302 Notice13 Notice14] "GDPR Arts 30(1)(a), 37(7)"
        "there is no way to reach the data protection officer" "Give the officer's contact details.";
    3 RepresentativeMissing "REPRESENTATIVE_MISSING" Note [Record301 Record302 Notice13 Notice14] "GDPR Arts 27, 30(1)(a)"
        "a controller outside the EEA has no representative" "Name the representative.";
    4 JointControllerContactMissing "JOINT_CONTROLLER_CONTACT_MISSING" Warning [Record301] "GDPR Art. 30(1)(a)"
        "there is no way to reach the joint controller" "Give its contact details.";
    5 PrincipalContactMissing "PRINCIPAL_CONTACT_MISSING" Warning [Record302] "GDPR Art. 30(2)(a)"
        "there is no way to reach the controller on whose behalf data is processed" "Give its contact details.";
    // === Art. 30(1)(b)-(g)
    6 PurposeMissing "PURPOSE_MISSING" Note [Record301 Notice13 Notice14] "GDPR Art. 30(1)(b)"
        "no purpose is stated" "State why the data is processed.";
    7 SubjectsMissing "SUBJECTS_MISSING" Note [Record301] "GDPR Art. 30(1)(c)"
        "no category of data subjects is stated" "State whose data it is.";
    8 DataMissing "DATA_MISSING" Note [Record301 Notice14] "GDPR Art. 30(1)(c)"
        "no category of personal data is stated" "State which data it is.";
    9 RecipientsNotStated "RECIPIENTS_NOT_STATED" Note [Record301 Notice13 Notice14] "GDPR Art. 30(1)(d)"
        "neither are recipients stated nor that there are none" "List them, or say that there are none.";
    10 TransfersNotStated "TRANSFERS_NOT_STATED" Note [Record301 Record302] "GDPR Art. 30(1)(e)"
        "neither are transfers stated nor that there are none" "List them, or say that there are none.";
    11 TransferCountryMissing "TRANSFER_COUNTRY_MISSING" Note [Record301 Record302] "GDPR Art. 30(1)(e)"
        "the third country of a transfer is not stated" "Name the country.";
    12 SafeguardsMissing "SAFEGUARDS_MISSING" Warning [Record301 Record302] "GDPR Arts 30(1)(e), 49(6)"
        "the safeguards of an exceptional transfer are not documented" "Refer to the assessment and the safeguards.";
    13 RetentionMissing "RETENTION_MISSING" Note [Record301 Notice13 Notice14] "GDPR Art. 30(1)(f)"
        "no period is stated for some of the data" "State a period, or why none can be stated.";
    14 RetentionUnresolved "RETENTION_UNRESOLVED" Warning [Record301] "GDPR Arts 5(1)(e), 30(1)(f)"
        "a period is left open" "State the period.";
    15 MeasuresMissing "MEASURES_MISSING" Note [Record301 Record302] "GDPR Arts 30(1)(g), 32"
        "no technical or organisational measure is stated" "Describe the measures in general.";
    // === Grounds
    16 LegalBasisNotRecorded "LEGAL_BASIS_NOT_RECORDED" Warning [Notice13 Notice14] "GDPR Arts 6(1), 13(1)(c)"
        "no ground is stated" "State the ground.";
    17 Art9ExceptionNotRecorded "ART9_EXCEPTION_NOT_RECORDED" Warning [] "GDPR Art. 9(2)"
        "special categories are used, and no entry states an exception for them" "State the exception with its ground.";
    18 Art10GroundNotRecorded "ART10_GROUND_NOT_RECORDED" Warning [] "GDPR Art. 10"
        "criminal data is used, and no entry states a ground for it" "State the law that authorises it.";
    19 NidGroundNotRecorded "NID_GROUND_NOT_RECORDED" Warning [] "GDPR Art. 87"
        "the national number is used, and no entry states a ground for it" "State the national provision.";
    20 LawRefMissing "LAW_REF_MISSING" Warning [] "GDPR Arts 6(3), 9(2)"
        "the ground needs a law and names none" "Name the law.";
    21 LegitimateInterestNotStated "LEGITIMATE_INTEREST_NOT_STATED" Warning [Notice13 Notice14] "GDPR Arts 6(1)(f), 13(1)(d)"
        "the legitimate interest is not stated" "State the interest.";
    22 LegitimateInterestOfAuthority "LEGITIMATE_INTEREST_OF_AUTHORITY" Warning [] "GDPR Art. 6(1), last sentence"
        "an authority cannot rest on legitimate interests in its tasks" "State another ground.";
    23 CprLimbMiscited "CPR_LIMB_MISCITED" Warning [] "Data Protection Act (DK) section 11"
        "a private controller cites the limb for public authorities" "Cite the limb of section 11(2) that holds.";
    24 LawUnconfirmed "LAW_UNCONFIRMED" Note [] "GDPR Art. 5(2)"
        "answers rest on law data that no lawyer has confirmed" "Have the exception recorded, or the entry confirmed.";
    // === Contradictions and dead references
    25 NoneBesideList "NONE_BESIDE_LIST" Warning [] "GDPR Art. 5(2)"
        "it is said that there are none, and some are listed" "Correct one of the two.";
    26 DeniedAndDeclared "DENIED_AND_DECLARED" Warning [] "GDPR Art. 5(2)"
        "the same data is said to be used and not to be used" "Correct one of the two.";
    27 RetentionConflict "RETENTION_CONFLICT" Warning [] "GDPR Art. 5(1)(e)"
        "two longest periods for the same data differ" "Say which one takes the other's place.";
    28 ScopeNamesUndeclared "SCOPE_NAMES_UNDECLARED" Warning [] "GDPR Art. 5(1)(c)"
        "a statement names data that no use of the activity declares" "Declare the data, or leave it out.";
    29 ProcessorUnused "PROCESSOR_UNUSED" Note [] "GDPR Art. 28"
        "no activity names the processor" "Name it where it works, or remove it.";
    30 RecipientUnused "RECIPIENT_UNUSED" Note [] "GDPR Art. 30(1)(d)"
        "no statement names the recipient" "Name it where it gets data, or remove it.";
    31 TransferUnused "TRANSFER_UNUSED" Note [] "GDPR Art. 30(1)(e)"
        "no activity names the transfer" "Name it where it is used, or remove it.";
    32 ConditionUnused "CONDITION_UNUSED" Note [] "GDPR Art. 5(2)"
        "no statement hangs on the condition" "Use it, or remove it.";
    42 ContactPersonUnused "CONTACT_PERSON_UNUSED" Warning [] "GDPR Art. 5(1)(e)"
        "no contact names the contact person" "Name the person where it is reached, or delete and erase the entry.";
    // === Accountability
    33 ProcessorContractNotRecorded "PROCESSOR_CONTRACT_NOT_RECORDED" Warning [] "GDPR Art. 28(3)"
        "no contract with the processor is recorded" "Have the contract recorded.";
    34 ProcessorContractEnded "PROCESSOR_CONTRACT_ENDED" Warning [] "GDPR Art. 28(3)"
        "the contract with the processor is not in force" "Renew it, or end the processing.";
    35 JointArrangementNotRecorded "JOINT_ARRANGEMENT_NOT_RECORDED" Warning [] "GDPR Art. 26(1)"
        "no arrangement with the joint controller is recorded" "Have the arrangement recorded.";
    36 ImpactAssessmentNotRecorded "IMPACT_ASSESSMENT_NOT_RECORDED" Warning [] "GDPR Art. 35(3)"
        "decisions about persons are automated, and no impact assessment is recorded" "Make or record the assessment.";
    37 ImpactAssessmentOverdue "IMPACT_ASSESSMENT_OVERDUE" Warning [] "GDPR Art. 35(11)"
        "the review of the impact assessment is overdue" "Review it.";
    38 EntryNotReviewed "ENTRY_NOT_REVIEWED" Note [] "GDPR Art. 5(2)"
        "the entry was last reviewed more than a year ago" "Review it.";
    // === Notices
    39 RightNotStated "RIGHT_NOT_STATED" Note [Notice13 Notice14] "GDPR Arts 13(2)(b)-(d), 14(2)(c)-(e)"
        "a right of the data subject is not stated" "State the right and how it is exercised.";
    40 SourcesNotStated "SOURCES_NOT_STATED" Note [Notice14] "GDPR Art. 14(2)(f)"
        "the source of data is not stated" "State where it comes from.";
    41 AutomatedLogicNotStated "AUTOMATED_LOGIC_NOT_STATED" Note [Notice13 Notice14] "GDPR Art. 13(2)(f)"
        "the logic and consequences of an automated decision are not stated" "State them.";
}
