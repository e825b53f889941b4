//! `Commit`: several changes of one register in one revision.

use std::collections::BTreeMap;

use tonic::{Request, Response, Status};

use super::{
    access,
    administration::{Administration, given, update},
    call::Call,
    error,
    resource::{self, ResourceMessage, number},
};
use crate::{
    access::Permission,
    document::{At, DraftResource, Violations},
    domain::name::{RegisterId, ResourceKind, ResourceName, Revision},
    pb::{self, mutation::Mutation, resource::Resource},
    register::{Applied, Contents, Missing, Mutate, Precondition, Presence, Registers, Wish},
    store::ChangeKind,
};

/// A commit has at most this many changes.
const MOST: usize = 1000;

/// Makes several changes of one register: all of them or none.
pub async fn commit(
    administration: &Administration,
    request: Request<pb::CommitRequest>,
) -> Result<Response<pb::CommitResponse>, Status> {
    let is_deletion = |mutation: &pb::Mutation| match &mutation.mutation {
        Some(Mutation::Delete(deletion)) => is_register(&deletion.name),
        _ => false,
    };
    if request.get_ref().mutations.iter().any(is_deletion) {
        access::require(&request, Permission::Administer)?;
    }
    let Call { asked } = Call::of(&request)?;
    let pb::CommitRequest {
        parent,
        mutations,
        preconditions,
        request_id: _,
        validate_only: _,
        reason: _,
    } = request.into_inner();
    let mut found = Violations::new();
    let register = resource::name(ResourceKind::Register, "parent", &parent, &mut found);
    let register = register.ok_or_else(|| error::invalid(found.clone()))?;
    let register = register.register_id().clone();
    if mutations.is_empty() {
        found.push(error::wrong("mutations", "is required"));
    }
    for (field, count) in [
        ("mutations", mutations.len()),
        ("preconditions", preconditions.len()),
    ] {
        if count > MOST {
            found.push(error::wrong(field, "are more than 1000"));
        }
    }
    let mut wishes: Vec<Wish> = Vec::new();
    let mut named: BTreeMap<ResourceName, usize> = BTreeMap::new();
    for (index, mutation) in mutations.into_iter().take(MOST).enumerate() {
        let path = format!("mutations[{index}]");
        let Some(wish) = wish(&path, mutation, &mut found)? else {
            continue;
        };
        let name = wish.name();
        if *name.register_id() != register {
            found.push(error::wrong(&path, format!("`{name}` is not in `{parent}`")));
        } else if let Some(earlier) = named.insert(name.clone(), index) {
            found.push(error::wrong(
                &path,
                format!("`{name}` is changed at mutations[{earlier}], too"),
            ));
        } else {
            wishes.push(wish);
        }
    }
    let preconditions = preconditions.into_iter().take(MOST).enumerate();
    let preconditions: Vec<Precondition> = preconditions
        .filter_map(|(index, message)| precondition(index, message, &register, &mut found))
        .collect();
    if !found.is_empty() {
        return Err(error::invalid(found));
    }
    let mutate = Mutate {
        register: register.clone(),
        wishes,
        preconditions,
        kind: ChangeKind::RegisterCommitted,
    };
    let work = move |registers: Registers| async move {
        let applied = registers
            .mutate(asked, mutate)
            .await
            .map_err(error::from_register)?;
        let Applied {
            revision, changes, ..
        } = applied;
        let token = registers.token(revision);
        Ok(pb::CommitResponse {
            register: format!("registers/{register}"),
            revision: number(revision),
            changes: changes.into_iter().map(resource::change).collect(),
            token,
        })
    };
    administration.run_to_end(work).await.map(Response::new)
}

/// Whether a name is that of a register, and not of something in one.
fn is_register(name: &str) -> bool {
    name.parse::<ResourceName>()
        .is_ok_and(|name| name.kind() == ResourceKind::Register)
}

fn wish(path: &str, mutation: pb::Mutation, found: &mut Violations) -> Result<Option<Wish>, Status> {
    match mutation.mutation {
        None => {
            found.push(error::wrong(
                path,
                "is neither `create` nor `update` nor `delete`",
            ));
            Ok(None)
        }
        Some(Mutation::Create(resource)) => created(&format!("{path}.create"), resource, found),
        Some(Mutation::Update(message)) => Ok(updated(&format!("{path}.update"), message, found)),
        Some(Mutation::Delete(pb::ResourceDeletion { name, etag, force })) => {
            match name.parse::<ResourceName>() {
                Ok(name) => Ok(Some(Wish::Delete {
                    name,
                    etag: given(etag),
                    contents: if force { Contents::Delete } else { Contents::Refuse },
                })),
                Err(invalid) => {
                    found.push(error::wrong(
                        &format!("{path}.delete.name"),
                        format!("is not a name: {invalid}"),
                    ));
                    Ok(None)
                }
            }
        }
    }
}

