//! Where administrative calls are worked on, and what all of them share.

use std::{future::Future, sync::Arc, time::Duration};

use tokio::{runtime::Handle, sync::Semaphore};
use tonic::{Response, Status};

use super::{
    call::Call,
    context::Context,
    error,
    page::{self, Page, Wanted},
    resource::{self, Pages, ResourceMessage},
};
use crate::{
    document::{At, DraftResource, Patch, Violations},
    domain::name::{Id, RegisterId, ResourceKind, ResourceName},
    register::{Applied, Asked, Commit, Contents, Listed, Listing, Missing, Mutate, Registers, Wish},
    store::ChangeKind,
};

/// Administration, on the control runtime, so that no write or read of the database stalls a check.
#[derive(Clone, Debug)]
pub struct Administration {
    registers: Registers,
    control: Handle,
    /// Calls at work. Work goes on when its caller gives up, so the bound on calls does not bound it.
    room: Arc<Semaphore>,
}

/// How many administrative calls are worked on at once; more are refused, so that they never take the place of checks.
const MOST_AT_WORK: u32 = 64;

impl Administration {
    /// The service over these registers; its work runs on the control runtime.
    pub fn new(registers: Registers, control: Handle) -> Self {
        let room = usize::try_from(MOST_AT_WORK).unwrap_or_default();
        Self {
            registers,
            control,
            room: Arc::new(Semaphore::new(room)),
        }
    }

    /// Runs a use case that reads, where the database is, until its caller gives up.
    pub async fn run<T, F>(&self, work: impl FnOnce(Registers) -> F) -> Result<T, Status>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, Status>> + Send + 'static,
    {
        let deadline = Context::current().map(|context| context.deadline);
        self.run_to_end(|registers| {
            let work = work(registers);
            async move {
                match deadline {
                    Some(deadline) => tokio::time::timeout_at(deadline.into(), work)
                        .await
                        .unwrap_or_else(|_| Err(error::timed_out())),
                    None => work.await,
                }
            }
        })
        .await
    }

    /// Runs a use case that changes something: to its end, whether its caller still waits or not, and in its place until
    /// then.
    pub async fn run_to_end<T, F>(&self, work: impl FnOnce(Registers) -> F) -> Result<T, Status>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, Status>> + Send + 'static,
    {
        if self.registers.is_replaced() {
            return Err(error::store_replaced());
        }
        let place = Arc::clone(&self.room).try_acquire_owned();
        let place = place.map_err(|_| error::overloaded())?;
        let work = work(self.registers.clone());
        let working = self.control.spawn(async move {
            let _place = place;
            work.await
        });
        working.await.map_err(|_| error::internal())?
    }

    /// Waits for what is at work, also for callers who have gone; nothing new is begun.
    pub async fn finish(&self, patience: Duration) -> bool {
        let all = self.room.acquire_many(MOST_AT_WORK);
        let finished = tokio::time::timeout(patience, all).await;
        finished.is_ok()
    }

    pub(super) async fn get<M: ResourceMessage>(
        &self,
        name: &str,
        as_of: page::Moment,
    ) -> Result<Response<M>, Status> {
        let mut found = Violations::new();
        let name = resource::name(M::KIND, "name", name, &mut found);
        let as_of = as_of.read(&mut found);
        let (Some(name), Some(as_of)) = (name, as_of) else {
            return Err(error::invalid(found));
        };
        let work = move |registers: Registers| async move {
            let stored = registers.get(name, as_of).await.map_err(error::from_register)?;
            M::from_stored(&stored)
        };
        self.run(work).await.map(Response::new)
    }

    pub(super) async fn list<M: ResourceMessage>(&self, wanted: Wanted<'_>) -> Result<Pages<M>, Status> {
        let Page { listing, size, bound } = page::page(M::KIND, wanted)?;
        let work = move |registers: Registers| async move {
            // One more than asked tells whether there is another page.
            let limit = size.saturating_add(1);
            let Listed { revision, documents } = registers
                .list(Listing { limit, ..listing })
                .await
                .map_err(error::from_register)?;
            resource::pages::<M>(&documents, size, |last| page::token(revision, last, bound)).map(
                |(resources, next_page_token)| Pages {
                    resources,
                    next_page_token,
                    revision: resource::number(revision),
                },
            )
        };
        self.run(work).await
    }

    /// Creates a resource. `parent` is empty for a register.
    pub(super) async fn create<M: ResourceMessage>(
        &self,
        call: Result<Call, Status>,
        parent: &str,
        id: &str,
        resource: Option<M>,
    ) -> Result<Response<M>, Status> {
        let call = call?;
        let mut found = Violations::new();
        let mut message = resource.unwrap_or_default();
        let path = M::FIELD;
        let name = named(M::KIND, parent, id, &message, &mut found);
        if let Some(name) = &name {
            message.set_name(name.to_string());
        }
        let draft = DraftResource::new(
            &mut At::new(path, &mut found),
            path.to_owned(),
            message.into_message(),
        );
        let draft = draft.map_err(error::unreadable)?;
        if name.is_none() {
            // What is wrong with the name has been said where it was given.
            let own = format!("{path}.name");
            found.retain(|violation| {
                violation.path != own || !violation.message.starts_with("`` is not a name")
            });
        }
        let Some(draft) = draft.filter(|_| found.is_empty()) else {
            return Err(error::invalid(found));
        };
        self.change_one(call, ChangeKind::ResourceCreated, Wish::Create(draft))
            .await
    }

