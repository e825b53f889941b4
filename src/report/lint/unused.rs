//! What the register has and nothing refers to.

use std::collections::BTreeSet;

use super::{Lint, LintCode};
use crate::domain::{
    finding::Evidence,
    name::Id,
    organisation::Contact,
    register::Record,
    statement::{PartyRef, Provenance, Scope},
};

/// Processors, recipients, transfers, conditions and contact persons that nothing names.
pub fn register(lint: &mut Lint<'_>) {
    let record = lint.record;
    let named = named(record);
    let at = |collection: &str, id: &Id, provenance: &Provenance| Evidence {
        place: format!("registers/{}/{collection}/{id}", record.register.id),
        document: record.document(provenance).to_owned(),
        section: provenance.section.clone(),
    };
    for (id, processor) in record
        .processors
        .iter()
        .filter(|(id, _)| !named.parties.contains(id))
    {
        let place = at("processors", id, &processor.provenance);
        lint.add(LintCode::ProcessorUnused, place, processor.title.clone());
    }
    for (id, recipient) in record
        .recipients
        .iter()
        .filter(|(id, _)| !named.parties.contains(id))
    {
        let place = at("recipients", id, &recipient.provenance);
        lint.add(LintCode::RecipientUnused, place, recipient.title.clone());
    }
    for (id, transfer) in record
        .transfers
        .iter()
        .filter(|(id, _)| !named.transfers.contains(id))
    {
        let place = at("transfers", id, &transfer.provenance);
        lint.add(LintCode::TransferUnused, place, transfer.title.clone());
    }
    let conditions = &record.register.conditions;
    for (id, condition) in conditions.iter().filter(|(id, _)| !named.conditions.contains(id)) {
        let field = format!("conditions[{id}]");
        lint.at_register(LintCode::ConditionUnused, &field, &condition.provenance, "");
    }
    for id in record
        .contact_persons
        .keys()
        .filter(|id| !named.persons.contains(id))
    {
        let place = at("contactPersons", id, &Provenance::default());
        lint.add(LintCode::ContactPersonUnused, place, "");
    }
}

#[derive(Default)]
struct Named<'a> {
    parties: BTreeSet<&'a Id>,
    transfers: BTreeSet<&'a Id>,
    conditions: BTreeSet<&'a Id>,
    persons: BTreeSet<&'a Id>,
}

impl<'a> Named<'a> {
    fn add_parties(&mut self, list: &'a [PartyRef]) {
        self.parties.extend(list.iter().filter_map(|party| match party {
            PartyRef::Named(id) => Some(id),
            PartyRef::Kind(_) => None,
        }));
    }

    fn add_contact(&mut self, contact: &'a Contact) {
        self.persons.extend(&contact.person);
    }

    fn add_scope(&mut self, scope: &'a Scope) {
        self.add_parties(&scope.recipients);
    }
}

fn named(record: &Record) -> Named<'_> {
    let mut named = Named::default();
    let (defaults, activities) = (&record.register.defaults, record.activities.values());
    let controller = &record.register.controller;
    let functions = [
        &controller.data_protection_officer,
        &controller.representative,
        &controller.supervisory_authority,
    ];
    let contacts = controller.contacts.iter().chain(functions.into_iter().flatten());
    contacts.for_each(|contact| named.add_contact(contact));
    for activity in activities {
        named.transfers.extend(&activity.transfers);
        for data_use in &activity.data_uses {
            named.add_parties(&data_use.sources);
            named.conditions.extend(&data_use.conditions);
        }
        for disclosure in &activity.disclosures {
            named.add_parties(&disclosure.recipients);
            named.add_scope(&disclosure.scope);
            named.conditions.extend(&disclosure.conditions);
        }
        for joint in &activity.joint_controllers {
            joint
                .contact
                .iter()
                .for_each(|contact| named.add_contact(contact));
        }
        for principal in &activity.controllers {
            let contacts = [
                &principal.contact,
                &principal.representative,
                &principal.data_protection_officer,
            ];
            contacts
                .into_iter()
                .flatten()
                .for_each(|contact| named.add_contact(contact));
        }
        for opt_out in &activity.opt_outs {
            named.add_scope(&opt_out.scope);
        }
        for decision in &activity.automated_decisions {
            named.add_scope(&decision.scope);
        }
    }
    let all = || record.activities.values();
    for entry in all()
        .flat_map(|activity| &activity.processors)
        .chain(&defaults.processors)
    {
        named.parties.insert(&entry.processor);
        named.add_scope(&entry.scope);
    }
    for basis in all()
        .flat_map(|activity| &activity.legal_bases)
        .chain(&defaults.legal_bases)
    {
        named.add_scope(&basis.scope);
        named.conditions.extend(&basis.conditions);
    }
    for rule in all()
        .flat_map(|activity| &activity.retention)
        .chain(&defaults.retention)
    {
        named.add_scope(&rule.scope);
        named.conditions.extend(&rule.conditions);
    }
    for operation in all()
        .flat_map(|activity| &activity.operations)
        .chain(&defaults.operations)
    {
        named.add_scope(&operation.scope);
    }
    let register = &record.register.prohibitions;
    for prohibition in all().flat_map(|activity| &activity.prohibitions).chain(register) {
        named.add_scope(&prohibition.scope);
        named.conditions.extend(&prohibition.unless);
    }
    for transfer in record.transfers.values() {
        named.parties.extend(&transfer.importers);
    }
    named
}
