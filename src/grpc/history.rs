//! The handlers of `HistoryService`.

use tonic::{Request, Response, Status};

use super::{
    administration::Administration,
    error,
    page::{self, Bound},
    resource::{self, number, timestamp},
};
use crate::{
    document::Violations,
    domain::name::{ResourceKind, ResourceName, Revision},
    pb::{self, history_service_server::HistoryService},
    register::{AsOf, Changed, HistoryEntry, Registers, Revisions, VersionEntry},
};

/// `HistoryService`, on the control runtime like all of administration.
#[derive(Clone, Debug)]
pub struct History(Administration);

impl History {
    /// The service over what administration works on.
    pub const fn new(administration: Administration) -> Self {
        Self(administration)
    }
}

#[tonic::async_trait]
impl HistoryService for History {
    async fn list_revisions(
        &self,
        request: Request<pb::ListRevisionsRequest>,
    ) -> Result<Response<pb::ListRevisionsResponse>, Status> {
        let pb::ListRevisionsRequest {
            parent,
            page_size,
            page_token,
            since,
            until,
        } = request.into_inner();
        let mut found = Violations::new();
        let register = match parent.as_str() {
            "" => None,
            parent => resource::name(ResourceKind::Register, "parent", parent, &mut found),
        };
        let bound = Bound::to(&["revisions", &parent, &format!("{since:?} {until:?}")]);
        let before = before(&page_token, bound, &mut found);
        let size = page::size(page_size, &mut found);
        let since = instant("since", since, &mut found);
        let until = instant("until", until, &mut found);
        if !found.is_empty() {
            return Err(error::invalid(found));
        }
        let which = Revisions {
            register: register.map(|name| name.register_id().clone()),
            before,
            since,
            until,
        };
        let work = move |registers: Registers| async move {
            // One more than asked tells whether there is another page.
            let listed = registers
                .revisions(which, more(size))
                .await
                .map_err(error::from_register)?;
            let next_page_token = next(&listed, size, |last| last.entry.revision, bound);
            let revisions = listed.into_iter().take(size).map(revision).collect();
            Ok(pb::ListRevisionsResponse {
                revisions,
                next_page_token,
            })
        };
        self.0.run(work).await.map(Response::new)
    }

    async fn get_revision(
        &self,
        request: Request<pb::GetRevisionRequest>,
    ) -> Result<Response<pb::Revision>, Status> {
        let number = match u64::try_from(request.into_inner().revision) {
            Ok(number) if number > 0 => Revision::new(number),
            _ => {
                return Err(error::invalid(vec![error::wrong(
                    "revision",
                    "is not a revision: they begin at 1",
                )]));
            }
        };
        let work = move |registers: Registers| async move {
            let entry = registers
                .revision_entry(number)
                .await
                .map_err(error::from_register)?;
            Ok(revision(entry))
        };
        self.0.run(work).await.map(Response::new)
    }

    async fn list_versions(
        &self,
        request: Request<pb::ListVersionsRequest>,
    ) -> Result<Response<pb::ListVersionsResponse>, Status> {
        let pb::ListVersionsRequest {
            name,
            page_size,
            page_token,
        } = request.into_inner();
        let mut found = Violations::new();
        let bound = Bound::to(&["versions", &name]);
        let before = before(&page_token, bound, &mut found);
        let size = page::size(page_size, &mut found).min(MOST_VERSIONS);
        let name = name.parse::<ResourceName>();
        let name =
            name.map_err(|invalid| found.push(error::wrong("name", format!("is not a name: {invalid}"))));
        let (Ok(name), true) = (name, found.is_empty()) else {
            return Err(error::invalid(found));
        };
        let work = move |registers: Registers| async move {
            let listed = registers.versions(name.clone(), before, more(size)).await;
            let listed = listed.map_err(error::from_register)?;
            let next_page_token = next(&listed, size, |last| last.entry.revision, bound);
            let told = |version: VersionEntry| {
                let VersionEntry { entry, change } = version;
                pb::Version {
                    revision: number(entry.revision),
                    time: Some(timestamp(entry.logged.time)),
                    actor: entry.logged.actor,
                    reason: entry.reason.unwrap_or_default(),
                    change: Some(resource::change((name.clone(), change))),
                }
            };
            Ok(pb::ListVersionsResponse {
                versions: listed.into_iter().take(size).map(told).collect(),
                next_page_token,
            })
        };
        self.0.run(work).await.map(Response::new)
    }