    pub(super) async fn update<M: ResourceMessage>(
        &self,
        call: Result<Call, Status>,
        resource: Option<M>,
        mask: Option<prost_types::FieldMask>,
        missing: Missing,
    ) -> Result<Response<M>, Status> {
        let call = call?;
        let message = resource.unwrap_or_default();
        let mut found = Violations::new();
        let wish = update(message, mask, missing, M::FIELD, "update_mask", &mut found);
        let wish = wish.ok_or_else(|| error::invalid(found))?;
        self.change_one(call, ChangeKind::ResourceUpdated, wish).await
    }

    pub(super) async fn delete<M: ResourceMessage>(
        &self,
        call: Result<Call, Status>,
        name: &str,
        etag: String,
        contents: Contents,
    ) -> Result<Response<M>, Status> {
        let call = call?;
        let mut found = Violations::new();
        let name = resource::name(M::KIND, "name", name, &mut found).ok_or_else(|| error::invalid(found))?;
        let wish = Wish::Delete {
            name,
            etag: given(etag),
            contents,
        };
        self.change_one(call, ChangeKind::ResourceDeleted, wish).await
    }

    /// Changes one resource and answers it.
    async fn change_one<M: ResourceMessage>(
        &self,
        call: Call,
        kind: ChangeKind,
        wish: Wish,
    ) -> Result<Response<M>, Status> {
        let asked: Asked = call.asked;
        let name = wish.name().clone();
        let deletes = matches!(wish, Wish::Delete { .. });
        let told_only = asked.commit == Commit::ValidateOnly;
        let mutate = Mutate {
            register: name.register_id().clone(),
            wishes: vec![wish],
            preconditions: Vec::new(),
            kind,
        };
        let work = move |registers: Registers| async move {
            let applied = registers
                .mutate(asked, mutate)
                .await
                .map_err(error::from_register)?;
            let Applied {
                revision, documents, ..
            } = applied;
            match documents.get(&name) {
                Some(json) if told_only => M::from_json(&name, json),
                _ => {
                    let stored = registers.answer(name, revision, deletes && !told_only).await;
                    let stored = stored.map_err(|failed| error::unanswered(failed, revision))?;
                    let mut message = M::from_stored(&stored)?;
                    if deletes && !told_only {
                        message.set_revision(resource::number(revision));
                    }
                    Ok(message)
                }
            }
        };
        self.run_to_end(work).await.map(Response::new)
    }
}

/// The name of a resource that is created: from parent and id, or as the resource itself says it.
fn named<M: ResourceMessage>(
    kind: ResourceKind,
    parent: &str,
    id: &str,
    message: &M,
    found: &mut Violations,
) -> Option<ResourceName> {
    let register: Option<RegisterId> = match kind {
        ResourceKind::Register => None,
        _ => Some(
            resource::name(ResourceKind::Register, "parent", parent, found)?
                .register_id()
                .clone(),
        ),
    };
    let said = message.name();
    let id_field = format!("{}_id", M::FIELD);
    if id.is_empty() {
        if said.is_empty() {
            let wrong = format!("is required, unless `{}.name` says it", M::FIELD);
            found.push(error::wrong(&id_field, wrong));
            return None;
        }
        let name = resource::name(kind, &format!("{}.name", M::FIELD), said, found)?;
        if register.is_some_and(|register| register != *name.register_id()) {
            found.push(error::wrong(&format!("{}.name", M::FIELD), "is not in `parent`"));
            return None;
        }
        return Some(name);
    }
    let id: Id = match id.parse() {
        Ok(id) => id,
        Err(invalid) => {
            let invalid: crate::domain::name::InvalidId = invalid;
            found.push(error::wrong(&id_field, invalid.to_string()));
            return None;
        }
    };
    let name = match register {
        None => ResourceName::register(id),
        Some(register) => ResourceName::child(register, kind, id),
    };
    if !said.is_empty() && said != name.to_string() {
        let wrong = format!("is not `{name}`; it may be left out");
        found.push(error::wrong(&format!("{}.name", M::FIELD), wrong));
        return None;
    }
    Some(name)
}

/// The wish to change a resource.
pub(super) fn update<M: ResourceMessage>(
    message: M,
    mask: Option<prost_types::FieldMask>,
    missing: Missing,
    path: &str,
    mask_path: &str,
    found: &mut Violations,
) -> Option<Wish> {
    let name = resource::name(M::KIND, &format!("{path}.name"), message.name(), found)?;
    let etag = given(message.etag().to_owned());
    let fields = crate::document::Fields::of(mask.map(|mask| mask.paths));
    let patch = Patch {
        message: message.into_message(),
        fields,
    };
    Some(Wish::Update {
        name,
        patch: Box::new(patch),
        etag,
        missing,
        path: path.to_owned(),
        mask: mask_path.to_owned(),
    })
}

/// A text that may be left out.
pub(super) fn given(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}
