//! Processors, recipients, transfers, and the register's own terms.

use super::{
    At,
    statement::{countries, effective, ids, measures, provenance, raised_to, scope},
};
use crate::{
    document,
    domain::{
        name::{Id, ResourceKind},
        party::{Contract, ContractState, Processor, Recipient, Transfer, TransferTool},
        term::{Classes, OwnTerm},
        vocabulary::{Code, Facet},
    },
    pb,
};

pub fn id_of(at: &mut At<'_>, kind: ResourceKind, name: &str) -> Option<Id> {
    at.field("name", |at| {
        document::name(kind, name)
            .map(|name| name.id().clone())
            .map_err(|wrong| at.wrong(wrong))
            .ok()
    })
}

fn kinds(at: &mut At<'_>, list: Vec<String>) -> Vec<Code> {
    at.each("kinds", 20, list, |at, code| at.code(Facet::Party, &code))
}

pub fn processor(at: &mut At<'_>, message: pb::Processor) -> Option<Processor> {
    let pb::Processor {
        name,
        revision: _,
        etag: _,
        update_time: _,
        title,
        kinds: kind_codes,
        countries: places,
        contract: agreement,
        measures: protection,
        text,
        provenance: from,
    } = message;
    let id = id_of(at, ResourceKind::Processor, &name);
    let contract = at.field("contract", |at| contract(at, agreement.unwrap_or_default()));
    Some(Processor {
        title: at.required_text("title", 200, title),
        kinds: kinds(at, kind_codes),
        countries: countries(at, places),
        measures: measures(at, protection),
        text: at.text("text", 2000, text),
        provenance: provenance(at, from),
        contract: contract?,
        id: id?,
    })
}

pub fn contract(at: &mut At<'_>, message: pb::ProcessingContract) -> Option<Contract> {
    let pb::ProcessingContract {
        state,
        reference,
        effective: when,
        scope: limits,
        text,
        provenance: from,
    } = message;
    at.text("text", 2000, text);
    let state = match pb::processing_contract::State::try_from(state) {
        Ok(pb::processing_contract::State::Unspecified) => Some(ContractState::NotStated),
        Ok(pb::processing_contract::State::Concluded) => Some(ContractState::Concluded),
        Ok(pb::processing_contract::State::Missing) => Some(ContractState::Missing),
        Err(_) => {
            at.field("state", |at| {
                at.wrong("has a value that the contract does not know")
            });
            None
        }
    };
    Some(Contract {
        reference: at.text("reference", 300, reference),
        provenance: provenance(at, from),
        effective: effective(at, when),
        scope: scope(at, limits),
        state: state?,
    })
}

pub fn recipient(at: &mut At<'_>, message: pb::Recipient) -> Option<Recipient> {
    let pb::Recipient {
        name,
        revision: _,
        etag: _,
        update_time: _,
        title,
        kinds: kind_codes,
        countries: places,
        text,
        provenance: from,
    } = message;
    let id = id_of(at, ResourceKind::Recipient, &name);
    Some(Recipient {
        text: at.text("text", 2000, text),
        title: at.required_text("title", 200, title),
        kinds: kinds(at, kind_codes),
        countries: countries(at, places),
        provenance: provenance(at, from),
        id: id?,
    })
}

pub fn transfer(at: &mut At<'_>, message: pb::Transfer) -> Option<Transfer> {
    let pb::Transfer {
        name,
        revision: _,
        etag: _,
        update_time: _,
        title,
        countries: places,
        importers,
        tool,
        scope: limits,
        reference,
        effective: when,
        text,
        provenance: from,
    } = message;
    let id = id_of(at, ResourceKind::Transfer, &name);
    let tool = at.choice::<pb::TransferTool, Option<TransferTool>>("tool", tool);
    Some(Transfer {
        title: at.required_text("title", 200, title),
        reference: at.text("reference", 300, reference),
        text: at.text("text", 2000, text),
        countries: countries(at, places),
        importers: ids(at, "importers", importers),
        scope: scope(at, limits),
        effective: effective(at, when),
        provenance: provenance(at, from),
        tool: tool?,
        id: id?,
    })
}

pub fn data_category(at: &mut At<'_>, message: pb::DataCategory) -> Option<(Id, OwnTerm)> {
    let pb::DataCategory {
        name,
        revision: _,
        etag: _,
        update_time: _,
        title,
        broader,
        raised_to: class,
        exact,
        provenance: from,
    } = message;
    let id = id_of(at, ResourceKind::DataCategory, &name);
    let title = at.required_text("title", 200, title);
    provenance(at, from);
    let raised_to = raised_to(at, class);
    let own = own_term(at, Facet::Data, title, broader, raised_to, exact);
    Some((id?, own))
}

pub fn subject_category(at: &mut At<'_>, message: pb::DataSubjectCategory) -> Option<(Id, OwnTerm)> {
    let pb::DataSubjectCategory {
        name,
        revision: _,
        etag: _,
        update_time: _,
        title,
        broader,
        exact,
        provenance: from,
    } = message;
    let id = id_of(at, ResourceKind::DataSubjectCategory, &name);
    let title = at.required_text("title", 200, title);
    provenance(at, from);
    let own = own_term(at, Facet::Subject, title, broader, Classes::default(), exact);
    Some((id?, own))
}

fn own_term(
    at: &mut At<'_>,
    facet: Facet,
    title: String,
    broader: Vec<String>,
    raised_to: Classes,
    exact: bool,
) -> OwnTerm {
    if broader.is_empty() {
        at.field("broader", |at| at.wrong("is required"));
    }
    OwnTerm {
        title,
        broader: at.each("broader", 20, broader, |at, text| at.term(facet, &text)),
        raised_to,
        exact,
    }
}
