//! A processing activity.

use super::{
    At,
    legal_basis::legal_bases,
    organisation::{impact_assessment, joint_controllers, principals},
    retention::retention,
    statement::{
        effective, extents, ids, laws, measures, parties, places, provenance, purpose_refs, raised_to, scope,
        stated,
    },
};
use crate::{
    document,
    domain::{
        activity::{
            Access, Activity, ActivityState, Article22, AutomatedDecision, DataUse, Disclosure, FormLimit,
            Initiative, OperationUse, OptOut, Outcome, ProcessorUse, Prohibition, Purpose, Relation,
            Requirement, SubjectUse,
        },
        name::{ResourceKind, Revision},
        operation::Operation,
        organisation::Role,
        statement::StatementKind,
        vocabulary::Facet,
    },
    pb,
};

pub fn activity(at: &mut At<'_>, message: pb::ProcessingActivity, revision: Revision) -> Option<Activity> {
    let pb::ProcessingActivity {
        name,
        revision: _,
        etag: _,
        update_time: _,
        title,
        description,
        state,
        effective: when,
        purposes,
        subjects,
        data_uses,
        operations,
        legal_bases: bases,
        disclosures,
        processors: processor_uses,
        transfers,
        retention: rules,
        automated_decisions,
        prohibitions: forbidden,
        opt_outs,
        access: who,
        measures: protection,
        extents: lists,
        systems,
        provenance: from,
        role,
        joint_controllers: jointly,
        controllers,
        impact_assessment: assessment,
        owner,
        reviewed_on,
    } = message;
    let name = at.field("name", |at| {
        document::name(ResourceKind::Activity, &name)
            .map_err(|wrong| at.wrong(wrong))
            .ok()
    });
    let role = at
        .choice::<pb::processing_activity::Role, Role>("role", role)
        .unwrap_or_default();
    if role == Role::Processor && controllers.is_empty() {
        at.field("controllers", |at| {
            at.wrong("is required for a processor (Art. 30(2)(a))")
        });
    }
    let state = match pb::processing_activity::State::try_from(state) {
        Ok(pb::processing_activity::State::Unspecified | pb::processing_activity::State::Active) => {
            ActivityState::Active
        }
        Ok(pb::processing_activity::State::Draft) => ActivityState::Draft,
        Ok(pb::processing_activity::State::Retired) => ActivityState::Retired,
        Err(_) => {
            at.field("state", |at| {
                at.wrong("has a value that the contract does not know")
            });
            ActivityState::Draft
        }
    };
    let activity = Activity {
        revision,
        title: at.required_text("title", 200, title),
        description: at.text("description", 4000, description),
        role,
        joint_controllers: joint_controllers(at, jointly),
        controllers: principals(at, controllers),
        state,
        effective: effective(at, when),
        purposes: at.each("purposes", 100, purposes, purpose),
        subjects: at.each("subjects", 100, subjects, subject),
        data_uses: at.each("data_uses", 300, data_uses, data_use),
        operations: at.each("operations", 50, operations, operation_use),
        legal_bases: legal_bases(at, bases),
        disclosures: at.each("disclosures", 100, disclosures, disclosure),
        processors: processors(at, processor_uses),
        transfers: ids(at, "transfers", transfers),
        retention: retention(at, rules),
        automated_decisions: at.each("automated_decisions", 50, automated_decisions, automated_decision),
        prohibitions: prohibitions(at, forbidden),
        opt_outs: at.each("opt_outs", 50, opt_outs, opt_out),
        access: access(at, who),
        measures: measures(at, protection),
        systems: at.each("systems", 50, systems, |at, system| {
            Some(at.text("", 200, system))
        }),
        impact_assessment: impact_assessment(at, assessment),
        owner: at.text("owner", 200, owner),
        reviewed_on: at.date("reviewed_on", &reviewed_on),
        extents: extents(at, lists),
        provenance: provenance(at, from),
        name: name?,
    };
    unique_purposes(at, &activity.purposes);
    Some(activity)
}

