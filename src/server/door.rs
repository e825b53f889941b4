//! Who is let in: every call has a caller whose role permits the method, or is refused. Before anything else of it is looked at.

use std::sync::Arc;

use http::{HeaderMap, header::AUTHORIZATION};
use jiff::Timestamp;
use tokio::sync::mpsc;

use super::kept::Kept;
use crate::{
    access::{Caller, Callers, Certificate, Method, Permission},
    clock,
    telemetry::metrics::{Metrics, Refusal},
};

/// The door. A clone is the same.
#[derive(Clone, Debug)]
pub struct Door {
    asks: Asks,
    /// Everybody, where nobody is asked; made once and not with every call.
    anonymous: Arc<Caller>,
    denied: mpsc::Sender<Knock>,
    metrics: Metrics,
}

/// Whether callers are asked who they are.
#[derive(Clone, Debug)]
pub enum Asks {
    /// They are, and these are let in.
    Callers(Arc<Kept<Callers>>),
    /// They are not: everybody may do everything.
    Nobody,
}

/// Why a call is not looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The caller is nobody that is known.
    CallerUnknown,
    /// The caller's role lacks the permission.
    NotPermitted(Permission),
    /// There is too much to do.
    Overloaded,
}

/// A change that was denied.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Denied {
    /// Who asked for it; none: nobody that is known.
    pub actor: Option<Arc<str>>,
    /// The method, as it is called.
    pub method: &'static str,
}

/// One that was denied now.
#[derive(Clone, Debug)]
pub struct Knock {
    /// Who, and what.
    pub denied: Denied,
    /// When.
    pub time: Timestamp,
}

impl Door {
    /// A door that tells `denied` of every change that it denies.
    pub fn new(asks: Asks, denied: mpsc::Sender<Knock>, metrics: Metrics) -> Self {
        Self {
            asks,
            anonymous: Arc::new(Caller::anonymous()),
            denied,
            metrics,
        }
    }

    /// Lets a call in, or refuses it. That a method is not there is for callers to learn. Methods that are open have no
    /// caller.
    pub fn enter(
        &self,
        method: Option<&'static Method>,
        headers: &HeaderMap,
        peer: Option<&Certificate>,
    ) -> Result<Option<Arc<Caller>>, Refused> {
        let permission = method.map_or(Permission::Identified, |method| method.permission);
        if permission == Permission::Open {
            return Ok(None);
        }
        let caller = match &self.asks {
            Asks::Nobody => Arc::clone(&self.anonymous),
            Asks::Callers(callers) => {
                let authorization = headers
                    .get_all(AUTHORIZATION)
                    .iter()
                    .map(http::HeaderValue::as_bytes);
                match callers.load().identify(authorization, peer, clock::now()) {
                    Ok(caller) => caller,
                    Err(_) => {
                        self.refuse(Refusal::Unauthenticated, method, None);
                        return Err(Refused::CallerUnknown);
                    }
                }
            }
        };
        if caller.role.has(permission) {
            return Ok(Some(caller));
        }
        self.refuse(Refusal::PermissionDenied, method, Some(Arc::clone(&caller.name)));
        Err(Refused::NotPermitted(permission))
    }

    /// Counts a refused call; that a change was refused is to be in the audit log.
    pub fn refuse(&self, refusal: Refusal, method: Option<&'static Method>, actor: Option<Arc<str>>) {
        self.metrics.refused(refusal, 1);
        let Some(method) = method.filter(|method| method.permission.is_change()) else {
            return;
        };
        let denied = Denied {
            actor,
            method: method.path,
        };
        let time = clock::now();
        if self.denied.try_send(Knock { denied, time }).is_err() {
            self.metrics.denials_lost.inc();
        }
    }
}
