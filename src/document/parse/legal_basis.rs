//! Grounds (Arts 6, 9, 10, 87).

use super::{
    At,
    statement::{ids, laws, scope, stated},
};
use crate::{
    domain::{
        activity::{Article6, Article9, LegalBasis},
        vocabulary::{Code, Facet},
    },
    pb,
};

pub fn legal_bases(at: &mut At<'_>, list: Vec<pb::LegalBasis>) -> Vec<LegalBasis> {
    at.each("legal_bases", 100, list, |at, message| {
        let pb::LegalBasis {
            article_6: six,
            article_9: nine,
            article_10: ten,
            article_87: eighty_seven,
            laws: rests_on,
            legitimate_interest,
            scope: limits,
            conditions,
            text,
            kind,
            effective: when,
            provenance: from,
        } = message;
        Some(LegalBasis {
            text: at.text("text", 2000, text),
            legitimate_interest: at.text("legitimate_interest", 2000, legitimate_interest),
            article_6: basis_code(at, "article_6", &six, "eu-gdpr:A6-1-").and_then(article_6),
            article_9: basis_code(at, "article_9", &nine, "eu-gdpr:A9-2-").and_then(article_9),
            article_10: basis_code(at, "article_10", &ten, "ropa:A10-"),
            article_87: basis_code(at, "article_87", &eighty_seven, "ropa:A87-"),
            laws: laws(at, rests_on),
            scope: scope(at, limits),
            conditions: ids(at, "conditions", conditions),
            stated: stated(at, kind, when, from),
        })
    })
}

/// A legal basis of one article, where one is given.
fn basis_code(at: &mut At<'_>, field: &str, text: &str, article: &str) -> Option<Code> {
    if text.is_empty() {
        return None;
    }
    at.field(field, |at| {
        let code = at.code(Facet::LegalBasis, text)?;
        if code.as_str().starts_with(article) {
            Some(code)
        } else {
            at.wrong(format_args!("`{text}` is not one of `{article}…`"));
            None
        }
    })
}

fn article_6(code: Code) -> Option<Article6> {
    match point(code, "eu-gdpr:A6-1-")? {
        'a' => Some(Article6::Consent),
        'b' => Some(Article6::Contract),
        'c' => Some(Article6::LegalObligation),
        'd' => Some(Article6::VitalInterests),
        'e' => Some(Article6::PublicTask),
        'f' => Some(Article6::LegitimateInterests),
        _ => None,
    }
}

fn article_9(code: Code) -> Option<Article9> {
    match point(code, "eu-gdpr:A9-2-")? {
        'a' => Some(Article9::ExplicitConsent),
        'b' => Some(Article9::SocialProtection),
        'c' => Some(Article9::VitalInterests),
        'd' => Some(Article9::NonProfitBody),
        'e' => Some(Article9::MadePublic),
        'f' => Some(Article9::LegalClaims),
        'g' => Some(Article9::SubstantialPublicInterest),
        'h' => Some(Article9::HealthCare),
        'i' => Some(Article9::PublicHealth),
        'j' => Some(Article9::Research),
        _ => None,
    }
}

fn point(code: Code, article: &str) -> Option<char> {
    code.as_str().strip_prefix(article)?.chars().next()
}
