//! The handlers of `AccessService`, and who calls according to a request.

use std::sync::Arc;

use tonic::{Request, Response, Status};

use super::error;
use crate::{
    access::{self, Permission},
    pb::{self, access_service_server::AccessService},
};

/// `AccessService`: needs nothing but the caller.
#[derive(Clone, Copy, Debug)]
pub struct Access;

/// Who calls. The guard has put it there; without it nobody gets this far.
pub fn caller<M>(request: &Request<M>) -> Result<Arc<access::Caller>, Status> {
    let caller = request.extensions().get::<Arc<access::Caller>>();
    caller.map(Arc::clone).ok_or_else(error::caller_unknown)
}

/// Refuses a caller that lacks a permission beyond that of the method.
pub fn require<M>(request: &Request<M>, permission: Permission) -> Result<(), Status> {
    if caller(request)?.role.has(permission) {
        Ok(())
    } else {
        Err(error::not_permitted(permission))
    }
}

#[tonic::async_trait]
impl AccessService for Access {
    async fn get_caller(
        &self,
        request: Request<pb::GetCallerRequest>,
    ) -> Result<Response<pb::Caller>, Status> {
        let caller = caller(&request)?;
        let mut methods: Vec<String> = access::methods()
            .iter()
            .filter(|method| caller.role.has(method.permission))
            .map(|method| format!("{}/{}", method.service, method.name))
            .collect();
        methods.sort();
        let role = match caller.role {
            access::Role::Checker => pb::CallerRole::Checker,
            access::Role::Reader => pb::CallerRole::Reader,
            access::Role::Editor => pb::CallerRole::Editor,
            access::Role::Admin => pb::CallerRole::Admin,
        };
        let credential = match caller.credential {
            access::Credential::None => pb::Credential::NoCredential,
            access::Credential::Token => pb::Credential::BearerToken,
            access::Credential::Certificate => pb::Credential::ClientCertificate,
        };
        Ok(Response::new(pb::Caller {
            name: caller.name.to_string(),
            role: role.into(),
            credential: credential.into(),
            methods,
        }))
    }
}
