//! The handlers of `RegisterService`.

use std::sync::Arc;

use tokio::{runtime::Handle, sync::Semaphore};
use tonic::{Request, Response, Status};

use super::{error, page::page};
use crate::{
    document::{self, Draft, InvalidDraft, json},
    domain::name::ResourceKind,
    pb::{self, register_service_server::RegisterService},
    register::{Applied, Apply, Commit, Erase, Erased, Erasing, Others, Registers, ResourceChange},
    store::Stored,
};

/// Until callers are identified there is one of them.
const ACTOR: &str = "anonymous";

/// `RegisterService`: administration, on the control runtime, so that no write or read of the database stalls a check.
#[derive(Clone, Debug)]
pub struct Administration {
    registers: Registers,
    control: Handle,
    /// Calls at work. Work goes on when its caller gives up, so the bound on calls does not bound it.
    room: Arc<Semaphore>,
}

/// How many administrative calls are worked on at once; more are refused, so that they never take the place of checks.
const MOST_AT_WORK: usize = 64;

impl Administration {
    /// The service over these registers; its work runs on the control runtime.
    pub fn new(registers: Registers, control: Handle) -> Self {
        Self {
            registers,
            control,
            room: Arc::new(Semaphore::new(MOST_AT_WORK)),
        }
    }

    /// Runs a use case where the database is. A caller that gives up does not stop it.
    pub async fn run<T, F>(&self, work: impl FnOnce(Registers) -> F) -> Result<T, Status>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, Status>> + Send + 'static,
    {
        let place = Arc::clone(&self.room).try_acquire_owned();
        let place = place.map_err(|_| error::overloaded())?;
        let work = work(self.registers.clone());
        let working = self.control.spawn(async move {
            let _place = place;
            work.await
        });
        working.await.map_err(|_| error::internal())?
    }

    async fn get<M: FromStored>(&self, name: &str) -> Result<Response<M>, Status> {
        let name = document::name(M::KIND, name)
            .map_err(|message| error::invalid(vec![error::wrong("name", message)]))?;
        let work = |registers: Registers| async move {
            let stored = registers.get(name).await.map_err(error::from_register)?;
            M::from_stored(&stored)
        };
        self.run(work).await.map(Response::new)
    }

    /// One page, and the token of the next.
    async fn list<M: FromStored>(
        &self,
        parent: &str,
        size: i32,
        token: &str,
    ) -> Result<(Vec<M>, String), Status> {
        let page = page(M::KIND, parent, size, token)?;
        let size = page.size;
        // One more than asked tells whether there is another page.
        let limit = u64::try_from(size).unwrap_or_default().saturating_add(1);
        let work = move |registers: Registers| async move {
            let listed = registers.list(M::KIND, page.register, page.after, limit).await;
            pages::<M>(&listed.map_err(error::from_register)?, size)
        };
        self.run(work).await
    }
}

/// At most so many of what was listed, and no more than fits into an answer; and the token of the next page.
fn pages<M: FromStored>(listed: &[Stored], size: usize) -> Result<(Vec<M>, String), Status> {
    let mut bytes = 0;
    let fits = |stored: &&Stored| {
        bytes += stored.json.len();
        bytes <= MOST_BYTES
    };
    // One is always answered, or a list would never end.
    let most = listed.iter().take_while(fits).count().max(1).min(size);
    let next = match (listed.len() > most, listed.get(most.saturating_sub(1))) {
        (true, Some(last)) => last.name.to_string(),
        _ => String::new(),
    };
    let resources = listed
        .iter()
        .take(most)
        .map(M::from_stored)
        .collect::<Result<_, _>>()?;
    Ok((resources, next))
}

/// Documents of one page, in bytes of JSON: fewer than an answer may have, which is shorter.
const MOST_BYTES: usize = 4 * 1024 * 1024;

/// A message of a stored resource.
trait FromStored: Sized + Send + 'static {
    const KIND: ResourceKind;

    fn from_stored(stored: &Stored) -> Result<Self, Status>;
}

macro_rules! resources {
    ($( $message:ident $kind:ident; )*) => {
        $( impl FromStored for pb::$message {
            const KIND: ResourceKind = ResourceKind::$kind;

            fn from_stored(stored: &Stored) -> Result<Self, Status> {
                let mut message: Self = json::read(Self::KIND.message(), &stored.json).map_err(|unreadable| {
                    tracing::error!(name = %stored.name, error = %unreadable, "`{}` cannot be read", stored.name);
                    error::internal()
                })?;
                message.revision = i64::try_from(stored.revision.number()).unwrap_or(i64::MAX);
                message.etag = etag(stored);
                message.update_time = Some(timestamp(stored.time));
                Ok(message)
            }
        } )*
    };
}

resources! {
    Register Register;
    ProcessingActivity Activity;
    DataCategory DataCategory;
    DataSubjectCategory DataSubjectCategory;
    Processor Processor;
    Recipient Recipient;
    Transfer Transfer;
    ContactPerson ContactPerson;
}

/// The start of the document's digest, quoted as RFC 7232 wants it.
fn etag(stored: &Stored) -> String {
    let hex: String = stored
        .digest
        .iter()
        .take(12)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("\"{hex}\"")
}

