//! The words of an export in the languages of its readers. What the record itself says stays as it was written.

use crate::domain::{operation::Operation, register::Record, retention::Period, term::DataClass};

/// A language of headings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Danish.
    Danish,
    /// English.
    English,
    /// Finnish.
    Finnish,
    /// Swedish.
    Swedish,
}

impl Language {
    /// The language with this BCP 47 tag.
    pub fn parse(tag: &str) -> Option<Self> {
        match tag {
            "da" => Some(Self::Danish),
            "en" => Some(Self::English),
            "fi" => Some(Self::Finnish),
            "sv" => Some(Self::Swedish),
            _ => None,
        }
    }

    /// The language of the document that the record was taken from, else of the controller's country, else English.
    pub fn of(record: &Record) -> Self {
        let document = record.register.documents.first();
        if let Some(language) = document.and_then(|document| Self::parse(&document.language)) {
            return language;
        }
        match record.register.controller.country.as_str() {
            "DK" => Self::Danish,
            "FI" => Self::Finnish,
            "SE" => Self::Swedish,
            _ => Self::English,
        }
    }

    /// Its BCP 47 tag.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Danish => "da",
            Self::English => "en",
            Self::Finnish => "fi",
            Self::Swedish => "sv",
        }
    }
}

macro_rules! words {
    ($( $(#[$doc:meta])* $word:ident $key:literal $english:literal $danish:literal $finnish:literal $swedish:literal; )*) => {
        /// A word of an export.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Word {
            $( $(#[$doc])* #[doc = $english] $word, )*
        }

        impl Word {
            /// Its name in JSON.
            pub const fn key(self) -> &'static str {
                match self { $( Self::$word => $key, )* }
            }

            /// In a language.
            pub const fn in_language(self, language: Language) -> &'static str {
                match (self, language) {
                    $(
                        (Self::$word, Language::English) => $english,
                        (Self::$word, Language::Danish) => $danish,
                        (Self::$word, Language::Finnish) => $finnish,
                        (Self::$word, Language::Swedish) => $swedish,
                    )*
                }
            }
        }
    };
}

words! {
    ControllerRecord "controller_record" "Record of processing activities (GDPR Art. 30(1))"
        "Fortegnelse over behandlingsaktiviteter (GDPR art. 30, stk. 1)"
        "Seloste käsittelytoimista (GDPR 30 art. 1 kohta)"
        "Register över behandling (GDPR art. 30.1)";
    ProcessorRecord "processor_record" "Record of processing on behalf of controllers (GDPR Art. 30(2))"
        "Fortegnelse over behandling for dataansvarlige (GDPR art. 30, stk. 2)"
        "Seloste rekisterinpitäjien lukuun tehtävästä käsittelystä (GDPR 30 art. 2 kohta)"
        "Register över behandling för personuppgiftsansvariga (GDPR art. 30.2)";
    Controller "controller" "Controller" "Dataansvarlig" "Rekisterinpitäjä" "Personuppgiftsansvarig";
    Processor "processor" "Processor" "Databehandler" "Henkilötietojen käsittelijä" "Personuppgiftsbiträde";
    RegistrationNumber "registration_number" "Registration number" "Registreringsnummer" "Rekisterinumero" "Organisationsnummer";
    Contacts "contacts" "Contact details" "Kontaktoplysninger" "Yhteystiedot" "Kontaktuppgifter";
    Representative "representative" "Representative" "Repræsentant" "Edustaja" "Företrädare";
    Officer "data_protection_officer" "Data protection officer" "Databeskyttelsesrådgiver" "Tietosuojavastaava" "Dataskyddsombud";
    Authority "supervisory_authority" "Supervisory authority" "Tilsynsmyndighed" "Valvontaviranomainen" "Tillsynsmyndighet";
    Documents "documents" "Taken from" "Taget fra" "Lähteet" "Hämtat från";
    Revision "revision" "Revision" "Revision" "Versio" "Revision";
    Activity "activity" "Processing activity" "Behandlingsaktivitet" "Käsittelytoimi" "Behandling";
    InEffect "in_effect" "In effect" "I kraft" "Voimassa" "Gäller";
    JointControllers "joint_controllers" "Joint controllers" "Fælles dataansvarlige" "Yhteisrekisterinpitäjät" "Gemensamt personuppgiftsansvariga";
    Principals "controllers" "Controllers" "Dataansvarlige" "Rekisterinpitäjät" "Personuppgiftsansvariga";
    Description "description" "Description" "Beskrivelse" "Kuvaus" "Beskrivning";
    Purposes "purposes" "Purposes" "Formål" "Käsittelyn tarkoitukset" "Ändamål";
    Categories "categories_of_processing" "Categories of processing" "Kategorier af behandling" "Käsittelyn ryhmät" "Kategorier av behandling";
    Subjects "data_subjects" "Categories of data subjects" "Kategorier af registrerede" "Rekisteröityjen ryhmät" "Kategorier av registrerade";
    Data "data" "Categories of personal data" "Kategorier af personoplysninger" "Henkilötietoryhmät" "Kategorier av personuppgifter";
    DataInWords "data_in_words" "Personal data, as the record puts it" "Personoplysninger, som fortegnelsen siger det"
        "Henkilötiedot selosteen sanoin" "Personuppgifter, med registrets ord";
    Class "class" "Class" "Art" "Laji" "Slag";
    Recipients "recipients" "Recipients" "Modtagere" "Vastaanottajat" "Mottagare";
    Processors "processors" "Processors" "Databehandlere" "Henkilötietojen käsittelijät" "Personuppgiftsbiträden";
    Transfers "transfers" "Third countries and international organisations" "Tredjelande og internationale organisationer"
        "Kolmannet maat ja kansainväliset järjestöt" "Tredjeländer och internationella organisationer";
    Safeguards "safeguards" "Safeguards" "Garantier" "Suojatoimet" "Skyddsåtgärder";
    Retention "retention" "Time limits for erasure" "Slettefrister" "Poistamisen määräajat" "Tidsfrister för radering";
    Measures "measures" "Security measures" "Sikkerhedsforanstaltninger" "Turvatoimet" "Säkerhetsåtgärder";
    Grounds "legal_bases" "Grounds" "Behandlingsgrundlag" "Käsittelyperusteet" "Rättsliga grunder";
    None "none" "none" "ingen" "ei ole" "inga";
    Erased "erased" "erased" "slettet" "poistettu" "raderat";
    NotStated "not_stated" "not stated" "ikke angivet" "ei ilmoitettu" "anges inte";
    ForExample "examples" "for example" "for eksempel" "esimerkiksi" "till exempel";
    Ordinary "ordinary" "ordinary" "almindelig" "tavallinen" "vanlig";
    Special "special" "special category" "følsom" "erityinen" "känslig";
    Criminal "criminal" "criminal offences" "strafbare forhold" "rikostiedot" "lagöverträdelser";
    NationalNumber "national_number" "national identification number" "personnummer (CPR)" "henkilötunnus" "personnummer";
    After "after" "after" "efter" "tapahtumasta" "efter";
    Interpreted "interpreted" "interpreted" "fortolket" "tulkittu" "tolkat";
    Whose "whose" "Whose" "Hvis" "Kenen" "Vems";
    AtLeast "at_least" "at least" "mindst" "vähintään" "minst";
    Immediately "immediately" "immediately" "straks" "heti" "omedelbart";
    Open "open" "not settled" "ikke fastsat" "avoin" "inte fastställd";
    Anywhere "country_not_stated" "country not stated" "land ikke angivet" "maata ei ilmoitettu" "land anges inte";
    AsAbove "as_above" "as above, for all activities" "som ovenfor, for alle aktiviteter" "kuten yllä, kaikille toimille"
        "som ovan, för alla behandlingar";
    Retired "retired" "no longer carried out" "udføres ikke længere" "ei enää käytössä" "utförs inte längre";
    ByConsent "by_consent" "whomever the person's consent names" "den, som personens samtykke nævner"
        "suostumuksessa nimetty" "den som personens samtycke anger";
    StoredOnly "stored_only" "then stored only" "derefter kun opbevaring" "sen jälkeen vain säilytys"
        "därefter endast lagring";
    ProlongedBy "prolonged_by" "prolonged by" "forlænges ved" "pidentyy tapahtumasta" "förlängs vid";
    AtTheEnd "at_the_end" "at the end" "til sidst" "lopuksi" "till sist";
    Review "review" "review" "gennemgang" "tarkistus" "granskning";
    For "for" "for" "for" "koskee" "för";
    If "if" "if" "hvis" "jos" "om";
    Contract "contract" "contract" "aftale" "sopimus" "avtal";
}

impl Word {
    /// The word for a class of data.
    pub const fn of_class(class: DataClass) -> Self {
        match class {
            DataClass::Ordinary => Self::Ordinary,
            DataClass::Special => Self::Special,
            DataClass::Criminal => Self::Criminal,
            DataClass::NationalNumber => Self::NationalNumber,
        }
    }
}

/// An operation in words.
pub const fn operation(operation: Operation, language: Language) -> &'static str {
    let [english, danish, finnish, swedish] = match operation {
        Operation::Collect => ["collection", "indsamling", "kerääminen", "insamling"],
        Operation::Record => ["recording", "registrering", "tallentaminen", "registrering"],
        Operation::Structure => ["structuring", "strukturering", "jäsentäminen", "strukturering"],
        Operation::Store => ["storage", "opbevaring", "säilyttäminen", "lagring"],
        Operation::Consult => ["consultation", "søgning", "kysely", "läsning"],
        Operation::Use => ["use", "brug", "käyttö", "användning"],
        Operation::Combine => ["combination", "samkøring", "yhdistäminen", "sammanförande"],
        Operation::SelectSearch => [
            "search for persons",
            "søgning efter personer",
            "henkilöiden haku",
            "sökning efter personer",
        ],
        Operation::Disclose => ["disclosure", "videregivelse", "luovuttaminen", "utlämnande"],
        Operation::Publish => [
            "publication",
            "offentliggørelse",
            "julkaiseminen",
            "offentliggörande",
        ],
        Operation::Transfer => ["transfer", "overførsel", "siirto", "överföring"],
        Operation::Profile => ["profiling", "profilering", "profilointi", "profilering"],
        Operation::Score => ["scoring", "pointgivning", "pisteytys", "poängsättning"],
        Operation::DecideAutomated => [
            "automated decision",
            "automatisk afgørelse",
            "automaattinen päätös",
            "automatiserat beslut",
        ],
        Operation::Archive => ["archiving", "arkivering", "arkistointi", "arkivering"],
        Operation::Anonymise => ["anonymisation", "anonymisering", "anonymisointi", "anonymisering"],
        Operation::Restrict => ["restriction", "begrænsning", "rajoittaminen", "begränsning"],
        Operation::Erase => ["erasure", "sletning", "poistaminen", "radering"],
        Operation::RestoreBackup => [
            "restoration of a backup",
            "genskabelse fra backup",
            "varmuuskopion palautus",
            "återställning från säkerhetskopia",
        ],
    };
    match language {
        Language::English => english,
        Language::Danish => danish,
        Language::Finnish => finnish,
        Language::Swedish => swedish,
    }
}

