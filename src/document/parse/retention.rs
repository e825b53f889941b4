//! Rules of retention.

use super::{
    At,
    statement::{ids, laws, provenance, scope},
};
use crate::{
    domain::{
        retention::{Certainty, EndAction, Extension, Limit, RetentionRule},
        vocabulary::Facet,
    },
    pb,
};

pub fn retention(at: &mut At<'_>, list: Vec<pb::RetentionRule>) -> Vec<RetentionRule> {
    at.each("retention", 100, list, |at, message| {
        let pb::RetentionRule {
            id,
            limit,
            event,
            period,
            margin,
            end_action,
            certainty,
            scope: limits,
            conditions,
            overrides,
            laws: required_by,
            text,
            provenance: from,
            or_events,
            extensions: prolonged,
        } = message;
        let event = at.field("event", |at| at.code(Facet::Event, &event));
        let limit = at.choice::<pb::retention_rule::Limit, Limit>("limit", limit);
        let end_action = at.choice::<pb::retention_rule::EndAction, EndAction>("end_action", end_action);
        let certainty = at.choice::<pb::retention_rule::Certainty, Certainty>("certainty", certainty);
        let unsaid = period.is_empty();
        let period = at.period("period", &period);
        let margin = at.period("margin", &margin);
        match (certainty, &period) {
            (Some(Certainty::Unresolved), Some(_)) => {
                at.field("period", |at| {
                    at.wrong("has to be empty where the rule is unresolved")
                });
            }
            (Some(Certainty::Stated | Certainty::Interpreted), None) if unsaid => {
                at.field("period", |at| {
                    at.wrong("is required unless the rule is unresolved")
                });
            }
            _ => {}
        }
        Some(RetentionRule {
            id: at.optional_id("id", &id),
            period,
            margin: margin.unwrap_or_default(),
            scope: scope(at, limits),
            conditions: ids(at, "conditions", conditions),
            overrides: ids(at, "overrides", overrides),
            laws: laws(at, required_by),
            text: at.text("text", 2000, text),
            or_events: at.each("or_events", 10, or_events, |at, code| {
                at.code(Facet::Event, &code)
            }),
            extensions: extensions(at, prolonged),
            provenance: provenance(at, from),
            limit: limit?,
            event: event?,
            end_action: end_action?,
            certainty: certainty?,
        })
    })
}

fn extensions(at: &mut At<'_>, list: Vec<pb::Extension>) -> Vec<Extension> {
    at.each("extensions", 10, list, |at, message| {
        let pb::Extension {
            event,
            period,
            text,
            provenance: from,
        } = message;
        at.text("text", 2000, text);
        let event = at.field("event", |at| at.code(Facet::Event, &event));
        Some(Extension {
            period: at.period("period", &period),
            provenance: provenance(at, from),
            event: event?,
        })
    })
}