fn unique_purposes(at: &mut At<'_>, purposes: &[Purpose]) {
    for (index, purpose) in purposes.iter().enumerate() {
        if purposes
            .iter()
            .take(index)
            .any(|earlier| earlier.id == purpose.id)
        {
            at.field(&format!("purposes[{index}].id"), |at| {
                at.wrong(format_args!("`{}` is used twice", purpose.id))
            });
        }
    }
}

pub fn purpose(at: &mut At<'_>, message: pb::Purpose) -> Option<Purpose> {
    let pb::Purpose {
        id,
        text,
        codes,
        includes_narrower,
        direct_marketing,
        compatible,
        kind,
        provenance: from,
        channel_consent,
    } = message;
    let id = at.field("id", |at| at.id(&id));
    let purpose_codes = |at: &mut At<'_>, field: &str, codes: Vec<String>| {
        at.each(field, 50, codes, |at, code| at.code(Facet::Purpose, &code))
    };
    Some(Purpose {
        text: at.text("text", 2000, text),
        codes: purpose_codes(at, "codes", codes),
        includes_narrower,
        direct_marketing,
        channel_consent,
        compatible: purpose_codes(at, "compatible", compatible),
        stated: stated(at, kind, None, from),
        id: id?,
    })
}

fn subject(at: &mut At<'_>, message: pb::SubjectUse) -> Option<SubjectUse> {
    let pb::SubjectUse {
        subject,
        kind,
        effective: when,
        provenance: from,
    } = message;
    let subject = at.field("subject", |at| at.term(Facet::Subject, &subject));
    Some(SubjectUse {
        stated: stated(at, kind, when, from),
        subject: subject?,
    })
}

fn data_use(at: &mut At<'_>, message: pb::DataUse) -> Option<DataUse> {
    let pb::DataUse {
        data,
        text,
        subjects,
        sources,
        purposes,
        operations,
        conditions,
        requirement,
        raised_to: class,
        sources_are_examples,
        kind,
        effective: when,
        provenance: from,
        form,
    } = message;
    if data.is_empty() {
        at.field("data", |at| at.wrong("is required"));
    }
    Some(DataUse {
        text: at.text("text", 2000, text),
        requirement: at
            .choice::<pb::data_use::Requirement, Requirement>("requirement", requirement)
            .unwrap_or(Requirement::NotStated),
        data: at.each("data", 200, data, |at, text| at.term(Facet::Data, &text)),
        subjects: at.each("subjects", 50, subjects, |at, text| {
            at.term(Facet::Subject, &text)
        }),
        sources: parties(at, "sources", sources),
        sources_are_examples,
        purposes: purpose_refs(at, "purposes", purposes),
        operations: at.choices::<pb::Operation, Operation>("operations", operations),
        conditions: ids(at, "conditions", conditions),
        raised_to: raised_to(at, class),
        // What the contract does not know has been said; it limits most.
        form: at
            .choice::<pb::DataForm, FormLimit>("form", form)
            .unwrap_or(FormLimit::Anonymised),
        stated: stated(at, kind, when, from),
    })
}

pub fn operation_use(at: &mut At<'_>, message: pb::OperationUse) -> Option<OperationUse> {
    let pb::OperationUse {
        operations,
        codes,
        text,
        scope: limits,
        kind,
        provenance: from,
    } = message;
    at.each("codes", 50, codes, |at, code| at.code(Facet::Operation, &code));
    let stated = stated(at, kind, None, from);
    if operations.is_empty() && stated.kind != StatementKind::Illustrates {
        at.field("operations", |at| at.wrong("is required"));
    }
    Some(OperationUse {
        operations: at.choices::<pb::Operation, Operation>("operations", operations),
        text: at.text("text", 2000, text),
        scope: scope(at, limits),
        stated,
    })
}

