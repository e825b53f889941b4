//! The handlers of `RegisterService`.

use tonic::{Request, Response, Status};

use super::{
    administration::{Administration, given},
    call::Call,
    commit, error,
    page::{Moment, Wanted},
    resource::{self, Pages, number},
};
use crate::{
    document::{Draft, InvalidDraft, Violations},
    domain::name::{ResourceKind, Revision},
    pb::{self, register_service_server::RegisterService},
    register::{Applied, Apply, Contents, Erase, Erased, Erasing, Missing, Others, Registers},
};

type Answer<M> = Result<Response<M>, Status>;

const fn moment(at_revision: i64, as_of: Option<prost_types::Timestamp>) -> Moment {
    Moment { at_revision, as_of }
}

const fn missing(allow_missing: bool) -> Missing {
    if allow_missing {
        Missing::Create
    } else {
        Missing::Refuse
    }
}

/// The whole service: what all kinds have is written once, and each kind says what its messages are called.
macro_rules! service {
    ($( $resource:ident {
        $get:ident $get_request:ident,
        $list:ident $list_request:ident $list_response:ident $plural:ident,
        $create:ident $create_request:ident $field:ident $id:ident,
        $update:ident $update_request:ident,
        $delete:ident $delete_request:ident
    } )*) => {
        #[tonic::async_trait]
        impl RegisterService for Administration {
            async fn apply_register(&self, request: Request<pb::ApplyRegisterRequest>) -> Answer<pb::ApplyRegisterResponse> {
                self.apply(request).await
            }

            async fn commit(&self, request: Request<pb::CommitRequest>) -> Answer<pb::CommitResponse> {
                commit::commit(self, request).await
            }

            async fn batch_get_resources(
                &self,
                request: Request<pb::BatchGetResourcesRequest>,
            ) -> Answer<pb::BatchGetResourcesResponse> {
                self.get_several(request.into_inner()).await
            }

            async fn erase_contact_person(
                &self,
                request: Request<pb::EraseContactPersonRequest>,
            ) -> Answer<pb::EraseContactPersonResponse> {
                self.erase(request).await
            }

            async fn get_register(&self, request: Request<pb::GetRegisterRequest>) -> Answer<pb::Register> {
                let pb::GetRegisterRequest { name, at_revision, as_of } = request.into_inner();
                self.get(&name, moment(at_revision, as_of)).await
            }

            async fn list_registers(&self, request: Request<pb::ListRegistersRequest>) -> Answer<pb::ListRegistersResponse> {
                let pb::ListRegistersRequest { page_size, page_token, filter, order_by, at_revision, as_of } =
                    request.into_inner();
                let wanted = Wanted {
                    parent: "",
                    page_size,
                    page_token: &page_token,
                    filter: &filter,
                    order_by: &order_by,
                    moment: moment(at_revision, as_of),
                };
                let Pages { resources: registers, next_page_token, revision } = self.list(wanted).await?;
                Ok(Response::new(pb::ListRegistersResponse { registers, next_page_token, revision }))
            }

            async fn create_register(&self, request: Request<pb::CreateRegisterRequest>) -> Answer<pb::Register> {
                let call = Call::of(&request);
                let pb::CreateRegisterRequest { register_id, register, .. } = request.into_inner();
                self.create(call, "", &register_id, register).await
            }

            async fn update_register(&self, request: Request<pb::UpdateRegisterRequest>) -> Answer<pb::Register> {
                let call = Call::of(&request);
                let pb::UpdateRegisterRequest { register, update_mask, allow_missing, .. } = request.into_inner();
                self.update(call, register, update_mask, missing(allow_missing)).await
            }

            async fn delete_register(&self, request: Request<pb::DeleteRegisterRequest>) -> Answer<pb::Register> {
                let call = Call::of(&request);
                let pb::DeleteRegisterRequest { name, etag, force, .. } = request.into_inner();
                let contents = if force { Contents::Delete } else { Contents::Refuse };
                self.delete(call, &name, etag, contents).await
            }

            $(
            async fn $get(&self, request: Request<pb::$get_request>) -> Answer<pb::$resource> {
                let pb::$get_request { name, at_revision, as_of } = request.into_inner();
                self.get(&name, moment(at_revision, as_of)).await
            }

            async fn $list(&self, request: Request<pb::$list_request>) -> Answer<pb::$list_response> {
                let pb::$list_request { parent, page_size, page_token, filter, order_by, at_revision, as_of } =
                    request.into_inner();
                let wanted = Wanted {
                    parent: &parent,
                    page_size,
                    page_token: &page_token,
                    filter: &filter,
                    order_by: &order_by,
                    moment: moment(at_revision, as_of),
                };
                let Pages { resources: $plural, next_page_token, revision } = self.list(wanted).await?;
                Ok(Response::new(pb::$list_response { $plural, next_page_token, revision }))
            }

            async fn $create(&self, request: Request<pb::$create_request>) -> Answer<pb::$resource> {
                let call = Call::of(&request);
                let pb::$create_request { parent, $id, $field, .. } = request.into_inner();
                self.create(call, &parent, &$id, $field).await
            }

            async fn $update(&self, request: Request<pb::$update_request>) -> Answer<pb::$resource> {
                let call = Call::of(&request);
                let pb::$update_request { $field, update_mask, allow_missing, .. } = request.into_inner();
                self.update(call, $field, update_mask, missing(allow_missing)).await
            }

            async fn $delete(&self, request: Request<pb::$delete_request>) -> Answer<pb::$resource> {
                let call = Call::of(&request);
                let pb::$delete_request { name, etag, .. } = request.into_inner();
                self.delete(call, &name, etag, Contents::Refuse).await
            }
            )*
        }
    };
}