pub fn timestamp(time: jiff::Timestamp) -> prost_types::Timestamp {
    prost_types::Timestamp {
        seconds: time.as_second(),
        nanos: time.subsec_nanosecond(),
    }
}

#[tonic::async_trait]
impl RegisterService for Administration {
    async fn apply_register(
        &self,
        request: Request<pb::ApplyRegisterRequest>,
    ) -> Result<Response<pb::ApplyRegisterResponse>, Status> {
        let pb::ApplyRegisterRequest {
            document,
            validate_only,
            prune,
            reason,
        } = request.into_inner();
        let reason = given_reason(reason)?;
        let work = move |registers: Registers| async move {
            let draft = draft(document.unwrap_or_default()).await?;
            let register = draft.register.clone();
            let others = if prune { Others::Prune } else { Others::Keep };
            let apply = Apply {
                draft,
                others,
                commit: commit(validate_only),
                reason,
                actor: ACTOR.to_owned(),
            };
            let applied = registers.apply(apply).await.map_err(error::from_register)?;
            Ok((register, applied))
        };
        let (register, Applied { revision, changes }) = self.run(work).await?;
        Ok(Response::new(pb::ApplyRegisterResponse {
            register: format!("registers/{register}"),
            revision: i64::try_from(revision.number()).unwrap_or(i64::MAX),
            changes: changes
                .into_iter()
                .map(|(name, change)| to_change(name.to_string(), change))
                .collect(),
        }))
    }

    async fn get_register(
        &self,
        request: Request<pb::GetRegisterRequest>,
    ) -> Result<Response<pb::Register>, Status> {
        self.get(&request.into_inner().name).await
    }

    async fn list_registers(
        &self,
        request: Request<pb::ListRegistersRequest>,
    ) -> Result<Response<pb::ListRegistersResponse>, Status> {
        let pb::ListRegistersRequest {
            page_size,
            page_token,
        } = request.into_inner();
        let (registers, next_page_token) = self.list("", page_size, &page_token).await?;
        Ok(Response::new(pb::ListRegistersResponse {
            registers,
            next_page_token,
        }))
    }

    async fn get_processing_activity(
        &self,
        request: Request<pb::GetProcessingActivityRequest>,
    ) -> Result<Response<pb::ProcessingActivity>, Status> {
        self.get(&request.into_inner().name).await
    }

    async fn list_processing_activities(
        &self,
        request: Request<pb::ListProcessingActivitiesRequest>,
    ) -> Result<Response<pb::ListProcessingActivitiesResponse>, Status> {
        let pb::ListProcessingActivitiesRequest {
            parent,
            page_size,
            page_token,
        } = request.into_inner();
        let (activities, next_page_token) = self.list(&parent, page_size, &page_token).await?;
        Ok(Response::new(pb::ListProcessingActivitiesResponse {
            activities,
            next_page_token,
        }))
    }

    async fn get_data_category(
        &self,
        request: Request<pb::GetDataCategoryRequest>,
    ) -> Result<Response<pb::DataCategory>, Status> {
        self.get(&request.into_inner().name).await
    }

    async fn list_data_categories(
        &self,
        request: Request<pb::ListDataCategoriesRequest>,
    ) -> Result<Response<pb::ListDataCategoriesResponse>, Status> {
        let pb::ListDataCategoriesRequest {
            parent,
            page_size,
            page_token,
        } = request.into_inner();
        let (data_categories, next_page_token) = self.list(&parent, page_size, &page_token).await?;
        Ok(Response::new(pb::ListDataCategoriesResponse {
            data_categories,
            next_page_token,
        }))
    }

    async fn get_data_subject_category(
        &self,
        request: Request<pb::GetDataSubjectCategoryRequest>,
    ) -> Result<Response<pb::DataSubjectCategory>, Status> {
        self.get(&request.into_inner().name).await
    }

    async fn list_data_subject_categories(
        &self,
        request: Request<pb::ListDataSubjectCategoriesRequest>,
    ) -> Result<Response<pb::ListDataSubjectCategoriesResponse>, Status> {
        let pb::ListDataSubjectCategoriesRequest {
            parent,
            page_size,
            page_token,
        } = request.into_inner();
        let (data_subject_categories, next_page_token) = self.list(&parent, page_size, &page_token).await?;
        Ok(Response::new(pb::ListDataSubjectCategoriesResponse {
            data_subject_categories,
            next_page_token,
        }))
    }

    async fn get_processor(
        &self,
        request: Request<pb::GetProcessorRequest>,
    ) -> Result<Response<pb::Processor>, Status> {
        self.get(&request.into_inner().name).await
    }

    async fn list_processors(
        &self,
        request: Request<pb::ListProcessorsRequest>,
    ) -> Result<Response<pb::ListProcessorsResponse>, Status> {
        let pb::ListProcessorsRequest {
            parent,
            page_size,
            page_token,
        } = request.into_inner();
        let (processors, next_page_token) = self.list(&parent, page_size, &page_token).await?;
        Ok(Response::new(pb::ListProcessorsResponse {
            processors,
            next_page_token,
        }))
    }