fn disclosure(at: &mut At<'_>, message: pb::Disclosure) -> Option<Disclosure> {
    let pb::Disclosure {
        recipients,
        scope: limits,
        initiative,
        conditions,
        countries,
        form,
        laws: rests_on,
        text,
        kind,
        effective: when,
        provenance: from,
        own,
    } = message;
    if recipients.is_empty() && conditions.is_empty() {
        at.field("recipients", |at| {
            at.wrong("is required, unless a condition of explicit consent names them")
        });
    }
    let initiative = at.choice::<pb::disclosure::Initiative, Initiative>("initiative", initiative);
    let form = at.choice::<pb::DataForm, FormLimit>("form", form);
    Some(Disclosure {
        recipients: parties(at, "recipients", recipients),
        scope: scope(at, limits),
        conditions: ids(at, "conditions", conditions),
        places: places(at, countries),
        counterparty: if own { Relation::Own } else { Relation::Any },
        laws: laws(at, rests_on),
        text: at.text("text", 2000, text),
        stated: stated(at, kind, when, from),
        initiative: initiative?,
        form: form?,
    })
}

pub fn processors(at: &mut At<'_>, list: Vec<pb::ProcessorUse>) -> Vec<ProcessorUse> {
    at.each("processors", 100, list, |at, message| {
        let pb::ProcessorUse {
            processor,
            scope: limits,
            text,
            kind,
            effective: when,
            provenance: from,
        } = message;
        let processor = at.field("processor", |at| at.id(&processor));
        Some(ProcessorUse {
            scope: scope(at, limits),
            text: at.text("text", 2000, text),
            stated: stated(at, kind, when, from),
            processor: processor?,
        })
    })
}

fn automated_decision(at: &mut At<'_>, message: pb::AutomatedDecision) -> Option<AutomatedDecision> {
    let pb::AutomatedDecision {
        outcomes,
        exception,
        laws: rests_on,
        scope: limits,
        safeguards,
        text,
        kind,
        provenance: from,
    } = message;
    if outcomes.is_empty() {
        at.field("outcomes", |at| at.wrong("is required"));
    }
    let exception = at.choice::<pb::automated_decision::Exception, Option<Article22>>("exception", exception);
    Some(AutomatedDecision {
        outcomes: at.choices::<pb::DecisionOutcome, Outcome>("outcomes", outcomes),
        exception: exception?,
        laws: laws(at, rests_on),
        scope: scope(at, limits),
        safeguards: at.each("safeguards", 50, safeguards, |at, code| {
            at.code(Facet::Measure, &code)
        }),
        text: at.text("text", 2000, text),
        stated: stated(at, kind, None, from),
    })
}

pub fn prohibitions(at: &mut At<'_>, list: Vec<pb::Prohibition>) -> Vec<Prohibition> {
    at.each("prohibitions", 100, list, |at, message| {
        let pb::Prohibition {
            id,
            text,
            scope: limits,
            unless,
            laws: rests_on,
            effective: when,
            provenance: from,
        } = message;
        Some(Prohibition {
            laws: laws(at, rests_on),
            id: at.optional_id("id", &id),
            text: at.text("text", 2000, text),
            scope: scope(at, limits),
            unless: at.optional_id("unless", &unless),
            effective: effective(at, when),
            provenance: provenance(at, from),
        })
    })
}

fn opt_out(at: &mut At<'_>, message: pb::OptOut) -> Option<OptOut> {
    let pb::OptOut {
        scope: limits,
        text,
        provenance: from,
    } = message;
    Some(OptOut {
        scope: scope(at, limits),
        text: at.text("text", 2000, text),
        provenance: provenance(at, from),
    })
}

pub fn access(at: &mut At<'_>, message: Option<pb::Access>) -> Option<Access> {
    let pb::Access {
        need_to_know,
        text,
        logged,
        provenance: from,
    } = message?;
    at.field("access", |at| {
        Some(Access {
            need_to_know,
            logged,
            text: at.text("text", 2000, text),
            provenance: provenance(at, from),
        })
    })
}