service! {
    ProcessingActivity {
        get_processing_activity GetProcessingActivityRequest,
        list_processing_activities ListProcessingActivitiesRequest ListProcessingActivitiesResponse activities,
        create_processing_activity CreateProcessingActivityRequest activity activity_id,
        update_processing_activity UpdateProcessingActivityRequest,
        delete_processing_activity DeleteProcessingActivityRequest
    }
    DataCategory {
        get_data_category GetDataCategoryRequest,
        list_data_categories ListDataCategoriesRequest ListDataCategoriesResponse data_categories,
        create_data_category CreateDataCategoryRequest data_category data_category_id,
        update_data_category UpdateDataCategoryRequest,
        delete_data_category DeleteDataCategoryRequest
    }
    DataSubjectCategory {
        get_data_subject_category GetDataSubjectCategoryRequest,
        list_data_subject_categories ListDataSubjectCategoriesRequest ListDataSubjectCategoriesResponse
            data_subject_categories,
        create_data_subject_category CreateDataSubjectCategoryRequest data_subject_category data_subject_category_id,
        update_data_subject_category UpdateDataSubjectCategoryRequest,
        delete_data_subject_category DeleteDataSubjectCategoryRequest
    }
    Processor {
        get_processor GetProcessorRequest,
        list_processors ListProcessorsRequest ListProcessorsResponse processors,
        create_processor CreateProcessorRequest processor processor_id,
        update_processor UpdateProcessorRequest,
        delete_processor DeleteProcessorRequest
    }
    Recipient {
        get_recipient GetRecipientRequest,
        list_recipients ListRecipientsRequest ListRecipientsResponse recipients,
        create_recipient CreateRecipientRequest recipient recipient_id,
        update_recipient UpdateRecipientRequest,
        delete_recipient DeleteRecipientRequest
    }
    Transfer {
        get_transfer GetTransferRequest,
        list_transfers ListTransfersRequest ListTransfersResponse transfers,
        create_transfer CreateTransferRequest transfer transfer_id,
        update_transfer UpdateTransferRequest,
        delete_transfer DeleteTransferRequest
    }
    ContactPerson {
        get_contact_person GetContactPersonRequest,
        list_contact_persons ListContactPersonsRequest ListContactPersonsResponse contact_persons,
        create_contact_person CreateContactPersonRequest contact_person contact_person_id,
        update_contact_person UpdateContactPersonRequest,
        delete_contact_person DeleteContactPersonRequest
    }
}

