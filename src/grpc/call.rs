//! What goes with every changing call: who, why, whether at all, and what the caller names it.

use prost::{Message, Name};
use sha2::{Digest as _, Sha256};
use tonic::{Request, Status};
use uuid::Uuid;

use super::{access, context::Context, error};
use crate::{
    document::Violations,
    pb,
    register::{self, Asked, Commit, Origin},
};

/// A changing call.
#[derive(Debug)]
pub struct Call {
    /// What goes with the change.
    pub asked: Asked,
}

/// What every changing request has.
pub trait Changing: Message + Name + Clone {
    /// The id that the caller chose.
    fn request_id(&self) -> &str;
    /// The request without that id: how it is written makes no other request.
    fn without_id(&self) -> Self;
    /// Whether nothing is committed.
    fn validate_only(&self) -> bool;
    /// Why.
    fn reason(&self) -> &str;
}

macro_rules! changing {
    ($( $request:ident )*) => {
        $( impl Changing for pb::$request {
            fn request_id(&self) -> &str {
                &self.request_id
            }

            fn without_id(&self) -> Self {
                Self {
                    request_id: String::new(),
                    ..self.clone()
                }
            }

            fn validate_only(&self) -> bool {
                self.validate_only
            }

            fn reason(&self) -> &str {
                &self.reason
            }
        } )*
    };
}

changing! {
    ApplyRegisterRequest CommitRequest EraseContactPersonRequest
    CreateRegisterRequest UpdateRegisterRequest DeleteRegisterRequest
    CreateProcessingActivityRequest UpdateProcessingActivityRequest DeleteProcessingActivityRequest
    CreateDataCategoryRequest UpdateDataCategoryRequest DeleteDataCategoryRequest
    CreateDataSubjectCategoryRequest UpdateDataSubjectCategoryRequest DeleteDataSubjectCategoryRequest
    CreateProcessorRequest UpdateProcessorRequest DeleteProcessorRequest
    CreateRecipientRequest UpdateRecipientRequest DeleteRecipientRequest
    CreateTransferRequest UpdateTransferRequest DeleteTransferRequest
    CreateContactPersonRequest UpdateContactPersonRequest DeleteContactPersonRequest
}

impl Call {
    /// Reads what goes with a change.
    pub fn of<R: Changing>(request: &Request<R>) -> Result<Self, Status> {
        let actor = access::caller(request)?.name.to_string();
        let message = request.get_ref();
        let mut found = Violations::new();
        if message.reason().chars().count() > 500 {
            found.push(error::wrong("reason", "has more than 500 characters"));
        }
        if message.reason().chars().any(char::is_control) {
            found.push(error::wrong("reason", "has control characters"));
        }
        let id = message.request_id();
        if !id.is_empty() && Uuid::try_parse(id).is_err() {
            found.push(error::wrong("request_id", "is not a UUID"));
        }
        if !found.is_empty() {
            return Err(error::invalid(found));
        }
        let method = R::NAME.strip_suffix("Request").unwrap_or(R::NAME);
        let method = format!("/ropa.v1.RegisterService/{method}");
        let request_id = (!id.is_empty()).then(|| register::Request {
            caller: actor.clone(),
            method: method.clone(),
            id: id.to_ascii_lowercase(),
            payload: Sha256::digest(message.without_id().encode_to_vec()).into(),
        });
        let context = Context::current();
        Ok(Self {
            asked: Asked {
                actor,
                method,
                reason: (!message.reason().is_empty()).then(|| message.reason().to_owned()),
                commit: if message.validate_only() {
                    Commit::ValidateOnly
                } else {
                    Commit::Yes
                },
                // What is only told is not remembered.
                request: request_id.filter(|_| !message.validate_only()),
                deadline: context.as_ref().map(|context| context.deadline),
                origin: context.map(|context| Origin {
                    request_id: context.request_id,
                    trace_id: context.trace.trace_id,
                }),
            },
        })
    }
}
