//! Everything that a record refers to has to be in it.

use super::{Violations, parse::At};
use crate::{
    domain::{
        activity::{Activity, LegalBasis, ProcessorUse, Prohibition},
        name::{Id, ResourceKind, ResourceName},
        organisation::Contact,
        register::{ConditionKind, Record},
        retention::RetentionRule,
        statement::{PartyRef, Provenance, PurposeRef, Scope},
        term::{Term, Terms},
        vocabulary::Facet,
    },
    law,
};

/// Names every reference that leads nowhere.
pub fn check(record: &Record, path: &impl Fn(&ResourceName) -> String, found: &mut Violations) {
    let register = record.register.id.clone();
    let named = |kind, id: &Id| path(&ResourceName::child(register.clone(), kind, id.clone()));

    let own_path = path(&ResourceName::register(register.clone()));
    Check {
        record,
        activity: None,
        at: At::new(own_path, found),
    }
    .register();
    for (id, activity) in &record.activities {
        let at = At::new(named(ResourceKind::Activity, id), found);
        Check {
            record,
            activity: Some(activity),
            at,
        }
        .activity(activity);
    }
    for (id, processor) in &record.processors {
        let at = At::new(named(ResourceKind::Processor, id), found);
        let mut check = Check {
            record,
            activity: None,
            at,
        };
        check.provenance(&processor.provenance);
        check.within("contract", |check| check.scope(&processor.contract.scope));
    }
    for (id, recipient) in &record.recipients {
        let at = At::new(named(ResourceKind::Recipient, id), found);
        let mut check = Check {
            record,
            activity: None,
            at,
        };
        check.provenance(&recipient.provenance);
        if record.processors.contains_key(id) {
            check.at.field("name", |at| {
                at.wrong(format_args!("`{id}` is also the id of a processor"))
            });
        }
    }
    for (id, transfer) in &record.transfers {
        let at = At::new(named(ResourceKind::Transfer, id), found);
        let mut check = Check {
            record,
            activity: None,
            at,
        };
        check.provenance(&transfer.provenance);
        check.scope(&transfer.scope);
        for (index, importer) in transfer.importers.iter().enumerate() {
            check.within(&format!("importers[{index}]"), |check| check.party(importer));
        }
    }
}

struct Check<'a, 'v> {
    record: &'a Record,
    /// The activity whose purposes a statement can name; elsewhere those of all activities.
    activity: Option<&'a Activity>,
    at: At<'v>,
}

impl Check<'_, '_> {
    fn within(&mut self, field: &str, inside: impl FnOnce(&mut Check<'_, '_>)) {
        let (record, activity) = (self.record, self.activity);
        self.at
            .nested(field, |at| inside(&mut Check { record, activity, at }));
    }

    fn each<T>(&mut self, field: &str, list: &[T], one: impl Fn(&mut Check<'_, '_>, &T)) {
        for (index, entry) in list.iter().enumerate() {
            self.within(&format!("{field}[{index}]"), |check| one(check, entry));
        }
    }

    fn register(&mut self) {
        let register = &self.record.register;
        self.within("controller", |check| {
            let controller = &register.controller;
            check.each("contacts", &controller.contacts, |check, contact| {
                check.contact(contact)
            });
            check.optional_contact("data_protection_officer", &controller.data_protection_officer);
            check.optional_contact("representative", &controller.representative);
            check.optional_contact("supervisory_authority", &controller.supervisory_authority);
        });
        for id in register
            .conditions
            .keys()
            .filter(|id| law::is_condition(id.as_str()))
        {
            self.at.field("conditions", |at| {
                at.wrong(format_args!("`{id}` is the id of a condition of law"))
            });
        }
        self.within("defaults", |check| {
            let defaults = &register.defaults;
            check.legal_bases(&defaults.legal_bases);
            check.processors(&defaults.processors);
            check.retention(&defaults.retention);
            check.each("purposes", &defaults.purposes, |check, purpose| {
                check.provenance(&purpose.stated.provenance)
            });
            check.each("extents", &defaults.extents, |check, extent| {
                check.provenance(&extent.provenance)
            });
            check.each("operations", &defaults.operations, |check, operation| {
                check.scope(&operation.scope);
                check.provenance(&operation.stated.provenance);
            });
        });
        self.prohibitions(&register.prohibitions);
    }