impl Administration {
    async fn apply(&self, request: Request<pb::ApplyRegisterRequest>) -> Answer<pb::ApplyRegisterResponse> {
        let Call { asked } = Call::of(&request)?;
        let pb::ApplyRegisterRequest {
            document,
            prune,
            unchanged_since,
            validate_only: _,
            reason: _,
            request_id: _,
        } = request.into_inner();
        let unchanged_since = since("unchanged_since", unchanged_since)?;
        let others = if prune { Others::Prune } else { Others::Keep };
        let work = move |registers: Registers| async move {
            let draft = draft(document.unwrap_or_default()).await?;
            let register = draft.register.clone();
            let apply = Apply {
                draft,
                others,
                unchanged_since,
            };
            let applied = registers
                .apply(asked, apply)
                .await
                .map_err(error::from_register)?;
            let Applied {
                revision, changes, ..
            } = applied;
            let token = registers.token(revision);
            Ok(pb::ApplyRegisterResponse {
                register: format!("registers/{register}"),
                revision: number(revision),
                changes: changes.into_iter().map(resource::change).collect(),
                token,
            })
        };
        self.run_to_end(work).await.map(Response::new)
    }

    async fn get_several(
        &self,
        request: pb::BatchGetResourcesRequest,
    ) -> Answer<pb::BatchGetResourcesResponse> {
        const MOST: usize = 1000;
        let pb::BatchGetResourcesRequest {
            parent,
            names,
            at_revision,
            as_of,
        } = request;
        let mut found = Violations::new();
        let register = resource::name(ResourceKind::Register, "parent", &parent, &mut found);
        let as_of = moment(at_revision, as_of).read(&mut found);
        if names.len() > MOST {
            found.push(error::wrong("names", "are more than 1000"));
        }
        let mut read = Vec::new();
        for (index, name) in names.iter().take(MOST).enumerate() {
            let field = format!("names[{index}]");
            match name.parse::<crate::domain::name::ResourceName>() {
                Ok(name)
                    if register
                        .as_ref()
                        .is_some_and(|own| own.register_id() != name.register_id()) =>
                {
                    found.push(error::wrong(&field, "is not in `parent`"));
                }
                Ok(name) => read.push(name),
                Err(invalid) => found.push(error::wrong(&field, format!("is not a name: {invalid}"))),
            }
        }
        let (Some(register), Some(as_of), true) = (register, as_of, found.is_empty()) else {
            return Err(error::invalid(found));
        };
        let work = move |registers: Registers| async move {
            let all = registers
                .get_all(register.register_id().clone(), read, as_of)
                .await;
            let all = all.map_err(error::from_register)?;
            Ok(pb::BatchGetResourcesResponse {
                resources: all
                    .documents
                    .iter()
                    .map(resource::any)
                    .collect::<Result<_, _>>()?,
                revision: number(all.revision),
            })
        };
        self.run(work).await.map(Response::new)
    }

    async fn erase(
        &self,
        request: Request<pb::EraseContactPersonRequest>,
    ) -> Answer<pb::EraseContactPersonResponse> {
        let Call { asked } = Call::of(&request)?;
        let pb::EraseContactPersonRequest {
            name,
            keep_current,
            etag,
            validate_only: _,
            reason: _,
            request_id: _,
        } = request.into_inner();
        let mut found = Violations::new();
        let name = resource::name(ResourceKind::ContactPerson, "name", &name, &mut found);
        let name = name.ok_or_else(|| error::invalid(found))?;
        let erase = Erase {
            name: name.clone(),
            erasing: if keep_current {
                Erasing::Former
            } else {
                Erasing::Everything
            },
            etag: given(etag),
        };
        let work = |registers: Registers| async move {
            registers.erase(asked, erase).await.map_err(error::from_register)
        };
        let Erased { revision, versions } = self.run_to_end(work).await?;
        Ok(Response::new(pb::EraseContactPersonResponse {
            name: name.to_string(),
            revision: number(revision),
            erased_versions: i32::try_from(versions).unwrap_or(i32::MAX),
        }))
    }
}

/// A revision since which nothing may have changed; 0: none.
pub(super) fn since(field: &str, revision: i64) -> Result<Option<Revision>, Status> {
    match u64::try_from(revision) {
        Ok(0) => Ok(None),
        Ok(number) => Ok(Some(Revision::new(number))),
        Err(_) => Err(error::invalid(vec![error::wrong(field, "is negative")])),
    }
}

/// A document as a draft. Parsing a whole register takes its time, so it has a thread of its own.
async fn draft(document: pb::RegisterDocument) -> Result<Draft, Status> {
    let parsed = tokio::task::spawn_blocking(move || Draft::new(document)).await;
    parsed
        .map_err(|_| error::internal())?
        .map_err(|invalid| match invalid {
            InvalidDraft::Mistakes(violations) => error::invalid(violations),
            InvalidDraft::Unreadable(unreadable) => error::unreadable(unreadable),
        })
}