    async fn get_recipient(
        &self,
        request: Request<pb::GetRecipientRequest>,
    ) -> Result<Response<pb::Recipient>, Status> {
        self.get(&request.into_inner().name).await
    }

    async fn list_recipients(
        &self,
        request: Request<pb::ListRecipientsRequest>,
    ) -> Result<Response<pb::ListRecipientsResponse>, Status> {
        let pb::ListRecipientsRequest {
            parent,
            page_size,
            page_token,
        } = request.into_inner();
        let (recipients, next_page_token) = self.list(&parent, page_size, &page_token).await?;
        Ok(Response::new(pb::ListRecipientsResponse {
            recipients,
            next_page_token,
        }))
    }

    async fn get_transfer(
        &self,
        request: Request<pb::GetTransferRequest>,
    ) -> Result<Response<pb::Transfer>, Status> {
        self.get(&request.into_inner().name).await
    }

    async fn list_transfers(
        &self,
        request: Request<pb::ListTransfersRequest>,
    ) -> Result<Response<pb::ListTransfersResponse>, Status> {
        let pb::ListTransfersRequest {
            parent,
            page_size,
            page_token,
        } = request.into_inner();
        let (transfers, next_page_token) = self.list(&parent, page_size, &page_token).await?;
        Ok(Response::new(pb::ListTransfersResponse {
            transfers,
            next_page_token,
        }))
    }

    async fn get_contact_person(
        &self,
        request: Request<pb::GetContactPersonRequest>,
    ) -> Result<Response<pb::ContactPerson>, Status> {
        self.get(&request.into_inner().name).await
    }

    async fn list_contact_persons(
        &self,
        request: Request<pb::ListContactPersonsRequest>,
    ) -> Result<Response<pb::ListContactPersonsResponse>, Status> {
        let pb::ListContactPersonsRequest {
            parent,
            page_size,
            page_token,
        } = request.into_inner();
        let (contact_persons, next_page_token) = self.list(&parent, page_size, &page_token).await?;
        Ok(Response::new(pb::ListContactPersonsResponse {
            contact_persons,
            next_page_token,
        }))
    }

    async fn erase_contact_person(
        &self,
        request: Request<pb::EraseContactPersonRequest>,
    ) -> Result<Response<pb::EraseContactPersonResponse>, Status> {
        let pb::EraseContactPersonRequest {
            name,
            keep_current,
            validate_only,
            reason,
        } = request.into_inner();
        let reason = given_reason(reason)?;
        let name = document::name(ResourceKind::ContactPerson, &name)
            .map_err(|message| error::invalid(vec![error::wrong("name", message)]))?;
        let erase = Erase {
            name: name.clone(),
            erasing: if keep_current {
                Erasing::Former
            } else {
                Erasing::Everything
            },
            commit: commit(validate_only),
            reason,
            actor: ACTOR.to_owned(),
        };
        let work =
            |registers: Registers| async move { registers.erase(erase).await.map_err(error::from_register) };
        let Erased { revision, versions } = self.run(work).await?;
        Ok(Response::new(pb::EraseContactPersonResponse {
            name: name.to_string(),
            revision: i64::try_from(revision.number()).unwrap_or(i64::MAX),
            erased_versions: i32::try_from(versions).unwrap_or(i32::MAX),
        }))
    }
}

/// Why, if it is said.
fn given_reason(reason: String) -> Result<Option<String>, Status> {
    if reason.chars().count() > 500 {
        let wrong = error::wrong("reason", "has more than 500 characters");
        return Err(error::invalid(vec![wrong]));
    }
    Ok((!reason.is_empty()).then_some(reason))
}

const fn commit(validate_only: bool) -> Commit {
    if validate_only {
        Commit::ValidateOnly
    } else {
        Commit::Yes
    }
}

/// A document as a draft. Parsing a whole register takes its time, so it has a thread of its own.
async fn draft(document: pb::RegisterDocument) -> Result<Draft, Status> {
    let parsed = tokio::task::spawn_blocking(move || Draft::new(document)).await;
    parsed
        .map_err(|_| error::internal())?
        .map_err(|invalid| match invalid {
            InvalidDraft::Mistakes(violations) => error::invalid(violations),
            InvalidDraft::Unreadable(unreadable) => {
                tracing::error!(error = %unreadable, "a document cannot be written");
                error::internal()
            }
        })
}

fn to_change(name: String, change: ResourceChange) -> pb::ResourceChange {
    use pb::resource_change::Action;
    let (action, fields) = match change {
        ResourceChange::Created => (Action::Created, Vec::new()),
        ResourceChange::Updated(fields) => (Action::Updated, fields),
        ResourceChange::Deleted => (Action::Deleted, Vec::new()),
    };
    let fields = fields.into_iter().map(|field| pb::FieldChange {
        path: field.path,
        before: field.before.unwrap_or_default(),
        after: field.after.unwrap_or_default(),
    });
    pb::ResourceChange {
        name,
        action: action.into(),
        fields: fields.collect(),
    }
}