    fn activity(&mut self, activity: &Activity) {
        self.provenance(&activity.provenance);
        self.each("purposes", &activity.purposes, |check, purpose| {
            check.provenance(&purpose.stated.provenance)
        });
        self.each("subjects", &activity.subjects, |check, subject| {
            check.own(
                "subject",
                Facet::Subject,
                &check.record.subjects,
                &subject.subject,
            );
            check.provenance(&subject.stated.provenance);
        });
        self.each("data_uses", &activity.data_uses, |check, data_use| {
            check.terms("data", Facet::Data, &data_use.data);
            check.terms("subjects", Facet::Subject, &data_use.subjects);
            check.parties("sources", &data_use.sources);
            check.purposes(&data_use.purposes);
            check.conditions(&data_use.conditions);
            check.provenance(&data_use.stated.provenance);
        });
        self.each("operations", &activity.operations, |check, operation| {
            check.scope(&operation.scope);
            check.provenance(&operation.stated.provenance);
        });
        self.legal_bases(&activity.legal_bases);
        self.each("disclosures", &activity.disclosures, |check, disclosure| {
            check.parties("recipients", &disclosure.recipients);
            let consented = |id: &Id| {
                let condition = check.record.register.conditions.get(id);
                condition.is_some_and(|condition| condition.kind == ConditionKind::ExplicitConsent)
            };
            if disclosure.recipients.is_empty() && !disclosure.conditions.iter().any(consented) {
                let wrong = "is required, unless a condition of explicit consent names them";
                check.at.field("recipients", |at| at.wrong(wrong));
            }
            check.scope(&disclosure.scope);
            check.conditions(&disclosure.conditions);
            check.provenance(&disclosure.stated.provenance);
        });
        self.processors(&activity.processors);
        self.each("transfers", &activity.transfers, |check, id| {
            if !check.record.transfers.contains_key(id) {
                check.at.wrong(format_args!("there is no transfer `{id}`"));
            }
        });
        self.retention(&activity.retention);
        self.each(
            "automated_decisions",
            &activity.automated_decisions,
            |check, decision| {
                check.scope(&decision.scope);
                check.provenance(&decision.stated.provenance);
            },
        );
        self.prohibitions(&activity.prohibitions);
        self.each(
            "joint_controllers",
            &activity.joint_controllers,
            |check, joint| {
                check.optional_contact("contact", &joint.contact);
            },
        );
        self.each("controllers", &activity.controllers, |check, principal| {
            check.optional_contact("contact", &principal.contact);
            check.optional_contact("representative", &principal.representative);
            check.optional_contact("data_protection_officer", &principal.data_protection_officer);
        });
        self.each("opt_outs", &activity.opt_outs, |check, opt_out| {
            check.scope(&opt_out.scope);
            check.provenance(&opt_out.provenance);
        });
        self.each("extents", &activity.extents, |check, extent| {
            check.provenance(&extent.provenance)
        });
    }

    fn legal_bases(&mut self, list: &[LegalBasis]) {
        self.each("legal_bases", list, |check, basis| {
            check.scope(&basis.scope);
            check.conditions(&basis.conditions);
            check.provenance(&basis.stated.provenance);
        });
    }

    fn processors(&mut self, list: &[ProcessorUse]) {
        self.each("processors", list, |check, processor_use| {
            let id = &processor_use.processor;
            if !check.record.processors.contains_key(id) {
                check.at.field("processor", |at| {
                    at.wrong(format_args!("there is no processor `{id}`"))
                });
            }
            check.scope(&processor_use.scope);
            check.provenance(&processor_use.stated.provenance);
        });
    }