/// Does the same to a resource of whichever kind it is.
macro_rules! each_kind {
    ($resource:expr, |$message:ident| $same:expr, $none:expr) => {
        match $resource.resource {
            Some(Resource::Register($message)) => $same,
            Some(Resource::Activity($message)) => $same,
            Some(Resource::DataCategory($message)) => $same,
            Some(Resource::DataSubjectCategory($message)) => $same,
            Some(Resource::Processor($message)) => $same,
            Some(Resource::Recipient($message)) => $same,
            Some(Resource::Transfer($message)) => $same,
            Some(Resource::ContactPerson($message)) => $same,
            None => $none,
        }
    };
}

fn created(path: &str, resource: pb::Resource, found: &mut Violations) -> Result<Option<Wish>, Status> {
    fn one<M: ResourceMessage>(
        path: &str,
        message: M,
        found: &mut Violations,
    ) -> Result<Option<Wish>, Status> {
        let path = format!("{path}.{}", M::FIELD);
        let mut at = At::new(path.clone(), found);
        let draft = DraftResource::new(&mut at, path, message.into_message());
        draft
            .map(|draft| draft.map(Wish::Create))
            .map_err(error::unreadable)
    }
    each_kind!(resource, |message| one(path, message, found), {
        found.push(error::wrong(path, NO_RESOURCE));
        Ok(None)
    })
}

const NO_RESOURCE: &str = "names no resource, e.g. `activity`";

fn updated(path: &str, message: pb::ResourceUpdate, found: &mut Violations) -> Option<Wish> {
    let pb::ResourceUpdate {
        resource,
        update_mask,
        allow_missing,
    } = message;
    let missing = if allow_missing {
        Missing::Create
    } else {
        Missing::Refuse
    };
    fn one<M: ResourceMessage>(
        path: &str,
        message: M,
        mask: Option<prost_types::FieldMask>,
        missing: Missing,
        found: &mut Violations,
    ) -> Option<Wish> {
        let at = format!("{path}.resource.{}", M::FIELD);
        update(message, mask, missing, &at, &format!("{path}.update_mask"), found)
    }
    let resource = resource.unwrap_or_default();
    each_kind!(
        resource,
        |message| one(path, message, update_mask, missing, found),
        {
            found.push(error::wrong(path, NO_RESOURCE));
            None
        }
    )
}

fn precondition(
    index: usize,
    message: pb::Precondition,
    register: &RegisterId,
    found: &mut Violations,
) -> Option<Precondition> {
    let path = format!("preconditions[{index}]");
    let pb::Precondition {
        name,
        state,
        etag,
        unchanged_since,
    } = message;
    let presence = match pb::precondition::State::try_from(state) {
        Ok(pb::precondition::State::Unspecified) => Some(Presence::Any),
        Ok(pb::precondition::State::Present) => Some(Presence::Present),
        Ok(pb::precondition::State::Absent) => Some(Presence::Absent),
        Err(_) => {
            let wrong = "has a value that this server does not know";
            found.push(error::wrong(&format!("{path}.state"), wrong));
            None
        }
    };
    let name: Option<ResourceName> = match name.parse::<ResourceName>() {
        Ok(name) if name.register_id() == register => Some(name),
        Ok(_) => {
            found.push(error::wrong(&format!("{path}.name"), "is not in `parent`"));
            None
        }
        Err(invalid) => {
            found.push(error::wrong(
                &format!("{path}.name"),
                format!("is not a name: {invalid}"),
            ));
            None
        }
    };
    let since = match u64::try_from(unchanged_since) {
        Ok(0) => Some(None),
        Ok(number) => Some(Some(Revision::new(number))),
        Err(_) => {
            found.push(error::wrong(&format!("{path}.unchanged_since"), "is negative"));
            None
        }
    };
    Some(Precondition {
        name: name?,
        presence: presence?,
        etag: given(etag),
        unchanged_since: since?,
        path,
    })
}