    async fn compare_revisions(
        &self,
        request: Request<pb::CompareRevisionsRequest>,
    ) -> Result<Response<pb::CompareRevisionsResponse>, Status> {
        let pb::CompareRevisionsRequest {
            parent,
            from_revision,
            to_revision,
        } = request.into_inner();
        let mut found = Violations::new();
        let register = resource::name(ResourceKind::Register, "parent", &parent, &mut found);
        let mut read = |field: &str, revision: i64| {
            let read = u64::try_from(revision).map(Revision::new);
            read.map_err(|_| found.push(error::wrong(field, "is negative")))
                .ok()
        };
        let (from, to) = (
            read("from_revision", from_revision),
            read("to_revision", to_revision),
        );
        let (Some(register), Some(from), Some(to)) = (register, from, to) else {
            return Err(error::invalid(found));
        };
        let to = match to.number() {
            0 => AsOf::Now,
            _ => AsOf::Revision(to),
        };
        let work = move |registers: Registers| async move {
            let compared = registers.compare(register.register_id().clone(), from, to).await;
            let Changed { revision, changes } = compared.map_err(error::from_register)?;
            Ok(pb::CompareRevisionsResponse {
                revision: number(revision),
                changes: changes.into_iter().map(resource::change).collect(),
            })
        };
        self.0.run(work).await.map(Response::new)
    }
}

/// Each version is compared with the one before, and either may be large.
const MOST_VERSIONS: usize = 100;

fn more(size: usize) -> u64 {
    u64::try_from(size).unwrap_or_default().saturating_add(1)
}

/// The token of the next page, if there is one.
fn next<T>(listed: &[T], size: usize, revision: impl Fn(&T) -> Revision, bound: Bound) -> String {
    match (listed.len() > size, listed.get(size.saturating_sub(1))) {
        (true, Some(last)) => page::token(revision(last), "", bound),
        _ => String::new(),
    }
}

/// The revision before which a page begins.
fn before(token: &str, bound: Bound, found: &mut Violations) -> Option<Revision> {
    if token.is_empty() {
        return None;
    }
    let read = page::read_token(token, bound);
    if read.is_none() {
        found.push(error::wrong("page_token", "is not a token of this list"));
    }
    read.map(|(revision, _)| revision)
}

fn instant(
    field: &str,
    time: Option<prost_types::Timestamp>,
    found: &mut Violations,
) -> Option<jiff::Timestamp> {
    let time = time?;
    let read = resource::instant(&time);
    if read.is_none() {
        found.push(error::wrong(field, "is out of range"));
    }
    read
}

fn revision(told: HistoryEntry) -> pb::Revision {
    let HistoryEntry { entry, changes } = told;
    let digest: String = entry.leaf_hash.iter().map(|byte| format!("{byte:02x}")).collect();
    pb::Revision {
        revision: number(entry.revision),
        time: Some(timestamp(entry.logged.time)),
        register: entry.logged.register,
        actor: entry.logged.actor,
        method: entry.logged.method,
        r#type: entry.logged.r#type,
        reason: entry.reason.unwrap_or_default(),
        reason_commitment: entry.logged.reason.unwrap_or_default(),
        change_count: i32::try_from(entry.effects.len()).unwrap_or(i32::MAX),
        changes: changes.into_iter().map(resource::change).collect(),
        leaf_hash: digest,
        log_index: i64::try_from(entry.log_index).unwrap_or(i64::MAX),
    }
}
