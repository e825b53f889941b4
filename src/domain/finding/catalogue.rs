//! The catalogue of findings: every code with its number on the wire, plane, severity and article.
//!
//! Numbers and meanings are for ever. A new code gets the next free number here and in
//! `proto/ropa/v1/finding_code.proto`; a test holds the two against each other.

use super::{Plane, Severity};

macro_rules! catalogue {
    ($( $(#[$group:meta])* $number:literal $variant:ident $code:literal $plane:ident $severity:ident $article:literal
        $message:literal $remedy:literal; )*) => {
        /// The stable code of a finding or duty.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum FindingCode {
            $( #[doc = $message] $variant = $number, )*
        }

        impl FindingCode {
            /// Every code, in the order of the conjuncts.
            pub const ALL: &'static [FindingCode] = &[ $( FindingCode::$variant, )* ];

            /// The code with this number on the wire.
            pub fn from_number(number: i32) -> Option<Self> {
                Self::ALL.iter().copied().find(|code| code.number() == number)
            }

            /// Its number on the wire.
            pub const fn number(self) -> i32 {
                self as i32
            }

            /// The rule behind the code.
            pub const fn rule(self) -> Rule {
                match self {
                    $( FindingCode::$variant => Rule {
                        code: $code,
                        plane: Plane::$plane,
                        severity: Severity::$severity,
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
    /// The code as it is written, e.g. `RETENTION_EXPIRED`.
    pub code: &'static str,
    /// Which kind of rule it is.
    pub plane: Plane,
    /// What it does to the verdict, unless the register's policy says otherwise.
    pub severity: Severity,
    /// The provision it rests on.
    pub article: &'static str,
    /// The sentence for people: what holds (for a condition: what is to be attested).
    pub message: &'static str,
    /// What would change the answer; empty where nothing would.
    pub remedy: &'static str,
}

catalogue! {
    // === In force, purpose
    1 ActivityNotRegistered "ACTIVITY_NOT_REGISTERED" Policy Denial "GDPR Arts 30(1), 5(2)"
        "the register has no such activity" "Have the activity recorded, or name the one that is meant.";
    2 ActivityNotActive "ACTIVITY_NOT_ACTIVE" Policy Denial "GDPR Arts 30(1), 5(2)"
        "the activity is not in force at the time of the processing" "Have the activity put in force.";
    3 ActivityAmbiguous "ACTIVITY_AMBIGUOUS" Policy MissingFact "GDPR Art. 5(1)(b)"
        "several activities declare the purpose and would answer differently" "Name the activity.";
    4 PurposeNotSaid "PURPOSE_NOT_SAID" Policy MissingFact "GDPR Art. 5(1)(b)"
        "the answer depends on the purpose" "Name the purpose.";
    5 PurposeNotRecorded "PURPOSE_NOT_RECORDED" Policy Denial "GDPR Arts 5(1)(b), 30(1)(b)"
        "the purpose is not recorded for the activity" "Have the purpose recorded.";
    6 PurposeAbsent "PURPOSE_ABSENT" Lawfulness Denial "GDPR Art. 5(1)(b)"
        "the record says that this purpose is not pursued" "";
    7 PurposeNotDeclared "PURPOSE_NOT_DECLARED" Lawfulness Denial "GDPR Art. 5(1)(b)"
        "the purpose is not among those declared for the activity" "Use the data for a declared purpose only, or have a compatible purpose assessed (Art. 6(4)).";
    8 TermUnknown "TERM_UNKNOWN" Policy Denial "GDPR Art. 30(1)"
        "the term is not known" "Use a known term.";
    9 CompatibilityAssessed "COMPATIBILITY_ASSESSED" Accountability Warning "GDPR Art. 6(4)"
        "the purpose rests on an assessment that it is compatible" "";
    // === Data, subjects, operations, sources, access
    10 DataCategoryNotRecorded "DATA_CATEGORY_NOT_RECORDED" Policy Denial "GDPR Arts 5(1)(c), 30(1)(c)"
        "the data category is not recorded for the activity" "Have the data category recorded.";
    11 DataCategoryAbsent "DATA_CATEGORY_ABSENT" Lawfulness Denial "GDPR Art. 5(1)(c)"
        "the record says that such data is not used" "";
    12 DataCategoryNotDeclared "DATA_CATEGORY_NOT_DECLARED" Lawfulness Denial "GDPR Art. 5(1)(c)"
        "no declared data category covers the data" "Leave the data out, or have it declared.";
    13 DataCategoryScopeExceeded "DATA_CATEGORY_SCOPE_EXCEEDED" Lawfulness Denial "GDPR Arts 5(1)(c), 25(2)"
        "the data is declared, but not for this subject, purpose or operation" "";
    14 DataCategoryNotValid "DATA_CATEGORY_NOT_VALID" Lawfulness Denial "GDPR Art. 5(1)(c)"
        "the use of the data is not in force at the time of the processing" "";
    15 SubjectCategoryNotRecorded "SUBJECT_CATEGORY_NOT_RECORDED" Policy Denial "GDPR Arts 5(1)(c), 30(1)(c)"
        "the data subject category is not recorded for the activity" "Have the category recorded.";
    16 SubjectCategoryAbsent "SUBJECT_CATEGORY_ABSENT" Lawfulness Denial "GDPR Art. 5(1)(c)"
        "the record says that the activity does not concern such persons" "";
    17 SubjectCategoryNotDeclared "SUBJECT_CATEGORY_NOT_DECLARED" Lawfulness Denial "GDPR Art. 5(1)(c)"
        "no declared data subject category covers the person" "";
    18 SubjectCategoryNotValid "SUBJECT_CATEGORY_NOT_VALID" Lawfulness Denial "GDPR Art. 5(1)(c)"
        "the data subject category is not in force at the time of the processing" "";
    19 SubjectStateUnknown "SUBJECT_STATE_UNKNOWN" Lawfulness MissingFact "GDPR Art. 5(1)(b), (c)"
        "the answer depends on whose data it is" "Name the subjects.";
    20 OperationNotRecorded "OPERATION_NOT_RECORDED" Policy Denial "GDPR Art. 5(1)(b)"
        "the operation has to be declared and is not recorded" "Have the operation recorded.";
    21 OperationAbsent "OPERATION_ABSENT" Lawfulness Denial "GDPR Arts 5(1)(b), 4(4)"
        "the record says that this is not done" "";
    22 OperationNotDeclared "OPERATION_NOT_DECLARED" Lawfulness Denial "GDPR Art. 5(1)(b)"
        "the operation is not among those declared" "";
    23 SourceNotRecorded "SOURCE_NOT_RECORDED" Policy Denial "GDPR Arts 14(2)(f), 5(1)(a)"
        "the source is not recorded" "Collect from the person, or have the source recorded.";
    24 SourceNotSaid "SOURCE_NOT_SAID" Policy MissingFact "GDPR Art. 5(1)(a)"
        "the answer depends on where the data comes from" "Name the source.";
    25 SourceAbsent "SOURCE_ABSENT" Lawfulness Denial "GDPR Art. 5(1)(a)"
        "the record says that the data has no sources" "";
    26 SourceNotDeclared "SOURCE_NOT_DECLARED" Lawfulness Denial "GDPR Art. 5(1)(a)"
        "the source is not among those declared" "Collect from a declared source.";
    27 AccessNotNeedToKnow "ACCESS_NOT_NEED_TO_KNOW" Lawfulness Denial "GDPR Arts 5(1)(f), 29, 32(4)"
        "the record limits access to those who need the data for their task" "";
    // === Roles
    165 InstructionUnchecked "INSTRUCTION_UNCHECKED" Lawfulness Condition "GDPR Arts 28(3)(a), 29"
        "the processing is within the documented instructions of the controller" "";
    166 JointArrangementNotRecorded "JOINT_ARRANGEMENT_NOT_RECORDED" Accountability Warning "GDPR Art. 26(1)"
        "no arrangement with the joint controllers is recorded" "Have the arrangement recorded.";
    // === Grounds
    28 LegalBasisNotRecorded "LEGAL_BASIS_NOT_RECORDED" Policy Denial "GDPR Arts 6(1), 30(1)"
        "no ground under Art. 6 is recorded for it" "Have the ground recorded.";
    29 LegalBasisAbsent "LEGAL_BASIS_ABSENT" Lawfulness Denial "GDPR Art. 6(1)"
        "the record says that there is no ground" "";
    30 LegalBasisScopeExceeded "LEGAL_BASIS_SCOPE_EXCEEDED" Lawfulness Denial "GDPR Art. 6(1)"
        "grounds are recorded, but none covers this operation, data, person and recipient" "";
    31 LegalBasisNotValid "LEGAL_BASIS_NOT_VALID" Lawfulness Denial "GDPR Art. 6(1), (3)"
        "the ground is not in force at the time of the processing" "";
    32 LegalBasisLawRefMissing "LEGAL_BASIS_LAW_REF_MISSING" Lawfulness Denial "GDPR Art. 6(3)"
        "a private body relies on a public task without naming the law" "Have the law recorded.";
    33 LegalBasisLawRefNotRecorded "LEGAL_BASIS_LAW_REF_NOT_RECORDED" Accountability Warning "GDPR Art. 6(3)"
        "the ground names no law" "Have the law recorded.";
    34 LegitimateInterestPublicAuthority "LEGITIMATE_INTEREST_PUBLIC_AUTHORITY" Lawfulness Denial "GDPR Art. 6(1) second subparagraph"
        "a public authority cannot rely on legitimate interests in its tasks" "";
    35 LiaNotRecorded "LIA_NOT_RECORDED" Accountability Warning "GDPR Arts 6(1)(f), 5(2)"
        "no assessment of the legitimate interests is recorded" "Have the assessment recorded.";
    36 SubjectNotContractParty "SUBJECT_NOT_CONTRACT_PARTY" Lawfulness Denial "GDPR Art. 6(1)(b)"
        "the person is not a party to the contract" "";
    37 VitalInterestSubsidiarity "VITAL_INTEREST_SUBSIDIARITY" Lawfulness Condition "GDPR Art. 6(1)(d), recital 46"
        "no other ground is manifestly available" "";
    38 ConsentUnknown "CONSENT_UNKNOWN" Lawfulness MissingFact "GDPR Arts 6(1)(a), 7(1)"
        "the answer depends on a consent" "Say whether the person consented.";
    39 ConsentMissing "CONSENT_MISSING" Lawfulness Denial "GDPR Arts 6(1)(a), 7(1)"
        "there is no consent" "Obtain the consent.";
    40 ConsentScopeExceeded "CONSENT_SCOPE_EXCEEDED" Lawfulness Denial "GDPR Arts 4(11), 6(1)(a)"
        "the consent is for another purpose, other data or another recipient" "";
    41 ConsentOfAnotherPerson "CONSENT_OF_ANOTHER_PERSON" Lawfulness Denial "GDPR Art. 4(11)"
        "the consent is another person's" "";
    42 ConsentWithdrawn "CONSENT_WITHDRAWN" Lawfulness Denial "GDPR Art. 7(3)"
        "the consent has been withdrawn" "";
    43 ChildConsentAge "CHILD_CONSENT_AGE" Lawfulness Denial "GDPR Art. 8(1)"
        "the child was too young to consent and no representative did" "";
    44 ChildAgeUnknown "CHILD_AGE_UNKNOWN" Lawfulness MissingFact "GDPR Art. 8(1)"
        "the answer depends on the age at the consent" "Say the age in full years.";
    45 Art9ExceptionNotRecorded "ART9_EXCEPTION_NOT_RECORDED" Accountability Warning "GDPR Art. 9(2)"
        "the exception is not recorded; national law gives one" "Have the exception recorded.";
    46 Art9ExceptionMissing "ART9_EXCEPTION_MISSING" Lawfulness Denial "GDPR Art. 9(1), (2)"
        "the data is special, and neither the record nor the law data has an exception" "Have the exception of Art. 9(2) recorded, with the law it rests on.";
    47 Art9ExceptionAbsent "ART9_EXCEPTION_ABSENT" Lawfulness Denial "GDPR Art. 9(2)"
        "the record says that there is no exception" "";
    48 Art9ExceptionScopeExceeded "ART9_EXCEPTION_SCOPE_EXCEEDED" Lawfulness Denial "GDPR Art. 9(2)"
        "the ground states no exception for these data, and another entry's does not complete it" "";
    49 Art9ExceptionLawRefNotRecorded "ART9_EXCEPTION_LAW_REF_NOT_RECORDED" Accountability Warning "GDPR Art. 9(2)"
        "the exception names no law" "Have the law recorded.";
    50 Art9ExplicitConsentRequired "ART9_EXPLICIT_CONSENT_REQUIRED" Lawfulness Denial "GDPR Art. 9(2)(a)"
        "the consent is not explicit" "Obtain explicit consent.";
    51 Art9LegalClaimsScope "ART9_LEGAL_CLAIMS_SCOPE" Lawfulness Denial "GDPR Art. 9(2)(f)"
        "there is no legal claim" "";
    52 LegalClaimUnknown "LEGAL_CLAIM_UNKNOWN" Lawfulness MissingFact "GDPR Art. 9(2)(f)"
        "the answer depends on whether there is a legal claim" "Say whether there is.";
    53 Art10GroundNotRecorded "ART10_GROUND_NOT_RECORDED" Accountability Warning "GDPR Art. 10"
        "the ground is not recorded; national law gives one" "Have the ground recorded.";
    54 Art10GroundMissing "ART10_GROUND_MISSING" Lawfulness Denial "GDPR Art. 10"
        "the data is criminal, and neither the record nor the law data has a ground" "Have the ground recorded.";
    55 Art10GroundAbsent "ART10_GROUND_ABSENT" Lawfulness Denial "GDPR Art. 10"
        "the record says that there is no ground" "";
    56 Art10GroundScopeExceeded "ART10_GROUND_SCOPE_EXCEEDED" Lawfulness Denial "GDPR Art. 10"
        "the ground states nothing for criminal data, and another entry's does not complete it" "";
    57 NidGroundNotRecorded "NID_GROUND_NOT_RECORDED" Accountability Warning "GDPR Art. 87"
        "the ground for the national number is not recorded; national law gives one" "Have the ground recorded.";
    58 NidGroundMissing "NID_GROUND_MISSING" Lawfulness Denial "GDPR Art. 87"
        "neither the record nor the law data has a ground for the national number" "Have the ground recorded.";
    59 NidGroundAbsent "NID_GROUND_ABSENT" Lawfulness Denial "GDPR Art. 87"
        "the record says that there is no ground for the national number" "";
    60 NidGroundScopeExceeded "NID_GROUND_SCOPE_EXCEEDED" Lawfulness Denial "GDPR Art. 87"
        "the ground states nothing for the national number, and another entry's does not complete it" "";
    61 SePnr310Attest "SE_PNR_3_10_ATTEST" Lawfulness Condition "Data Protection Act (SE) 3:10"
        "the number is clearly justified by the purpose, the importance of secure identification or another noteworthy reason" "";
    62 Se11412SearchBan "SE_114_12_SEARCH_BAN" Lawfulness Denial "Social Insurance Code (SE) 114:12"
        "persons may not be selected by sensitive data for this purpose" "";
    167 Dk74PermitRequired "DK_7_4_PERMIT_REQUIRED" Lawfulness Condition "Data Protection Act (DK) section 7(4)"
        "the permit of the supervisory authority is at hand" "Obtain the permit.";
    // === Rights
    63 ObjectionDirectMarketing "OBJECTION_DIRECT_MARKETING" Lawfulness Denial "GDPR Art. 21(2), (3)"
        "the person has objected to direct marketing" "";
    64 OptOutRecorded "OPT_OUT_RECORDED" Lawfulness Denial "GDPR Art. 21"
        "the person has opted out" "";
    65 OptOutUnchecked "OPT_OUT_UNCHECKED" Lawfulness Condition "GDPR Art. 21"
        "the list of those who opted out has been checked for this person" "";
    66 ChannelConsentUnchecked "CHANNEL_CONSENT_UNCHECKED" Lawfulness Condition "ePrivacy Directive Art. 13"
        "the consent that the channel needs has been checked" "";
    162 ChannelConsentMissing "CHANNEL_CONSENT_MISSING" Lawfulness Denial "ePrivacy Directive Art. 13"
        "there is no consent for the channel" "Ask for consent, or use another channel.";
    163 ChannelConsentUnknown "CHANNEL_CONSENT_UNKNOWN" Lawfulness MissingFact "ePrivacy Directive Art. 13"
        "the answer depends on a consent for the channel" "Say `channel` and `consents`.";
    67 RightsUnknown "RIGHTS_UNKNOWN" Lawfulness MissingFact "GDPR Arts 17, 18, 21"
        "the answer depends on a request of the person" "Find out how far the request has come.";
    68 ObjectionPending "OBJECTION_PENDING" Lawfulness Denial "GDPR Arts 21(1), 18(1)(d)"
        "an objection is open" "";
    69 ObjectionUpheld "OBJECTION_UPHELD" Lawfulness Denial "GDPR Art. 21(1)"
        "an objection was upheld" "";
    70 ObjectionNotAvailable "OBJECTION_NOT_AVAILABLE" Accountability Warning "GDPR Art. 21(1)"
        "the objection has no effect on this ground" "";
    71 RestrictionActive "RESTRICTION_ACTIVE" Lawfulness Denial "GDPR Art. 18(1), (2)"
        "processing of the data is restricted" "";
    72 ErasureRequestGranted "ERASURE_REQUEST_GRANTED" Lawfulness Denial "GDPR Art. 17(1)"
        "the person's request that the data be erased was granted" "Erase the data.";
    73 ErasureRequestOpen "ERASURE_REQUEST_OPEN" Lawfulness Condition "GDPR Art. 17(1)"
        "a request that the data be erased is open, and an exception of Art. 17(3) applies" "";
    74 LegalHoldActive "LEGAL_HOLD_ACTIVE" Lawfulness Denial "GDPR Art. 17(3)(e)"
        "a legal hold lies on the data" "";
    75 LegalHoldUnknown "LEGAL_HOLD_UNKNOWN" Lawfulness MissingFact "GDPR Art. 17(3)(e)"
        "the answer depends on whether a legal hold lies on the data" "Find out.";
    // === Retention
    76 RetentionNotRecorded "RETENTION_NOT_RECORDED" Accountability Warning "GDPR Arts 5(1)(e), 30(1)(f)"
        "no period is recorded for the data" "Have a period recorded.";
    77 RetentionExpired "RETENTION_EXPIRED" Lawfulness Denial "GDPR Arts 5(1)(e), 17(1)(a)"
        "the period is over" "Erase or anonymise the data.";
    78 RetentionMarginStorageOnly "RETENTION_MARGIN_STORAGE_ONLY" Policy Denial "GDPR Art. 5(1)(e)"
        "the period of use is over; the data may only be stored, erased or used for a legal claim" "";
    79 RetentionAnchorUnknown "RETENTION_ANCHOR_UNKNOWN" Lawfulness MissingFact "GDPR Art. 5(1)(e)"
        "the answer depends on the date of an event" "Say the date.";
    80 RetentionAnchorUnsaid "RETENTION_ANCHOR_UNSAID" Lawfulness Condition "GDPR Art. 5(1)(e)"
        "the period has not ended" "";
    81 RetentionNoneApplies "RETENTION_NONE_APPLIES" Lawfulness MissingFact "GDPR Art. 5(1)(e)"
        "no period is left once conditions are taken into account" "Find out which period applies.";
    82 RetentionRelationOver "RETENTION_RELATION_OVER" Lawfulness MissingFact "GDPR Art. 5(1)(e)"
        "the relation is over and no period can be reckoned" "Find out how long the data is kept.";
    83 RetentionConflict "RETENTION_CONFLICT" Accountability Warning "GDPR Art. 5(1)(e)"
        "two periods of the record differ; the earlier end applies" "Have the record say which one counts.";
    164 RetentionExtensionOpen "RETENTION_EXTENSION_OPEN" Lawfulness Condition "GDPR Art. 5(1)(e)"
        "the period was prolonged by an event, and the data may still be kept" "";
    84 RetentionInterpreted "RETENTION_INTERPRETED" Accountability Warning "GDPR Art. 5(1)(e)"
        "the start of the period was interpreted" "Have the start recorded.";
    85 RetentionUnresolved "RETENTION_UNRESOLVED" Accountability Warning "GDPR Art. 5(1)(e), (2)"
        "the record leaves the period to another document or open" "Have the period recorded.";
    86 RetentionUnresolvedErase "RETENTION_UNRESOLVED_ERASE" Lawfulness MissingFact "GDPR Art. 17(3)"
        "whether the data may be erased depends on a period that the record leaves open" "Look it up where the record points to.";
    87 EarlyErasureRefused "EARLY_ERASURE_REFUSED" Lawfulness Denial "GDPR Arts 6(1)(c), 17(3)(b)"
        "a law requires that the data be kept longer" "";
    88 EarlyErasureOwnMinimum "EARLY_ERASURE_OWN_MINIMUM" Policy Denial "GDPR Art. 5(2)"
        "the record requires that the data be kept longer" "";
    89 AnonymisationInsufficient "ANONYMISATION_INSUFFICIENT" Lawfulness Denial "GDPR Art. 4(5), recital 26"
        "data with an identifier is not anonymous" "Remove identifiers and stable keys.";
    90 AnonymousOutOfScope "ANONYMOUS_OUT_OF_SCOPE" Lawfulness Warning "GDPR Art. 4(1), recital 26"
        "anonymous data is not personal data; only what the record says of it was checked" "";
    // === Counterparty
    91 ProcessorNotRecorded "PROCESSOR_NOT_RECORDED" Policy Denial "GDPR Arts 28, 30(1)(d)"
        "the processor is not recorded for the activity" "Have the processor recorded.";
    92 ProcessorAbsent "PROCESSOR_ABSENT" Lawfulness Denial "GDPR Art. 28"
        "the record says that there is no processor" "";
    93 ProcessorNotDeclared "PROCESSOR_NOT_DECLARED" Lawfulness Denial "GDPR Art. 28"
        "the processor is not among those declared for the activity" "";
    94 ProcessorScopeExceeded "PROCESSOR_SCOPE_EXCEEDED" Lawfulness Denial "GDPR Arts 28, 29"
        "the processor is declared, but not for these data" "";
    95 ProcessorNotValid "PROCESSOR_NOT_VALID" Lawfulness Denial "GDPR Art. 28"
        "the use of the processor is not in force at the time of the processing" "";
    96 ProcessorContractNotRecorded "PROCESSOR_CONTRACT_NOT_RECORDED" Accountability Warning "GDPR Art. 28(3)"
        "no contract with the processor is recorded" "Have the contract recorded.";
    97 ProcessorContractAbsent "PROCESSOR_CONTRACT_ABSENT" Policy Denial "GDPR Art. 28(3)"
        "the record says that there is no contract with the processor" "Conclude one.";
    98 ProcessorContractScopeExceeded "PROCESSOR_CONTRACT_SCOPE_EXCEEDED" Policy Denial "GDPR Arts 28(3), 29"
        "the contract does not cover this" "";
    99 ProcessorContractNotValid "PROCESSOR_CONTRACT_NOT_VALID" Policy Denial "GDPR Art. 28(3)"
        "the contract is not in force at the time of the processing" "";
    100 RecipientNotRecorded "RECIPIENT_NOT_RECORDED" Policy Denial "GDPR Arts 30(1)(d), 13(1)(e)"
        "the recipient is not recorded for the activity" "Have the recipient recorded.";
    101 RecipientAbsent "RECIPIENT_ABSENT" Lawfulness Denial "GDPR Art. 5(1)(a)"
        "the record says that the data is not disclosed to others" "";
    102 RecipientNotDeclared "RECIPIENT_NOT_DECLARED" Lawfulness Denial "GDPR Art. 5(1)(a)"
        "the recipient is not among those declared" "";
    103 RecipientScopeExceeded "RECIPIENT_SCOPE_EXCEEDED" Lawfulness Denial "GDPR Art. 5(1)(b), (c)"
        "the recipient is declared, but not for this data, purpose, place or form" "";
    104 RecipientNotValid "RECIPIENT_NOT_VALID" Lawfulness Denial "GDPR Art. 30(1)(d)"
        "the disclosure is not in force at the time of the processing" "";
    105 AuthorityRequestUnknown "AUTHORITY_REQUEST_UNKNOWN" Lawfulness MissingFact "GDPR Art. 4(9)"
        "the answer depends on whether the authority asked in a particular inquiry, and by which law" "Say `requested` and `legal_reference`.";
    106 AuthorityInquiry "AUTHORITY_INQUIRY" Accountability Warning "GDPR Art. 4(9)"
        "an authority in a particular inquiry is not a recipient; the record does not name it" "";
    107 ProtectedIdentityBlock "PROTECTED_IDENTITY_BLOCK" Lawfulness Denial "national law on protected identities"
        "the person's identity is protected" "";
    108 ProtectedIdentityUnchecked "PROTECTED_IDENTITY_UNCHECKED" Lawfulness Condition "national law on protected identities"
        "no protected-identity mark is set for the person" "";
    109 PortabilityIdentity "PORTABILITY_IDENTITY" Lawfulness Condition "GDPR Art. 20"
        "the identity of the person and the controller named by the person were checked" "";
    160 RelationNotMatched "RELATION_NOT_MATCHED" Lawfulness Denial "GDPR Art. 5(1)(b)"
        "the recipient is declared only where it is the person's own" "";
    161 RelationUnknown "RELATION_UNKNOWN" Lawfulness MissingFact "GDPR Art. 5(2)"
        "the answer depends on whether the recipient is the person's own" "Say `own`.";
    168 DkCctvDisclosure4c "DK_CCTV_DISCLOSURE_4C" Lawfulness Denial "Act on CCTV Surveillance (DK) section 4c"
        "footage made to prevent crime goes to others only with explicit consent, by law, or to the police to solve a crime"
        "";
    // === Place
    110 TransferNotRecorded "TRANSFER_NOT_RECORDED" Lawfulness Denial "GDPR Arts 44, 30(1)(e)"
        "no transfer outside the EEA is recorded" "";
    111 TransferAbsent "TRANSFER_ABSENT" Lawfulness Denial "GDPR Art. 44"
        "the record says that nothing is transferred outside the EEA" "";
    112 TransferNotDeclared "TRANSFER_NOT_DECLARED" Lawfulness Denial "GDPR Arts 44, 13(1)(f)"
        "no declared transfer covers this country, importer and data" "";
    113 TransferNotValid "TRANSFER_NOT_VALID" Lawfulness Denial "GDPR Art. 44"
        "the transfer is not in force at the time of the processing" "";
    114 TransferCountryUnidentified "TRANSFER_COUNTRY_UNIDENTIFIED" Accountability Warning "GDPR Art. 30(1)(e)"
        "the record does not name the country" "Have the country recorded.";
    115 TransferNoTool "TRANSFER_NO_TOOL" Lawfulness Denial "GDPR Art. 44"
        "the transfer has no tool of Chapter V" "";
    116 TransferToolUnknown "TRANSFER_TOOL_UNKNOWN" Lawfulness MissingFact "GDPR Art. 44"
        "the record leaves the tool to the case" "Say `transfer_tool`.";
    117 TransferToolAttest "TRANSFER_TOOL_ATTEST" Lawfulness Condition "GDPR Art. 44"
        "the importer and the tool were confirmed for this case" "";
    118 PlaceUnknown "PLACE_UNKNOWN" Lawfulness MissingFact "GDPR Art. 44"
        "the answer depends on where the data goes" "Say `country`.";
    119 AdequacyMissing "ADEQUACY_MISSING" Lawfulness Denial "GDPR Art. 45"
        "there is no adequacy decision for the country" "";
    120 AdequacyExpired "ADEQUACY_EXPIRED" Lawfulness Denial "GDPR Art. 45"
        "the adequacy decision is not in force at the time of the processing" "";
    121 AdequacyOutOfScope "ADEQUACY_OUT_OF_SCOPE" Lawfulness Denial "GDPR Art. 45"
        "the importer is outside the scope of the adequacy decision" "";
    122 AdequacyScopeUnknown "ADEQUACY_SCOPE_UNKNOWN" Lawfulness MissingFact "GDPR Art. 45"
        "the answer depends on whether the importer is within the scope of the adequacy decision" "Say `importer_covered`.";
    123 AdequacyExpiring "ADEQUACY_EXPIRING" Accountability Warning "GDPR Art. 45"
        "the adequacy decision ends within twelve months" "";
    124 TiaNotRecorded "TIA_NOT_RECORDED" Accountability Warning "GDPR Art. 46, CJEU C-311/18"
        "no transfer impact assessment is recorded" "Have the assessment recorded.";
    125 DerogationPublicAuthority "DEROGATION_PUBLIC_AUTHORITY" Lawfulness Denial "GDPR Art. 49(3)"
        "the derogation is not available to public authorities" "";
    126 DerogationConditions "DEROGATION_CONDITIONS" Lawfulness Condition "GDPR Art. 49"
        "the conditions of the derogation hold in this case" "";
    // === Automated decisions
    127 AdmNotRecorded "ADM_NOT_RECORDED" Policy Denial "GDPR Arts 22, 13(2)(f)"
        "automated decisions are not recorded for the activity" "";
    128 AdmAbsent "ADM_ABSENT" Lawfulness Denial "GDPR Art. 22"
        "the record says that there are no automated decisions" "Have a person decide.";
    129 AdmScopeExceeded "ADM_SCOPE_EXCEEDED" Lawfulness Denial "GDPR Art. 22"
        "automated decisions are declared, but not for this" "";
    130 AdmOutcomeNotDeclared "ADM_OUTCOME_NOT_DECLARED" Lawfulness Denial "GDPR Art. 22"
        "only favourable outcomes are automated" "Have a person decide.";
    131 AdmOutcomeMixed "ADM_OUTCOME_MIXED" Lawfulness Condition "GDPR Art. 22"
        "adverse outcomes go to a person" "";
    132 AdmHumanDecides "ADM_HUMAN_DECIDES" Lawfulness Condition "GDPR Art. 22"
        "the person who decides is free to decide otherwise" "";
    133 AdmProhibited "ADM_PROHIBITED" Lawfulness Denial "GDPR Art. 22(1)"
        "no exception of Art. 22(2) is recorded" "";
    134 AdmLawRefMissing "ADM_LAW_REF_MISSING" Lawfulness Denial "GDPR Art. 22(2)(b)"
        "the exception names no law" "";
    135 AdmSafeguardsNotRecorded "ADM_SAFEGUARDS_NOT_RECORDED" Accountability Warning "GDPR Art. 22(3)"
        "the safeguards are not recorded" "";
    136 AdmSpecialCategory "ADM_SPECIAL_CATEGORY" Lawfulness Denial "GDPR Art. 22(4)"
        "special categories need explicit consent or a substantial public interest" "";
    158 AdmChild "ADM_CHILD" Accountability Warning "GDPR recital 71"
        "decisions about a child should not be automated" "Have a person decide.";
    159 AdmChildAdverse "ADM_CHILD_ADVERSE" Lawfulness Denial "GDPR recital 71"
        "a decision against a child is not automated" "Have a person decide.";
    // === Conditions, prohibitions, law
    137 ConditionNotMet "CONDITION_NOT_MET" Lawfulness Denial "GDPR Art. 5(1)(a), (b)"
        "a condition of the record or the law does not hold" "";
    138 ConditionUnknown "CONDITION_UNKNOWN" Lawfulness MissingFact "GDPR Art. 5(2)"
        "the answer depends on a condition" "Say whether it holds.";
    139 ProhibitedByActivity "PROHIBITED_BY_ACTIVITY" Policy Denial "GDPR Art. 24"
        "the activity forbids it" "";
    140 ProhibitedByRegister "PROHIBITED_BY_REGISTER" Policy Denial "GDPR Art. 24"
        "the register forbids it" "";
    141 RecordContradiction "RECORD_CONTRADICTION" Accountability Warning "GDPR Art. 5(2)"
        "the record says that there are none and lists some; the list was followed" "Have the record corrected.";
    142 LawUnconfirmed "LAW_UNCONFIRMED" Accountability Warning "GDPR Art. 5(2)"
        "the answer rests on law data that no lawyer has confirmed" "Have the entry confirmed.";
    157 Art9ExceptionLawRefMissing "ART9_EXCEPTION_LAW_REF_MISSING" Lawfulness Denial "GDPR Art. 9(2)"
        "the exception needs a law, and neither the record nor the law data names one" "Have the law recorded.";
    // === Duties
    143 EraseBy "ERASE_BY" Lawfulness Duty "GDPR Arts 5(1)(e), 17(1)"
        "keep the data no longer than this day, then erase it" "";
    144 AnonymiseBy "ANONYMISE_BY" Lawfulness Duty "GDPR Art. 5(1)(e)"
        "keep the data no longer than this day, then make it anonymous" "";
    145 NotAfter "NOT_AFTER" Lawfulness Duty "GDPR Art. 5(1)(e)"
        "do not use the data after the period" "";
    146 RestrictUntil "RESTRICT_UNTIL" Lawfulness Duty "GDPR Arts 5(1)(e), 18"
        "keep the data, restricted, until the minimum period is over" "";
    147 ReviewBy "REVIEW_BY" Accountability Duty "GDPR Art. 5(1)(e), recital 39"
        "review regularly whether the data is still needed" "";
    148 WithinEeaOnly "WITHIN_EEA_ONLY" Lawfulness Duty "GDPR Art. 44"
        "keep the data within the EEA" "";
    149 FromSubjectOnly "FROM_SUBJECT_ONLY" Lawfulness Duty "GDPR Art. 5(1)(a)"
        "collect the data from the person only" "";
    150 NotifySubject133 "NOTIFY_SUBJECT_13_3" Accountability Duty "GDPR Arts 13(3), 14(4)"
        "inform the person before using the data for the further purpose" "";
    151 NotifySubject14 "NOTIFY_SUBJECT_14" Accountability Duty "GDPR Art. 14(3)"
        "inform the person within a month, at the first contact or at the first disclosure" "";
    152 NotifyRecipients19 "NOTIFY_RECIPIENTS_19" Lawfulness Duty "GDPR Art. 19"
        "tell the recipients of the data about the erasure" "";
    153 EraseAgain "ERASE_AGAIN" Lawfulness Duty "GDPR Art. 5(1)(e), (f)"
        "erase again what was due before the backup is used" "";
    154 LogAccess "LOG_ACCESS" Accountability Duty "GDPR Art. 32"
        "log who saw the data" "";
    155 CheckIdentity "CHECK_IDENTITY" Accountability Duty "GDPR Art. 12(6)"
        "check the identity of the person" "";
    156 KeepEvidence "KEEP_EVIDENCE" Accountability Duty "GDPR Arts 5(2), 7(1)"
        "keep evidence of what was attested" "";
}