    fn retention(&mut self, list: &[RetentionRule]) {
        for (index, rule) in list.iter().enumerate() {
            self.within(&format!("retention[{index}]"), |check| {
                check.scope(&rule.scope);
                check.conditions(&rule.conditions);
                check.provenance(&rule.provenance);
                if rule.id.is_some() && list.iter().take(index).any(|earlier| earlier.id == rule.id) {
                    check.at.field("id", |at| at.wrong("is used twice"));
                }
                check.each("overrides", &rule.overrides, |check, id| {
                    if !list.iter().any(|other| other.id.as_ref() == Some(id)) {
                        check.at.wrong(format_args!("there is no rule `{id}` beside it"));
                    }
                });
            });
        }
    }

    fn prohibitions(&mut self, list: &[Prohibition]) {
        self.each("prohibitions", list, |check, prohibition| {
            check.scope(&prohibition.scope);
            if let Some(condition) = &prohibition.unless {
                check.within("unless", |check| check.condition(condition));
            }
            check.provenance(&prohibition.provenance);
        });
    }

    fn scope(&mut self, scope: &Scope) {
        self.within("scope", |check| {
            check.terms("data", Facet::Data, &scope.data);
            check.terms("subjects", Facet::Subject, &scope.subjects);
            check.parties("recipients", &scope.recipients);
            check.purposes(&scope.purposes);
        });
    }

    fn terms(&mut self, field: &str, facet: Facet, list: &[Term]) {
        self.each(field, list, |check, term| {
            let terms = if facet == Facet::Data {
                &check.record.data
            } else {
                &check.record.subjects
            };
            check.own("", facet, terms, term);
        });
    }

    fn own(&mut self, field: &str, facet: Facet, terms: &Terms, term: &Term) {
        if !terms.contains(term) {
            self.within(field, |check| {
                check.at.wrong(format_args!(
                    "there is no {} `{term}` of the register's own",
                    facet.noun()
                ));
            });
        }
    }

    fn parties(&mut self, field: &str, list: &[PartyRef]) {
        self.each(field, list, |check, party| {
            if let PartyRef::Named(id) = party {
                check.party(id);
            }
        });
    }

    fn party(&mut self, id: &Id) {
        if !self.record.recipients.contains_key(id) && !self.record.processors.contains_key(id) {
            self.at
                .wrong(format_args!("there is no recipient or processor `{id}`"));
        }
    }

    fn purposes(&mut self, list: &[PurposeRef]) {
        self.each("purposes", list, |check, purpose| {
            let PurposeRef::Id(id) = purpose else { return };
            let known = match check.activity {
                Some(activity) => activity.purposes.iter().any(|purpose| purpose.id == *id),
                None => {
                    let mut all = check
                        .record
                        .activities
                        .values()
                        .flat_map(|activity| &activity.purposes);
                    all.any(|purpose| purpose.id == *id)
                }
            };
            if !known {
                check.at.wrong(format_args!("there is no purpose `{id}`"));
            }
        });
    }

    fn optional_contact(&mut self, field: &str, contact: &Option<Contact>) {
        if let Some(contact) = contact {
            self.within(field, |check| check.contact(contact));
        }
    }

    fn contact(&mut self, contact: &Contact) {
        if let Some(id) = &contact.person
            && !self.record.contact_persons.contains_key(id)
        {
            self.at.field("person", |at| {
                at.wrong(format_args!("there is no contact person `{id}` in the register"))
            });
        }
    }

    fn conditions(&mut self, list: &[Id]) {
        self.each("conditions", list, |check, id| check.condition(id));
    }

    fn condition(&mut self, id: &Id) {
        if !self.record.register.conditions.contains_key(id) {
            self.at
                .wrong(format_args!("there is no condition `{id}` in the register"));
        }
    }

    fn provenance(&mut self, provenance: &Provenance) {
        let document = &provenance.document;
        if !document.is_empty()
            && !self
                .record
                .register
                .documents
                .iter()
                .any(|known| known.id == *document)
        {
            self.at.field("provenance.document", |at| {
                at.wrong(format_args!("there is no document `{document}` in the register"));
            });
        }
    }
}