/// A period in words.
pub fn period(period: Period, language: Language) -> String {
    if period.is_zero() {
        return Word::Immediately.in_language(language).to_owned();
    }
    // Year, month, week, day: one, several.
    let units = match language {
        Language::English => [
            ("year", "years"),
            ("month", "months"),
            ("week", "weeks"),
            ("day", "days"),
        ],
        Language::Danish => [
            ("år", "år"),
            ("måned", "måneder"),
            ("uge", "uger"),
            ("dag", "dage"),
        ],
        Language::Finnish => [
            ("vuosi", "vuotta"),
            ("kuukausi", "kuukautta"),
            ("viikko", "viikkoa"),
            ("päivä", "päivää"),
        ],
        Language::Swedish => [
            ("år", "år"),
            ("månad", "månader"),
            ("vecka", "veckor"),
            ("dag", "dagar"),
        ],
    };
    let parts = period.parts().into_iter().zip(units);
    let said: Vec<String> = parts
        .filter(|(count, _)| *count != 0)
        .map(|(count, (one, several))| format!("{count} {}", if count == 1 { one } else { several }))
        .collect();
    said.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_said_as_people_say_them() {
        let said = |text: &str, language| period(text.parse().unwrap(), language);
        assert_eq!(said("P13M", Language::English), "13 months");
        assert_eq!(said("P1Y6M", Language::Danish), "1 år 6 måneder");
        assert_eq!(said("P1D", Language::Finnish), "1 päivä");
        assert_eq!(said("P0D", Language::Swedish), "omedelbart");
    }
}
